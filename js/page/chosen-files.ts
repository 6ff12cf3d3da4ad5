/** The files that readers chose: handed over to a kernel before the values that name them, to the next one again. */

import type { Json } from "../protocol/messages.ts";
import { reasonOf } from "../protocol/reason.ts";
import type { Session } from "./session.ts";
import { showNotice } from "./view/notices.ts";

/** Takes contents. */
type Taker = Pick<Session, "give">;

export class ChosenFiles {
  /** By digest. Browsers keep what is in them on disk. */
  readonly #blobs = new Map<string, Blob>();
  readonly #given = new WeakMap<Taker, Set<string>>();

  /** Hears of the files that are chosen inside `root`. */
  constructor(root: HTMLElement) {
    root.addEventListener("tn-content", (event) => {
      this.#blobs.set(event.detail.digest, event.detail.content);
    });
  }

  /** Whether some of these values name a file. */
  has(values: Readonly<Record<string, Json>> | null): boolean {
    return this.#named(values).length > 0;
  }

  /** Hands over what values name and this session does not have; rejects if a file cannot be read. */
  async give(session: Taker, values: Readonly<Record<string, Json>>): Promise<void> {
    const given = this.#given.get(session) ?? new Set<string>();
    this.#given.set(session, given);
    for (const [digest, blob] of this.#named(values)) {
      if (given.has(digest)) continue;
      session.give(digest, await read(blob));
      given.add(digest);
    }
  }

  /** The same for a kernel that takes another's place; what cannot be read any more is told, and left out. */
  async giveAgain(session: Taker, values: Readonly<Record<string, Json>> | null): Promise<void> {
    for (const [name, value] of Object.entries(values ?? {})) {
      await this.give(session, { [name]: value }).catch((error: unknown) => {
        showNotice({ level: "warning", text: `Python has lost a file: ${reasonOf(error)}` });
      });
    }
  }

  #named(values: Readonly<Record<string, Json>> | null): readonly (readonly [string, Blob])[] {
    if (this.#blobs.size === 0) return [];
    const text = JSON.stringify(values);
    return [...this.#blobs].filter(([digest]) => text.includes(digest));
  }
}

async function read(blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch {
    const name = blob instanceof File ? blob.name : "a file";
    throw new Error(`${name} has changed or is gone: choose it again`);
  }
}
