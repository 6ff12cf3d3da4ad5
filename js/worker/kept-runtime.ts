/**
 * The runtime's large files as they are used: unpacked, in the origin's private files (File System Standard, WHATWG).
 *
 * A browser's own cache holds them packed, and unpacks them on every visit: a tenth of a second for each, in which
 * the worker that is to read them cannot do anything else. From here they are read in some milliseconds. Names are
 * made of the file's content and its length, so that another version, or half a file, is never taken for it. Where
 * nothing is kept, or can be, files are fetched.
 */

import { writeWhole } from "../protocol/private-files.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a browser may have. */
export type Storage = Partial<Pick<StorageManager, "getDirectory" | "estimate">> | undefined;

export const RUNTIME_FOLDER = "tiffin-runtime";
/** What is kept of all runtimes of an origin, in bytes: what was kept first goes first. */
const MOST = 256 * 1024 * 1024;
/** The part of what the origin may keep that has to be left, when the runtime is. */
const SPARE = 0.5;
/** A file that is named by its content. */
const NAMED = /\/([0-9a-f]{20}\.[a-z]+)$/;

interface KeptFile {
  readonly name: string;
  readonly size: number;
}

/** Where a file may be kept. */
export type KeptFiles = Pick<KeptRuntime, "get" | "read" | "noteRead" | "hold">;

export class KeptRuntime {
  readonly #read: string[] = [];
  readonly #storage: Storage;
  readonly #held = new Map<string, Bytes>();
  /** What there was when the worker started, by the file's own name. */
  readonly #found: Promise<Map<string, KeptFile>>;

  /** Looks at once for what is there: a boot that comes later does not wait for it. */
  constructor(storage: Storage) {
    this.#storage = storage;
    this.#found = this.#list().catch(() => new Map<string, KeptFile>());
  }

  /** The bytes of the file with this address; null if they are not kept, or cannot be read. */
  async get(url: string): Promise<Bytes | null> {
    const kept = (await this.#found).get(nameOf(url) ?? "");
    if (kept === undefined) return null;
    try {
      const handle = await (await this.#folder(false)).getFileHandle(kept.name);
      const data = await readFile(handle);
      if (data.length === kept.size) {
        this.noteRead(url);
        return data;
      }
      await this.forget(url);
      return null;
    } catch (error) {
      console.debug(`The runtime's file was not read, but is fetched: ${String(error)}`);
      return null;
    }
  }

  /** Addresses of what was read here, and not fetched. */
  get read(): readonly string[] {
    return this.#read;
  }

  /** Takes note of what was read, here or by a worker that reads for this one. */
  noteRead(url: string): void {
    this.#read.push(url);
  }

  /** Holds what was fetched and unpacked until there is time to keep it. */
  hold(url: string, data: Bytes): void {
    this.#held.set(url, data);
  }

  /** Keeps what is held, and lets go of it. Never rejects. */
  async keepHeld(): Promise<void> {
    for (const [url, data] of this.#held) {
      this.#held.delete(url);
      await this.keep(url, () => Promise.resolve(data));
    }
  }

  /** Keeps a file unless it is kept; `fetchFile` brings it if it can be had without a network. Never rejects. */
  async keep(url: string, fetchFile: () => Promise<Bytes | null>): Promise<void> {
    const name = nameOf(url);
    if (name === null || (await this.#found).has(name)) return;
    try {
      const folder = await this.#folder(true);
      const data = await fetchFile();
      if (data === null || !(await this.#makeRoom(folder, data.length))) return;
      await write(folder, `${name}-${data.length}`, data);
    } catch (error) {
      console.debug(`The runtime's file was not kept: ${String(error)}`);
    }
  }

  /** Forgets a file that is not what it should be. */
  async forget(url: string): Promise<void> {
    this.#held.delete(url);
    const found = await this.#found;
    const kept = found.get(nameOf(url) ?? "");
    if (kept === undefined) return;
    found.delete(nameOf(url) ?? "");
    try {
      await (await this.#folder(false)).removeEntry(kept.name);
    } catch {
      // It is not there any more.
    }
  }

  async #list(): Promise<Map<string, KeptFile>> {
    const found = new Map<string, KeptFile>();
    for await (const name of (await this.#folder(false)).keys()) {
      const [own = "", size = ""] = name.split("-");
      if (/^\d+$/.test(size)) found.set(own, { name, size: Number(size) });
    }
    return found;
  }

  /** Whether there is room for `size` bytes, after old files were removed where they are too many. */
  async #makeRoom(folder: FileSystemDirectoryHandle, size: number): Promise<boolean> {
    const { quota = 0, usage = 0 } = (await this.#storage?.estimate?.()) ?? {};
    if (usage + size > quota * SPARE) return false;
    const files: File[] = [];
    for await (const handle of folder.values()) {
      if (handle instanceof FileSystemFileHandle) files.push(await handle.getFile());
    }
    files.sort((one, other) => one.lastModified - other.lastModified);
    let sum = files.reduce((all, file) => all + file.size, size);
    for (const file of files) {
      if (sum <= MOST) break;
      await folder.removeEntry(file.name);
      sum -= file.size;
    }
    return sum <= MOST;
  }

  async #folder(create: boolean): Promise<FileSystemDirectoryHandle> {
    if (this.#storage?.getDirectory === undefined) throw new Error("this browser has no private files");
    const root = await this.#storage.getDirectory();
    return root.getDirectoryHandle(RUNTIME_FOLDER, { create });
  }
}

/** The name that says what is in the file; null for a file that may change. */
function nameOf(url: string): string | null {
  return NAMED.exec(url)?.[1] ?? null;
}

/** Reads all of a file at once, into this thread, which nothing else is as fast as. */
async function readFile(handle: FileSystemFileHandle): Promise<Bytes> {
  // Several pages may read at a time, where a browser knows this mode; where it does not, only one of them can.
  const access = await (handle as FileSystemFileHandle & SharedFileHandle).createSyncAccessHandle({ mode: "read-only" });
  try {
    const data = new Uint8Array(access.getSize());
    const length = access.read(data, { at: 0 });
    return length === data.length ? data : data.subarray(0, length);
  } finally {
    access.close();
  }
}

/** Modes came later than the rest of the standard. */
interface SharedFileHandle {
  createSyncAccessHandle(options: { mode: "read-only" }): Promise<{
    getSize(): number;
    read(into: Bytes, options: { at: number }): number;
    close(): void;
  }>;
}

/** Makes a file, or leaves none. */
async function write(folder: FileSystemDirectoryHandle, name: string, data: Bytes): Promise<void> {
  const handle = await folder.getFileHandle(name, { create: true });
  try {
    await writeWhole(handle, data);
  } catch (error) {
    await folder.removeEntry(name); // it was made empty
    throw error;
  }
}
