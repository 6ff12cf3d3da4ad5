import { readFileSync, readdirSync, existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly resolved?: string }>>;
}

const root = join(import.meta.dirname, "../..");

describe("package-lock.json", () => {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as Lock;

  it("records no registry, so that any mirror serves it", () => {
    const recorded = Object.entries(lock.packages).filter(([, entry]) => entry.resolved !== undefined);
    expect(recorded).toEqual([]);
  });
});

describe("package.json", () => {
  it("pins exact versions", () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<
      string,
      Record<string, string>
    >;
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(([, v]) => !/^\d+\.\d+\.\d+$/.test(v));
    expect(loose).toEqual([]);
  });
});

describe("TypeScript projects", () => {
  it("cover every folder of js/: the page's, or one of its own", () => {
    const page = readFileSync(join(root, "tsconfig.json"), "utf8");
    const folders = readdirSync(join(root, "js"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.length).toBeGreaterThan(0);
    for (const { name } of folders) {
      const excluded = page.includes(`"js/${name}"`);
      expect(excluded, name).toBe(existsSync(join(root, "js", name, "tsconfig.json")));
    }
  });
});
