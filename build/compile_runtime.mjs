// Compile Pyodide's standard library, the kernel and the archives beside it to bytecode, by the very Python that runs them.
//
//     node build/compile_runtime.mjs [VERSION...]
//
// Stock Pyodide compiles the standard library's sources at every start, which takes most of it. Writes
// `<20 digits>.zip` for each, named by its content, and `runtime.json` that says which is which, and from which
// files they were made, to `build/out/runtime/<version>`. That folder is replaced as a whole, unless it was made from
// the same files. The distributions are those that pyodide_distribution.py makes, our own
// archives those of kernel_wheel.py.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const COMPILE = `
import importlib._bootstrap_external as bootstrap, importlib.util, zipfile

def compiled(path, made, place):
    """Writes to \`made\` the zip archive at \`path\`, with bytecode for sources; it is used at \`place\`."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w") as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name.endswith(".py"):
                code = compile(content, f"{place}/{name}", "exec", dont_inherit=True, optimize=0)
                content = bootstrap._code_to_hash_pyc(code, importlib.util.source_hash(content), False)
                name += "c"
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            new.writestr(entry, content, compresslevel=9)
`;

/** Where distributions are kept: `tiffin/pyodide` in the user's cache folder (XDG). */
function distributions() {
  const configured = process.env.XDG_CACHE_HOME ?? "";
  return join(isAbsolute(configured) ? configured : join(homedir(), ".cache"), "tiffin/pyodide");
}

/** Our own archives: the kernel, the scratchpad, and the modules on demand. */
function builtArchives() {
  const find = (folder, suffix) => {
    const path = join(ROOT, "build/out", folder);
    const name = existsSync(path) ? readdirSync(path).find((found) => found.endsWith(suffix)) : undefined;
    if (name === undefined) throw new Error(`The ${folder} is not built: run build/kernel_wheel.py before.`);
    return join(path, name);
  };
  return { kernel: find("kernel", ".whl"), scratchpad: find("scratchpad", ".zip"), ondemand: find("ondemand", ".zip") };
}

/** The SHA-256 of some bytes, in hexadecimal digits. */
export function digest(data) {
  return createHash("sha256").update(data).digest("hex");
}

/** What a runtime is made from, by its digests: another one is another runtime. */
export function madeFrom(distribution, own) {
  const of = (path) => digest(readFileSync(path));
  return {
    stdlib: of(join(distribution, "python_stdlib.zip")),
    wasm: of(join(distribution, "pyodide.asm.wasm")),
    kernel: of(own.kernel),
    scratchpad: of(own.scratchpad),
    ondemand: of(own.ondemand),
    script: of(fileURLToPath(import.meta.url)),
  };
}

async function compile(distribution, own) {
  const { loadPyodide } = await import(pathToFileURL(join(distribution, "pyodide.mjs")).href);
  const pyodide = await loadPyodide({ indexURL: `${distribution}/`, packages: [] });
  pyodide.runPython(COMPILE);
  const make = pyodide.globals.get("compiled");
  const version = pyodide.runPython("import sys; f'{sys.version_info[0]}{sys.version_info[1]}'");
  const run = (data, place) => {
    pyodide.FS.writeFile("/tmp/sources.zip", data);
    make("/tmp/sources.zip", "/tmp/compiled.zip", place);
    return pyodide.FS.readFile("/tmp/compiled.zip");
  };
  return {
    stdlib: run(readFileSync(join(distribution, "python_stdlib.zip")), `/lib/python${version}.zip`),
    kernel: run(readFileSync(own.kernel), "/lib/tiffin_kernel.whl"),
    scratchpad: run(readFileSync(own.scratchpad), "/lib/tiffin_scratchpad.zip"),
    ondemand: run(readFileSync(own.ondemand), "/lib/tiffin_ondemand.zip"),
  };
}

/** Makes the folder; returns whether there was anything to do. */
export async function compileRuntime(distribution, own, target) {
  const from = madeFrom(distribution, own);
  const record = join(target, "runtime.json");
  if (existsSync(record) && JSON.stringify(JSON.parse(readFileSync(record, "utf8")).from) === JSON.stringify(from)) {
    return false;
  }
  const made = `${target}.new-${process.pid}`;
  mkdirSync(made, { recursive: true });
  try {
    const files = {};
    for (const [role, data] of Object.entries(await compile(distribution, own))) {
      files[role] = `${digest(data).slice(0, 20)}.zip`;
      writeFileSync(join(made, files[role]), data);
    }
    writeFileSync(join(made, "runtime.json"), `${JSON.stringify({ files, from }, null, 1)}\n`);
    rmSync(target, { recursive: true, force: true });
    renameSync(made, target);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return true;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const versions = process.argv.slice(2);
  const known = Object.keys(JSON.parse(readFileSync(join(ROOT, "build/distributions.json"), "utf8")));
  for (const version of versions.length > 0 ? versions : known) {
    const target = join(ROOT, "build/out/runtime", version);
    const made = await compileRuntime(join(distributions(), version), builtArchives(), target);
    console.log(`Runtime ${version}: ${made ? "compiled" : "found"} in ${relative(process.cwd(), target)}`);
  }
}
