// @vitest-environment node
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { bundle, licenceText, notices, packageFolder } from "../../build/bundle.mjs";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tiffin-bundle-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The files that a script of the bundle cannot run without. */
function importsOf(name: string): string[] {
  const text = readFileSync(join(folder, "page", name), "utf8");
  return [...text.matchAll(/(?:from|import)"\.\/(chunk-\w+\.js)"/g)].map(([, path]) => path ?? "");
}

describe("the bundle", () => {
  it("names every file, hashed, and replaces what was there", async () => {
    const target = join(folder, "page");
    mkdirSync(target);
    writeFileSync(join(target, "page-OLD.js"), "old");
    const made = await bundle(target);
    expect(readdirSync(folder)).toEqual(["page"]);
    const apart = [made.maker, made.serviceWorker, "bundle.json"];
    expect(readdirSync(target).sort()).toEqual([...made.files, ...apart].sort());
    expect(JSON.parse(readFileSync(join(target, "bundle.json"), "utf8"))).toEqual(made);
    const named = [made.page, made.worker, made.styles, made.editingStyles, "NOTICES.txt"];
    expect(made.files).toEqual(expect.arrayContaining(named));
    for (const name of made.files.filter((file) => file !== "NOTICES.txt")) {
      expect(name).toMatch(/^[\w-]+-[A-Z0-9]{8}\.\w+$/);
    }
  }, 30_000);

  it("knows what draws charts, each library apart from all else", async () => {
    const made = await bundle(join(folder, "page"));
    const text = (name: string): string => readFileSync(join(folder, "page", name), "utf8");
    expect(Object.keys(made.charts).sort()).toEqual(["plotly", "vega"]);
    for (const [library, mark] of [["plotly", "plotly.js-style-global"], ["vega", "vega-lite"]] as const) {
      const own = made.charts[library] ?? [];
      expect(own.some((name) => text(name).includes(mark))).toBe(true);
      for (const name of made.files.filter((file) => file.endsWith(".js") && !own.includes(file))) expect(text(name)).not.toContain(mark);
    }
  }, 30_000);

  it("knows what only an editor needs", async () => {
    const made = await bundle(join(folder, "page"));
    expect(made.editing).toContain(made.editingStyles);
    expect(made.editing).not.toContain(made.page);
    const scripts = made.editing.filter((name) => name.endsWith(".js"));
    const text = (name: string): string => readFileSync(join(folder, "page", name), "utf8");
    expect(scripts.some((name) => text(name).includes("cm-content"))).toBe(true);
    for (const name of made.files.filter((file) => file.endsWith(".js") && !made.editing.includes(file))) {
      expect(text(name)).not.toContain("cm-content");
    }
  }, 30_000);

  it("knows every script that an editor waits for", async () => {
    const made = await bundle(join(folder, "page"));
    for (const preloaded of [made.preloaded.editor, made.preloaded.playground]) {
      expect(new Set(preloaded).size).toBe(preloaded.length);
      expect(preloaded).not.toContain(made.page);
      // Whatever one of them imports is among them, and what the page imports, too.
      for (const name of [made.page, ...preloaded]) expect(preloaded).toEqual(expect.arrayContaining(importsOf(name)));
      const text = preloaded.map((name) => readFileSync(join(folder, "page", name), "utf8"));
      expect(text.some((code) => code.includes("cm-content"))).toBe(true);
      // What only charts need is not.
      expect(preloaded.filter((name) => made.charts["vega"]?.includes(name))).toEqual([]);
    }
  }, 30_000);

  it("has one file of what the page's first script shares with all others", async () => {
    const made = await bundle(join(folder, "page"));
    const shared = importsOf(made.page);
    expect(shared, "a module is missing in js/page/shared.ts").toHaveLength(1);
    expect(importsOf(shared[0] ?? "")).toEqual([]);
  }, 30_000);

  it("has a worker of a single file, without source maps or paths of this machine", async () => {
    const made = await bundle(join(folder, "page"));
    for (const name of made.files.filter((file) => /\.(js|css)$/.test(file))) {
      const text = readFileSync(join(folder, "page", name), "utf8");
      expect(text).not.toContain("sourceMappingURL");
      expect(text).not.toContain(import.meta.dirname.replace(/\/tests\/js$/, ""));
    }
    const worker = readFileSync(join(folder, "page", made.worker), "utf8");
    expect(worker).not.toMatch(/from\s*["']\.\/chunk-/);
  }, 30_000);
});

describe("notices", () => {
  function npmPackage(name: string, description: object, licence?: string): void {
    const path = join(folder, "node_modules", name);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "package.json"), JSON.stringify({ name, version: "1.2.3", ...description }));
    if (licence !== undefined) writeFileSync(join(path, "LICENSE.md"), licence);
  }

  it("find the package that a file belongs to", () => {
    expect(packageFolder("js/page/main.ts")).toBeNull();
    expect(packageFolder("node_modules/lit/index.js")).toBe("node_modules/lit");
    expect(packageFolder("node_modules/@a/b/dist/c.js")).toBe("node_modules/@a/b");
    expect(packageFolder("node_modules/x/node_modules/y/z.js")).toBe("node_modules/x/node_modules/y");
  });

  it("hold each package once, with version and licence, sorted", () => {
    npmPackage("zed", { license: "MIT" }, "Text of zed");
    npmPackage("@a/b", { license: "ISC" });
    const text = notices(["js/x.ts", "node_modules/zed/1.js", "node_modules/zed/2.js", "node_modules/@a/b/1.js"], folder);
    expect(text.match(/zed 1\.2\.3/g)).toHaveLength(1);
    expect(text).toContain("Text of zed");
    expect(text).toContain("Licence: ISC");
    expect(text.indexOf("@a/b 1.2.3")).toBeLessThan(text.indexOf("zed 1.2.3"));
  });

  it("refuse a package that states no licence", () => {
    npmPackage("bare", {});
    expect(() => licenceText(join(folder, "node_modules/bare"), { name: "bare" })).toThrow("bare states no licence");
  });
});
