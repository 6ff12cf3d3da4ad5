/** The files of one notebook, as the page has them: those that readers brought, and those that cells wrote. */

import type { WrittenFile } from "../../protocol/rpc.ts";
import type { Session } from "../session.ts";
import type { FolderLink } from "./link.ts";
import { nameProblem } from "./names.ts";

/** Who made a file what it is: its reader, or a cell. */
export type FileOrigin = "uploaded" | "written";

export interface FolderFile {
  /** Its path from the notebook, with `/` between folders. */
  readonly name: string;
  readonly origin: FileOrigin;
  /** When it was made what it is, in milliseconds since 1970. */
  readonly changed: number;
  readonly content: Blob;
}

/** Takes the names of files that are others now, or gone. */
export type FolderListener = (names: readonly string[]) => void;

/** Files of one notebook: a loop that writes more has most of them in Python only. */
export const MOST_FILES = 1000;

/** Bytes that all files of a notebook may have on a page; what a browser keeps of them on disk is its own affair. */
export const ROOM = 512 * 1024 * 1024;

export class Folder implements FolderLink {
  readonly #files = new Map<string, FolderFile>();
  readonly #listeners: FolderListener[] = [];
  readonly #refused: (text: string) => void;
  readonly #now: () => number;

  /** `refused` takes a sentence when something that cells wrote cannot be taken. */
  constructor(refused: (text: string) => void, now: () => number = Date.now) {
    this.#refused = refused;
    this.#now = now;
  }

  /** All files, by name. */
  get files(): readonly FolderFile[] {
    return [...this.#files.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Bytes of all files. */
  get size(): number {
    return [...this.#files.values()].reduce((sum, { content }) => sum + content.size, 0);
  }

  find(name: string): FolderFile | undefined {
    return this.#files.get(name);
  }

  /** Whether there is room for so many bytes under this name. */
  hasRoom(name: string, bytes: number): boolean {
    const before = this.#files.get(name);
    if (before === undefined && this.#files.size >= MOST_FILES) return false;
    return this.size - (before?.content.size ?? 0) + bytes <= ROOM;
  }

  /** Has files be these from now on. */
  put(files: readonly FolderFile[]): void {
    for (const file of files) this.#files.set(file.name, file);
    this.#tell(files.map(({ name }) => name));
  }

  /** Takes a file away, and returns it. */
  remove(name: string): FolderFile | undefined {
    const file = this.#files.get(name);
    if (this.#files.delete(name)) this.#tell([name]);
    return file;
  }

  /** Has somebody hear of files that are others now, whoever made them so. */
  onChange(listener: FolderListener): void {
    this.#listeners.push(listener);
  }

  give(session: Pick<Session, "place">, names: readonly string[] = [...this.#files.keys()]): Promise<void> | null {
    return names.length === 0 ? null : this.#give(session, names);
  }

  async #give(session: Pick<Session, "place">, names: readonly string[]): Promise<void> {
    for (const name of names) {
      const content = this.#files.get(name)?.content;
      session.place(name, content === undefined ? null : new Uint8Array(await content.arrayBuffer()));
    }
  }

  hear(written: readonly WrittenFile[]): void {
    const changed = this.#now();
    const names: string[] = [];
    for (const { name, data } of written) {
      // It may come from a notebook that somebody else wrote.
      if (typeof name !== "string" || nameProblem(name) !== null) continue;
      if (data === null) {
        if (!this.#files.delete(name)) continue;
      } else if (data instanceof Uint8Array && this.hasRoom(name, data.length)) {
        this.#files.set(name, { name, origin: "written", changed, content: new Blob([data]) });
      } else {
        this.#refused(`${name}, which a cell wrote, is too much for this page: it ends with Python.`);
        continue;
      }
      names.push(name);
    }
    if (names.length > 0) this.#tell(names);
  }

  #tell(names: readonly string[]): void {
    for (const listener of this.#listeners) listener(names);
  }
}
