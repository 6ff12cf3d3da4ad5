// Bundle the page, its worker and the service worker into build/out/page.
//
//     node build/bundle.mjs [FOLDER]
//
// Writes hashed JavaScript and CSS, `bundle.json` that says which file is which, and `NOTICES.txt` with the licence
// of every library that really went into the bundle. The folder is replaced as a whole, once everything is made.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { build } from "esbuild";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  sourcemap: false,
  legalComments: "none",
  charset: "utf8",
  metafile: true,
  logLevel: "warning",
  loader: { ".svg": "dataurl", ".woff2": "file" },
  external: ["node:*"],
  // Lit's own writes a style attribute first, and CodeMirror's makes a style element: the page's
  // Content-Security-Policy refuses both.
  alias: {
    "lit/directives/style-map.js": "./js/page/widgets/style-map.ts",
    "style-mod": "./js/page/editor/style-mod.ts",
  },
};

/** What pages load only when their notebook is edited there, and in a playground alone. */
const EDITOR = "js/page/editor/start.ts";
const PLAYGROUND = "js/page/playground/start.ts";
const EDITING = [EDITOR, PLAYGROUND];

/** What draws charts, by the library: only sites have it that have such charts. */
const CHARTS = { vega: "js/page/view/vega-chart.ts", plotly: "js/page/view/plotly-chart.ts" };

/** The folder of the npm package that a bundled file belongs to, or null for our own code. */
export function packageFolder(path) {
  const parts = path.split("/");
  const at = parts.lastIndexOf("node_modules");
  if (at === -1) return null;
  return parts.slice(0, at + (parts[at + 1].startsWith("@") ? 3 : 2)).join("/");
}

/** The text of a package's licence and notice files. A package without one is an error unless it says its licence. */
export function licenceText(folder, description) {
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name));
  const texts = names.sort().map((name) => readFileSync(join(folder, name), "utf8").trim());
  if (texts.length > 0) return texts.join("\n\n");
  if (typeof description.license === "string") return `Licence: ${description.license}`;
  throw new Error(`${description.name} states no licence.`);
}

/** One notice for every package among the files that were bundled, sorted by name. */
export function notices(inputs, root) {
  const folders = [...new Set(inputs.map(packageFolder).filter((folder) => folder !== null))];
  const entries = folders.map((folder) => {
    const description = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const title = `${description.name} ${description.version}`;
    return { title, text: licenceText(join(root, folder), description) };
  });
  entries.sort((a, b) => (a.title < b.title ? -1 : 1));
  const rule = "-".repeat(78);
  const parts = entries.map(({ title, text }) => `${rule}\n${title}\n${rule}\n\n${text}\n`);
  return ["The page of tiffin contains the following software.\n", ...parts].join("\n");
}

/** The file that an entry point became, among the outputs of a build. */
function madeFrom({ metafile }, entry) {
  const found = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === entry);
  if (found === undefined) throw new Error(`The bundler made nothing from ${entry}.`);
  return found;
}

/** The outputs that the outputs `from` import, and those in turn, and themselves; `isFollowed` says of an import whether it counts. */
function reach({ metafile }, from, isFollowed = () => true) {
  const found = new Set();
  const visit = (path) => {
    if (found.has(path)) return;
    found.add(path);
    for (const one of metafile.outputs[path]?.imports ?? []) if (!one.external && isFollowed(one)) visit(one.path);
  };
  from.forEach(visit);
  return found;
}

/** The outputs that a page fetches only to do what `entries` do: what is reachable from theirs, and not without them. */
function outputsFor(result, start, entries) {
  const own = entries.map((entry) => madeFrom(result, entry)[0]);
  const others = reach(result, [start], ({ path }) => !own.includes(path));
  return [...reach(result, own)].filter((path) => !others.has(path));
}

/** The scripts that come with those of `entries` in any case, but for the first: a browser hears of each from another one. */
function staticImports(result, entries) {
  const [first, ...others] = entries.map((entry) => madeFrom(result, entry)[0]);
  const found = reach(result, [first, ...others], ({ kind }) => kind === "import-statement");
  return [...found].filter((path) => path !== first);
}

/** The fonts that every page shows at once: the upright Latin cuts. */
export function preloadedFonts(names) {
  return names.filter((name) => /-latin-wght-normal-[^/]+\.woff2$/.test(name)).sort();
}

/**
 * Writes the document of the frame in which notebooks from elsewhere run; returns its name. It has no origin, so that
 * `'self'` in a policy would mean nothing to it.
 */
function writeSandbox(folder, script) {
  const policy = [
    "default-src 'none'",
    "script-src http: https: blob: 'wasm-unsafe-eval'",
    "connect-src http: https: data: blob:",
    "worker-src blob:",
  ].join("; ");
  const head = `<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><title>Python</title>`;
  const text = `<!doctype html>\n<html lang="en"><head>${head}</head><body><script src="${script}" crossorigin></script></body></html>\n`;
  const name = `sandbox-${createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase()}.html`;
  writeFileSync(join(folder, name), text);
  return name;
}

/** Bundles into a new folder and returns what `bundle.json` says. */
async function bundleInto(folder) {
  const page = await build({
    ...COMMON,
    entryPoints: { page: "js/page/main.ts" },
    inject: ["js/page/shared.ts"],
    outdir: folder,
    splitting: true,
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[hash]",
    assetNames: "[name]-[hash]",
  });
  const editing = await build({
    ...COMMON,
    entryPoints: { editing: "js/page/styles/edit.css" },
    outdir: folder,
    entryNames: "[name]-[hash]",
  });
  const worker = await build({
    ...COMMON,
    entryPoints: { worker: "js/worker/entry.ts" },
    outdir: folder,
    entryNames: "[name]-[hash]",
  });
  // Before anything is seen, so scripts of their own that the parser waits for: as small as can be.
  const early = await build({
    ...COMMON,
    format: "iife",
    entryPoints: { early: "js/page/early.ts" },
    outdir: folder,
    entryNames: "[name]-[hash]",
  });
  const start = await build({
    ...COMMON,
    format: "iife",
    entryPoints: { start: "js/page/start.ts" },
    outdir: folder,
    entryNames: "[name]-[hash]",
  });
  // For the frame of notebooks from elsewhere.
  const sandbox = await build({
    ...COMMON,
    format: "iife",
    entryPoints: { sandbox: "js/page/playground/sandbox-frame.ts" },
    outdir: folder,
    entryNames: "[name]-[hash]",
  });
  const maker = await build({
    ...COMMON,
    entryPoints: { "snapshot-maker": "js/worker/maker.ts" },
    outdir: folder,
  });
  const [sandboxScript] = madeFrom(sandbox, "js/page/playground/sandbox-frame.ts");
  const sandboxFile = writeSandbox(folder, basename(sandboxScript));
  const [editingStyles] = madeFrom(editing, "js/page/styles/edit.css");
  const [pageFile, pageOutput] = madeFrom(page, "js/page/main.ts");
  const [workerFile] = madeFrom(worker, "js/worker/entry.ts");
  const [makerFile] = madeFrom(maker, "js/worker/maker.ts");
  const serviceWorker = await build({
    ...COMMON,
    format: "iife",
    entryPoints: { "service-worker": "js/service-worker/entry.ts" },
    outdir: folder,
    entryNames: "[name]-[hash]",
  });
  const serviceWorkerFile = basename(madeFrom(serviceWorker, "js/service-worker/entry.ts")[0]);
  if (pageOutput.cssBundle === undefined) throw new Error("js/page/main.ts imports no style sheet.");
  const inputs = [...Object.keys(page.metafile.inputs), ...Object.keys(worker.metafile.inputs)];
  writeFileSync(join(folder, "NOTICES.txt"), notices(inputs, ROOT));
  const bundle = {
    page: basename(pageFile),
    early: basename(madeFrom(early, "js/page/early.ts")[0]),
    start: basename(madeFrom(start, "js/page/start.ts")[0]),
    worker: basename(workerFile),
    styles: basename(pageOutput.cssBundle),
    editingStyles: basename(editingStyles),
    sandbox: sandboxFile,
    // What a page fetches before it can be edited, so that it need not hear of one from the other.
    preloaded: {
      editor: staticImports(page, ["js/page/main.ts", EDITOR]).map((path) => basename(path)),
      playground: staticImports(page, ["js/page/main.ts", PLAYGROUND]).map((path) => basename(path)),
    },
    // What only pages with an editor need.
    editing: [editingStyles, sandboxScript, sandboxFile, ...outputsFor(page, pageFile, EDITING)].map((path) => basename(path)).sort(),
    charts: Object.fromEntries(
      Object.entries(CHARTS).map(([library, entry]) => [library, outputsFor(page, pageFile, [entry]).map((path) => basename(path)).sort()]),
    ),
    serviceWorker: serviceWorkerFile,
    fonts: preloadedFonts(readdirSync(folder)),
    maker: basename(makerFile),
    // What goes into every site: readers make no snapshots, and the service worker lies at a site's root, and only
    // where it is wanted.
    files: readdirSync(folder)
      .filter((name) => name !== basename(makerFile) && name !== serviceWorkerFile)
      .sort(),
  };
  writeFileSync(join(folder, "bundle.json"), `${JSON.stringify(bundle, null, 1)}\n`);
  return bundle;
}

/** Bundles beside a folder, then puts the result in its place. */
export async function bundle(target) {
  const made = `${target}.new-${process.pid}`;
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  try {
    const result = await bundleInto(made);
    rmSync(target, { recursive: true, force: true });
    renameSync(made, target);
    return result;
  } finally {
    if (existsSync(made)) rmSync(made, { recursive: true, force: true });
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const target = resolve(process.argv[2] ?? join(ROOT, "build/out/page"));
  const result = await bundle(target);
  console.log(`Page bundle: ${String(result.files.length)} files in ${relative(process.cwd(), target) || "."}`);
}
