import { describe, expect, it, vi } from "vitest";

import { placeArchive, placeFiles, placeLazily } from "../../../js/worker/files.ts";
import type { FileNode, FileSystem, Pyodide } from "../../../js/worker/pyodide.ts";

class ErrnoError extends Error {
  readonly errno: number;
  constructor(errno: number) {
    super(String(errno));
    this.errno = errno;
  }
}

function makeFs(): FileSystem & { readonly nodes: Map<string, FileNode>; readonly folders: string[] } {
  const nodes = new Map<string, FileNode>();
  const folders: string[] = [];
  return {
    nodes,
    folders,
    ErrnoError,
    writeFile: (path, data) => nodes.set(path, { contents: data, usedBytes: data.length }),
    mkdirTree: (path) => folders.push(path),
    readdir: () => [...nodes.keys()],
    readFile: (path) => nodes.get(path)?.contents as Uint8Array<ArrayBuffer>,
    lookupPath: (path) => ({ node: nodes.get(path) as FileNode }),
  };
}

describe("placeLazily", () => {
  it("knows the size at once, and fetches the content once, when it is read", () => {
    const fs = makeFs();
    const get = vi.fn(() => new Uint8Array([1, 2, 3]));
    placeLazily(fs, "/home/pyodide/public/deep/x", 3, "http://x/", get);
    const node = fs.nodes.get("/home/pyodide/public/deep/x") as FileNode;
    expect(fs.folders).toEqual(["/home/pyodide/public/deep"]);
    expect(node.usedBytes).toBe(3);
    expect(get).not.toHaveBeenCalled();
    expect(node.contents).toEqual(new Uint8Array([1, 2, 3]));
    expect(node.contents).toBe(node.contents);
    expect(get).toHaveBeenCalledTimes(1);
  });

  it("is an error of input and output when the content cannot be had as it was", () => {
    const fs = makeFs();
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    for (const body of [undefined, new Uint8Array(2)]) {
      placeLazily(fs, "/x", 3, "http://x/", () => body);
      expect(() => (fs.nodes.get("/x") as FileNode).contents).toThrow(new ErrnoError(29));
    }
    expect(warn).toHaveBeenCalledTimes(2);
    warn.mockRestore();
  });

  it("fetches nothing for a file that is written first", () => {
    const fs = makeFs();
    const get = vi.fn();
    placeLazily(fs, "/x", 3, "http://x/", get);
    const node = fs.nodes.get("/x") as FileNode;
    node.contents = null;
    expect(node.contents).toBeNull();
    expect(get).not.toHaveBeenCalled();
  });
});

describe("placeFiles", () => {
  const files = { modules: null, digests: {}, base: "http://x/public/", public: { "a b/ü.csv": [1, "ab"] as const } };

  it("puts the notebook's folder first on the path, and its files where code looks for them", () => {
    const fs = makeFs();
    const insert = vi.fn();
    const unpackArchive = vi.fn();
    const pyodide = { FS: fs, pyimport: () => ({ path: { insert } }), unpackArchive } as unknown as Pyodide;
    placeFiles(pyodide, files, null);
    expect(insert).toHaveBeenCalledWith(0, "/home/pyodide");
    expect(unpackArchive).not.toHaveBeenCalled();
    expect([...fs.nodes.keys()]).toEqual(["/home/pyodide/public/a b/ü.csv"]);
    const archive = new Uint8Array([1]);
    placeFiles(pyodide, files, archive);
    expect(unpackArchive).toHaveBeenCalledWith(archive, "zip", { extractDir: "/home/pyodide" });
  });
});

describe("placeArchive", () => {
  const archive = { url: "http://x/a.zip", size: 3 };

  it("is fetched in the background before Python reads it", async () => {
    const fs = makeFs();
    const get = vi.fn(() => Promise.resolve([new Uint8Array([1, 2, 3])]));
    const fill = placeArchive(fs, "/lib/a.zip", archive, get);
    const node = fs.nodes.get("/lib/a.zip") as FileNode;
    expect(node.usedBytes).toBe(3);
    expect(get).not.toHaveBeenCalled();
    await fill();
    expect(node.contents).toEqual(new Uint8Array([1, 2, 3]));
    await fill();
    expect(get).toHaveBeenCalledExactlyOnceWith(JSON.stringify([archive.url]));
  });

  it("is left to be fetched when it is read, where that brings something else", async () => {
    const fs = makeFs();
    const fill = placeArchive(fs, "/lib/a.zip", archive, () => Promise.resolve([new Uint8Array(2)]));
    await fill();
    const again = vi.fn(() => Promise.resolve([undefined]));
    await placeArchive(fs, "/lib/b.zip", archive, again)();
    expect(again).toHaveBeenCalledTimes(1);
  });
});
