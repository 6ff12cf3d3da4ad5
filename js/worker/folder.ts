/** The notebook's folder in Python's file system: the page puts files there, and hears of those that cells write. */

import type { WrittenFile } from "../protocol/rpc.ts";
import type { FolderSystem } from "./pyodide.ts";

/** Files that are looked at. A cell that writes more has most of them for itself. */
export const MOST_FILES = 1000;

/** Bytes of the largest file that the page is told of. */
export const LARGEST = 256 * 1024 * 1024;

/** What is no file of the notebook's own, as in Python's `NotebookFolder`. */
const LEFT_OUT = /^\.|^(__pycache__|site-packages|dist-packages|node_modules)$/;

export class Folder {
  readonly #fs: FolderSystem;
  readonly #root: string;
  /** Path -> what tells whether the file there is still the same. */
  #known: ReadonlyMap<string, string>;

  /** What lies in `root` now came with the page, and is none of what cells write. */
  constructor(fs: FolderSystem, root: string) {
    this.#fs = fs;
    this.#root = root;
    this.#known = this.#look();
  }

  /** Makes `data` the content of a file, or removes the file if it is null; throws a sentence where that cannot be. */
  place(name: string, data: Uint8Array | null): void {
    const path = `${this.#root}/${name}`;
    try {
      if (this.#stat(path) !== null) this.#fs.unlink(path); // who has it open reads on in what it was
      if (data !== null) {
        this.#fs.mkdirTree(path.slice(0, path.lastIndexOf("/")));
        this.#fs.writeFile(path, data);
      }
    } catch {
      throw new Error(`${name} could not be placed where cells read it: something else of this name is there`);
    }
    const known = new Map(this.#known);
    const state = data === null ? null : this.#stat(path);
    if (state === null) known.delete(name);
    else known.set(name, stateOf(state));
    this.#known = known;
  }

  /** The files that were written or removed since it was asked last; without those that are too large to be told of. */
  changes(): { readonly files: readonly WrittenFile[]; readonly large: readonly string[] } {
    const now = this.#look();
    const files: WrittenFile[] = [];
    const large: string[] = [];
    for (const [name, state] of now) {
      if (this.#known.get(name) === state) continue;
      const path = `${this.#root}/${name}`;
      if ((this.#stat(path)?.size ?? 0) > LARGEST) large.push(name);
      else files.push({ name, data: this.#fs.readFile(path) });
    }
    for (const name of this.#known.keys()) {
      if (!now.has(name)) files.push({ name, data: null });
    }
    this.#known = now;
    return { files, large };
  }

  #look(): Map<string, string> {
    const found = new Map<string, string>();
    this.#collect("", found);
    return found;
  }

  #collect(folder: string, found: Map<string, string>): void {
    for (const entry of [...this.#names(`${this.#root}/${folder}`)].sort()) {
      if (found.size >= MOST_FILES) return;
      if (LEFT_OUT.test(entry)) continue;
      const name = `${folder}${entry}`;
      const stat = this.#stat(`${this.#root}/${name}`);
      if (stat === null) continue;
      if (this.#fs.isDir(stat.mode)) this.#collect(`${name}/`, found);
      else if (this.#fs.isFile(stat.mode)) found.set(name, stateOf(stat));
    }
  }

  #names(path: string): readonly string[] {
    try {
      return this.#fs.readdir(path);
    } catch {
      return [];
    }
  }

  /** Links are not followed: they may lead out of the folder. */
  #stat(path: string): ReturnType<FolderSystem["lstat"]> | null {
    try {
      return this.#fs.lstat(path);
    } catch {
      return null;
    }
  }
}

function stateOf({ ino, size, mtime }: ReturnType<FolderSystem["lstat"]>): string {
  return `${ino} ${size} ${mtime.getTime()}`;
}
