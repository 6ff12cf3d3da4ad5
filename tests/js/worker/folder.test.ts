import { describe, expect, it } from "vitest";

import { Folder, LARGEST, MOST_FILES } from "../../../js/worker/folder.ts";
import type { FolderSystem } from "../../../js/worker/pyodide.ts";

const FOLDER = 0o040000;
const FILE = 0o100000;
const LINK = 0o120000;

interface Node {
  readonly ino: number;
  readonly mode: number;
  data: Uint8Array<ArrayBuffer>;
  mtime: Date;
}

/** What Emscripten's file system does with paths, in a map. */
class Files implements FolderSystem {
  readonly nodes = new Map<string, Node>();
  readonly ErrnoError = Error as unknown as FolderSystem["ErrnoError"];
  read = 0;
  #inodes = 0;

  constructor() {
    this.mkdirTree("/home");
  }

  #find(path: string): Node {
    const node = this.nodes.get(path.replace(/\/$/, ""));
    if (node === undefined) throw new Error("ENOENT");
    return node;
  }

  make(path: string, mode: number, data: Uint8Array<ArrayBuffer> = new Uint8Array(0)): void {
    this.nodes.set(path, { ino: (this.#inodes += 1), mode, data, mtime: new Date(1000) });
  }

  mkdirTree(path: string): void {
    const names = path.split("/").slice(1);
    names.forEach((_, index) => {
      const folder = `/${names.slice(0, index + 1).join("/")}`;
      const there = this.nodes.get(folder);
      if (there !== undefined && there.mode !== FOLDER) throw new Error("ENOTDIR");
      if (there === undefined) this.make(folder, FOLDER);
    });
  }

  writeFile(path: string, data: Uint8Array): void {
    const there = this.nodes.get(path);
    if (there?.mode === FOLDER) throw new Error("EISDIR");
    if (there === undefined) this.make(path, FILE, data.slice());
    else Object.assign(there, { data: data.slice(), mtime: new Date(there.mtime.getTime() + 1) });
  }

  readFile(path: string): Uint8Array<ArrayBuffer> {
    this.read += 1;
    return this.#find(path).data.slice();
  }

  readdir(path: string): readonly string[] {
    const folder = `${path.replace(/\/$/, "")}/`;
    const inside = [...this.nodes.keys()].filter((key) => key.startsWith(folder)).map((key) => key.slice(folder.length));
    return [".", "..", ...inside.filter((name) => !name.includes("/"))];
  }

  lookupPath(): never {
    throw new Error("nobody asks");
  }

  unlink(path: string): void {
    if (this.#find(path).mode === FOLDER) throw new Error("EISDIR");
    this.nodes.delete(path);
  }

  lstat(path: string): { ino: number; mode: number; size: number; mtime: Date } {
    const { ino, mode, data, mtime } = this.#find(path);
    return { ino, mode, mtime, size: data.length };
  }

  isDir(mode: number): boolean {
    return mode === FOLDER;
  }

  isFile(mode: number): boolean {
    return mode === FILE;
  }
}

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const textOf = (data: Uint8Array | null): string | null => (data === null ? null : new TextDecoder().decode(data));

function told(folder: Folder): (readonly [string, string | null])[] {
  return folder.changes().files.map(({ name, data }) => [name, textOf(data)] as const);
}

describe("the notebook's folder", () => {
  it("tells of what cells wrote, changed and removed, once", () => {
    const fs = new Files();
    fs.writeFile("/home/shipped.txt", bytes("old"));
    const folder = new Folder(fs, "/home");
    expect(told(folder)).toEqual([]);
    fs.writeFile("/home/out.csv", bytes("1"));
    fs.mkdirTree("/home/deep/er");
    fs.writeFile("/home/deep/er/x", bytes("2"));
    expect(told(folder)).toEqual([["deep/er/x", "2"], ["out.csv", "1"]]);
    expect(told(folder)).toEqual([]);
    fs.writeFile("/home/out.csv", bytes("3"));
    fs.writeFile("/home/shipped.txt", bytes("new"));
    fs.unlink("/home/deep/er/x");
    expect(told(folder)).toEqual([["out.csv", "3"], ["shipped.txt", "new"], ["deep/er/x", null]]);
  });

  it("reads no file that has not changed: its content may not even be there", () => {
    const fs = new Files();
    fs.writeFile("/home/lazy", bytes("far away"));
    const folder = new Folder(fs, "/home");
    fs.writeFile("/home/here", bytes("1"));
    folder.changes();
    folder.changes();
    expect(fs.read).toBe(1);
  });

  it("tells nothing of what the page puts, or removes", () => {
    const fs = new Files();
    const folder = new Folder(fs, "/home");
    folder.place("a/b.csv", bytes("1"));
    expect(textOf(fs.readFile("/home/a/b.csv"))).toBe("1");
    expect(told(folder)).toEqual([]);
    const before = fs.lstat("/home/a/b.csv").ino;
    folder.place("a/b.csv", bytes("2"));
    expect(fs.lstat("/home/a/b.csv").ino, "another file: who reads the old one reads on").not.toBe(before);
    folder.place("a/b.csv", null);
    folder.place("never/there", null);
    expect(fs.nodes.has("/home/a/b.csv")).toBe(false);
    expect(told(folder)).toEqual([]);
    fs.writeFile("/home/a/b.csv", bytes("3"));
    expect(told(folder)).toEqual([["a/b.csv", "3"]]);
  });

  it("says so where a file cannot be placed", () => {
    const fs = new Files();
    const folder = new Folder(fs, "/home");
    fs.mkdirTree("/home/data");
    fs.writeFile("/home/plain", bytes("1"));
    expect(() => { folder.place("data", bytes("2")); }).toThrow("data could not be placed where cells read it");
    expect(() => { folder.place("plain/x", bytes("2")); }).toThrow("plain/x could not be placed");
    expect(told(folder)).toEqual([["plain", "1"]]);
  });

  it("leaves out hidden files, links, and what Python makes for itself", () => {
    const fs = new Files();
    const folder = new Folder(fs, "/home");
    for (const path of [".cache/x", "__pycache__/m.pyc", "a/.hidden", "site-packages/m.py"]) {
      fs.mkdirTree(`/home/${path.slice(0, path.lastIndexOf("/"))}`);
      fs.writeFile(`/home/${path}`, bytes("1"));
    }
    fs.make("/home/link", LINK);
    expect(told(folder)).toEqual([]);
  });

  it("tells of no more files than a page can list, and names those that are too large", () => {
    const fs = new Files();
    const folder = new Folder(fs, "/home");
    for (let number = 0; number < MOST_FILES + 5; number += 1) fs.writeFile(`/home/f${number}`, bytes(""));
    expect(told(folder)).toHaveLength(MOST_FILES);
    const other = new Files();
    const narrow = new Folder(other, "/home");
    other.make("/home/big", FILE, { length: LARGEST + 1 } as Uint8Array<ArrayBuffer>);
    expect(narrow.changes()).toEqual({ files: [], large: ["big"] });
    expect(narrow.changes()).toEqual({ files: [], large: [] });
  });
});
