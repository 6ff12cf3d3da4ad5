/** A store in the origin private file system (File System Standard, WHATWG). */

import { writeWhole } from "../../protocol/private-files.ts";
import { type ByteStore, type Kept, namesOf, problemOf } from "./store.ts";

export class FileStore implements ByteStore {
  readonly place = "files";
  readonly #open: () => Promise<FileSystemDirectoryHandle>;

  /** `open` gives the store's folder, and makes it where the browser has removed it. */
  constructor(open: () => Promise<FileSystemDirectoryHandle>) {
    this.#open = open;
  }

  async get(key: string): Promise<Uint8Array<ArrayBuffer> | null> {
    const names = namesOf(key);
    try {
      const folder = await this.#folder(names.slice(0, -1), false);
      const handle = await folder.getFileHandle(names.at(-1) ?? "");
      return new Uint8Array(await (await handle.getFile()).arrayBuffer());
    } catch {
      return null; // what cannot be read is as good as not there
    }
  }

  async put(key: string, data: Uint8Array<ArrayBuffer>): Promise<Kept> {
    const names = namesOf(key);
    try {
      const folder = await this.#folder(names.slice(0, -1), true);
      const handle = await folder.getFileHandle(names.at(-1) ?? "", { create: true });
      await writeWhole(handle, data);
      return { kept: true };
    } catch (error) {
      return { kept: false, why: problemOf(error) };
    }
  }

  async delete(key: string): Promise<void> {
    const names = namesOf(key);
    try {
      const folder = await this.#folder(names.slice(0, -1), false);
      await folder.removeEntry(names.at(-1) ?? "");
    } catch {
      // It is not there.
    }
  }

  async keys(folder = ""): Promise<readonly string[]> {
    const found: string[] = [];
    try {
      const root = await this.#folder(folder === "" ? [] : namesOf(folder), false);
      await collect(root, folder, found);
    } catch {
      // There is no such folder.
    }
    return found.sort();
  }

  async #folder(names: readonly string[], create: boolean): Promise<FileSystemDirectoryHandle> {
    let folder = await this.#open();
    for (const name of names) folder = await folder.getDirectoryHandle(name, { create });
    return folder;
  }
}

async function collect(folder: FileSystemDirectoryHandle, path: string, found: string[]): Promise<void> {
  for await (const [name, handle] of folder.entries()) {
    const key = path === "" ? name : `${path}/${name}`;
    if (handle instanceof FileSystemDirectoryHandle) await collect(handle, key, found);
    else found.push(key);
  }
}
