/** Bytes by key, kept by the browser: what the playground's notebooks lie in. */

/** Why something could not be kept. */
export type StoreProblem = "full" | "denied" | "gone";

/** How keeping something went. */
export type Kept = { readonly kept: true } | { readonly kept: false; readonly why: StoreProblem };

/**
 * Keys are paths of names without `/`, which are not empty, `.` or `..`; anything else is an error before any I/O.
 * What is there is replaced as a whole, or stays as it was.
 */
export interface ByteStore {
  /** What keeps the bytes, in words. */
  readonly place: "files" | "database" | "memory";
  /** The bytes under a key; null if there are none. */
  get(key: string): Promise<Uint8Array<ArrayBuffer> | null>;
  put(key: string, data: Uint8Array<ArrayBuffer>): Promise<Kept>;
  /** Forgets the bytes under a key, if there are any. */
  delete(key: string): Promise<void>;
  /** All keys that begin with these names, sorted; of none, all keys. */
  keys(folder?: string): Promise<readonly string[]>;
}

/** The names that a key is made of; throws for what is no key. */
export function namesOf(key: string): readonly string[] {
  const names = key.split("/");
  if (names.some((name) => name === "" || name === "." || name === "..")) {
    throw new Error(`a key is made of names with / between them, not ${JSON.stringify(key)}`);
  }
  return names;
}

/** Whether a key lies in a folder, which is a key itself, or "" for all. */
export function liesIn(key: string, folder: string): boolean {
  return folder === "" || key.startsWith(`${folder}/`);
}

/** What a browser's error means for whoever wants something kept. */
export function problemOf(error: unknown): StoreProblem {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "QuotaExceededError") return "full";
  if (name === "InvalidStateError" || name === "NotFoundError" || name === "AbortError") return "gone";
  return "denied";
}

/** A store that ends with the page. */
export class MemoryStore implements ByteStore {
  readonly place = "memory";
  readonly #entries = new Map<string, Uint8Array<ArrayBuffer>>();

  get(key: string): Promise<Uint8Array<ArrayBuffer> | null> {
    namesOf(key);
    return Promise.resolve(this.#entries.get(key)?.slice() ?? null);
  }

  put(key: string, data: Uint8Array<ArrayBuffer>): Promise<Kept> {
    namesOf(key);
    this.#entries.set(key, data.slice());
    return Promise.resolve({ kept: true });
  }

  delete(key: string): Promise<void> {
    namesOf(key);
    this.#entries.delete(key);
    return Promise.resolve();
  }

  keys(folder = ""): Promise<readonly string[]> {
    return Promise.resolve([...this.#entries.keys()].filter((key) => liesIn(key, folder)).sort());
  }
}
