/** What the page keeps of what its workers computed, for the next one: manifests and blobs, as long as there is room. */

import type { KeptEntry } from "../../protocol/rpc.ts";

/** Bytes; a phone has to hold them beside Python. */
const ROOM = 64 * 1024 * 1024;

/** Holds entries by key; when there is no room left the oldest go. */
export class Keepsake {
  readonly #entries = new Map<string, KeptEntry>();
  readonly #room: number;
  #size = 0;

  constructor(room = ROOM) {
    this.#room = room;
  }

  /** Takes an entry; one that is bigger than all the room is not kept. */
  add(entry: KeptEntry): void {
    const name = `${entry.kind}/${entry.key}`;
    this.#drop(name);
    if (entry.data.length > this.#room) return;
    this.#entries.set(name, entry);
    this.#size += entry.data.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#size <= this.#room) break;
      this.#drop(oldest);
    }
  }

  /** Lets everything go. */
  clear(): void {
    this.#entries.clear();
    this.#size = 0;
  }

  get entries(): readonly KeptEntry[] {
    return [...this.#entries.values()];
  }

  #drop(name: string): void {
    this.#size -= this.#entries.get(name)?.data.length ?? 0;
    this.#entries.delete(name);
  }
}
