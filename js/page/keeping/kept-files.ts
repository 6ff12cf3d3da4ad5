/** The files of one notebook, beside it in the store: their contents, and a list of them. */

import type { FileOrigin, FolderFile } from "../folder/folder.ts";
import type { ByteStore, Kept } from "./store.ts";

/** Bytes of files that are kept of one notebook. */
export const ROOM = 256 * 1000 * 1000;

/** Why a file was not kept: as a store says, or because the notebook has too many bytes of files. */
export type FileKept = Kept | { readonly kept: false; readonly why: "room" };

interface Entry {
  readonly name: string;
  readonly origin: FileOrigin;
  readonly changed: number;
  readonly size: number;
  /** The name of its content, which is never written over: the list says which one counts. */
  readonly content: string;
}

const FORMAT = 1;
const NAME = /^[0-9a-f]{16}$/;

export class KeptFiles {
  readonly #store: ByteStore;
  readonly #folder: string;
  #entries: readonly Entry[] = [];

  constructor(store: ByteStore, notebook: string) {
    this.#store = store;
    this.#folder = `${notebook}/files`;
  }

  /** What was kept, and the names of files whose content is gone. */
  async read(): Promise<{ readonly files: readonly FolderFile[]; readonly lost: readonly string[] }> {
    const listed = readList(await this.#store.get(`${this.#folder}/list.json`));
    const files: FolderFile[] = [];
    const lost: string[] = [];
    const found: Entry[] = [];
    for (const entry of listed) {
      const data = await this.#store.get(`${this.#folder}/${entry.content}`);
      if (data?.length !== entry.size) {
        lost.push(entry.name);
        continue;
      }
      const { name, origin, changed } = entry;
      files.push({ name, origin, changed, content: new Blob([data]) });
      found.push(entry);
    }
    this.#entries = found;
    return { files, lost };
  }

  /** Erases contents that no file has: of a page that ended while it kept one. Nobody else may be keeping files here. */
  async sweep(): Promise<void> {
    const named = new Set(this.#entries.map(({ content }) => `${this.#folder}/${content}`));
    for (const key of await this.#store.keys(this.#folder)) {
      if (!named.has(key) && !key.endsWith("/list.json")) await this.#store.delete(key);
    }
  }

  /** Keeps a file in the place of the one of its name; as it was, if that does not succeed. */
  async put(file: FolderFile): Promise<FileKept> {
    const { name, origin, changed, content: blob } = file;
    const others = this.#entries.filter((entry) => entry.name !== name);
    if (others.reduce((sum, { size }) => sum + size, blob.size) > ROOM) return { kept: false, why: "room" };
    const content = newName();
    const data = new Uint8Array(await blob.arrayBuffer());
    const kept = await this.#store.put(`${this.#folder}/${content}`, data);
    if (!kept.kept) return kept;
    const listed = await this.#list([...others, { name, origin, changed, size: data.length, content }]);
    if (!listed.kept) await this.#store.delete(`${this.#folder}/${content}`);
    return listed;
  }

  /** Forgets the file of this name, if there is one. */
  async remove(name: string): Promise<Kept> {
    if (!this.#entries.some((entry) => entry.name === name)) return { kept: true };
    return this.#list(this.#entries.filter((entry) => entry.name !== name));
  }

  /** Makes these the entries, and erases the contents of others. */
  async #list(entries: readonly Entry[]): Promise<Kept> {
    const text = JSON.stringify({ format: FORMAT, files: entries });
    const kept = await this.#store.put(`${this.#folder}/list.json`, new TextEncoder().encode(text));
    if (!kept.kept) return kept;
    const contents = new Set(entries.map(({ content }) => content));
    const gone = this.#entries.filter(({ content }) => !contents.has(content));
    this.#entries = entries;
    for (const { content } of gone) await this.#store.delete(`${this.#folder}/${content}`);
    return kept;
  }
}

function readList(data: Uint8Array | null): readonly Entry[] {
  if (data === null) return [];
  try {
    const { format, files } = JSON.parse(new TextDecoder().decode(data)) as { format: unknown; files: readonly Entry[] };
    return format === FORMAT ? files.filter(({ content }) => NAME.test(content)) : [];
  } catch {
    return [];
  }
}

function newName(): string {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
