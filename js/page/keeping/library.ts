/** The notebooks that somebody keeps in this browser. */

import { type Draft, draftText, readDraft } from "../editor/draft.ts";
import type { KeptEntry } from "../../protocol/rpc.ts";
import type { ByteStore, Kept } from "./store.ts";

/** What a list of notebooks shows of one. */
export interface About {
  readonly id: string;
  readonly name: string;
  /** When it was last changed, in milliseconds since 1970. */
  readonly changed: number;
}

interface NotebookRecord {
  readonly name: string;
  readonly changed: number;
  /** When it was deleted; null as long as it is not. */
  readonly deleted: number | null;
  /** Whether it came from elsewhere: then so did what it does. */
  readonly foreign: boolean;
}

/** What the page showed when it was left: the JSON of each cell's state, as `NotebookPage.results` gives it. */
export type ShownText = string;

const KINDS: readonly string[] = ["manifests", "blobs"] satisfies KeptEntry["kind"][];
const DIGEST = /^[0-9a-f]{64}$/;

/** How long a deleted notebook can be brought back. */
const GRACE = 24 * 3600 * 1000; // milliseconds

/** Bytes of results that are kept of one notebook; the oldest go first. */
const ROOM = 256 * 1024 * 1024;

export class Library {
  readonly #store: ByteStore;
  readonly #now: () => number;

  constructor(store: ByteStore, now: () => number = Date.now) {
    this.#store = store;
    this.#now = now;
  }

  /** Whether what is kept here outlives the page. */
  get isLasting(): boolean {
    return this.#store.place !== "memory";
  }

  /** All notebooks, the one that was changed last first. */
  async list(): Promise<readonly About[]> {
    const found: About[] = [];
    for (const id of await this.#ids()) {
      const record = await this.#record(id);
      if (record?.deleted === null) found.push({ id, name: record.name, changed: record.changed });
    }
    return found.sort((a, b) => b.changed - a.changed || (a.id < b.id ? -1 : 1));
  }

  /** The notebook of this id; null if there is none, or none that can be read. */
  async read(id: string): Promise<Draft | null> {
    const record = await this.#record(id);
    if (record?.deleted !== null) return null;
    return this.#draft(id);
  }

  /** Whether the notebook of this id came from elsewhere; one of which nothing is known counts as such. */
  async isForeign(id: string): Promise<boolean> {
    return (await this.#record(id))?.foreign ?? true;
  }

  /** Keeps a notebook as it is now; `foreign` says whether it came from elsewhere, as it was if left out. */
  async write(id: string, draft: Draft, foreign?: boolean): Promise<Kept> {
    // Nobody may ever find a notebook from elsewhere that is not marked as such: the mark comes first.
    const mark = foreign ?? (await this.isForeign(id));
    const marked = await this.#note(id, { name: draft.name, changed: this.#now(), deleted: null, foreign: mark });
    return marked.kept ? this.#store.put(`${id}/notebook.json`, encode(draftText(draft))) : marked;
  }

  /** Gives a notebook another name. */
  async rename(id: string, name: string): Promise<Kept> {
    const draft = await this.#draft(id);
    return draft === null ? { kept: false, why: "gone" } : this.write(id, { ...draft, name, filename: `${name}.py` });
  }

  /** Makes a copy, with its results, under the id `copy`. */
  async duplicate(id: string, copy: string, name: string): Promise<Kept> {
    const foreign = await this.isForeign(id);
    for (const key of await this.#store.keys(id)) {
      const data = await this.#store.get(key);
      if (data === null || key === `${id}/about.json`) continue;
      const kept = await this.#store.put(`${copy}${key.slice(id.length)}`, data);
      if (!kept.kept) {
        await this.#erase(copy);
        return kept;
      }
    }
    const draft = await this.#draft(copy);
    if (draft === null) return { kept: false, why: "gone" };
    return this.write(copy, { ...draft, name, filename: `${name}.py` }, foreign);
  }

  /** Takes a notebook from the list; it can be brought back for a day. */
  async remove(id: string): Promise<Kept> {
    const record = await this.#record(id);
    return record === null ? { kept: true } : this.#note(id, { ...record, deleted: this.#now() });
  }

  /** Brings a deleted notebook back. */
  async bringBack(id: string): Promise<Kept> {
    const record = await this.#record(id);
    return record === null ? { kept: false, why: "gone" } : this.#note(id, { ...record, deleted: null });
  }

  /** Erases what was deleted more than a day ago. */
  async sweep(): Promise<void> {
    for (const id of await this.#ids()) {
      const record = await this.#record(id);
      if (record !== null && record.deleted !== null && this.#now() - record.deleted > GRACE) await this.#erase(id);
    }
  }

  /** What the page showed of a notebook; null if nothing is known. */
  async readShown(id: string): Promise<ShownText | null> {
    const data = await this.#store.get(`${id}/shown.json`);
    return data === null ? null : decode(data);
  }

  async writeShown(id: string, shown: ShownText): Promise<Kept> {
    return this.#store.put(`${id}/shown.json`, encode(shown));
  }

  /** Keeps a result for the next kernel; what has no digest for a key is none, and not kept. */
  async addEntry(id: string, entry: KeptEntry): Promise<Kept> {
    // It may come from a notebook that wants to write somewhere else.
    if (!KINDS.includes(entry.kind) || !DIGEST.test(entry.key) || !(entry.data instanceof Uint8Array)) return { kept: true };
    return this.#store.put(`${id}/${entry.kind}/${entry.key}`, entry.data);
  }

  /** The results that were kept, up to the room there is for them. */
  async entries(id: string): Promise<readonly KeptEntry[]> {
    const found: KeptEntry[] = [];
    let size = 0;
    for (const kind of ["manifests", "blobs"] as const) {
      for (const path of await this.#store.keys(`${id}/${kind}`)) {
        const data = await this.#store.get(path);
        size += data?.length ?? 0;
        if (data !== null && size <= ROOM) found.push({ kind, key: path.slice(path.lastIndexOf("/") + 1), data });
      }
    }
    return found;
  }

  async #ids(): Promise<readonly string[]> {
    const keys = await this.#store.keys();
    return [...new Set(keys.filter((key) => key.endsWith("/about.json")).map((key) => key.slice(0, key.indexOf("/"))))];
  }

  async #record(id: string): Promise<NotebookRecord | null> {
    const data = await this.#store.get(`${id}/about.json`);
    if (data === null) return null;
    try {
      const { name, changed, deleted, foreign } = JSON.parse(decode(data)) as Partial<NotebookRecord>;
      return { name: name ?? "notebook", changed: changed ?? 0, deleted: deleted ?? null, foreign: foreign ?? true };
    } catch {
      return { name: "notebook", changed: 0, deleted: null, foreign: true }; // its notebook may be whole
    }
  }

  #note(id: string, record: NotebookRecord): Promise<Kept> {
    return this.#store.put(`${id}/about.json`, encode(JSON.stringify(record)));
  }

  async #draft(id: string): Promise<Draft | null> {
    const data = await this.#store.get(`${id}/notebook.json`);
    if (data === null) return null;
    try {
      return readDraft(decode(data));
    } catch {
      return null;
    }
  }

  async #erase(id: string): Promise<void> {
    for (const key of await this.#store.keys(id)) await this.#store.delete(key);
  }
}

/** An id for a new notebook. */
export function newNotebookId(): string {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function decode(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}
