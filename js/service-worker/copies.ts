/** Copies of a site's files in the browser's cache, one cache for each version of the site. */

import type { FromServiceWorker } from "../protocol/offline.ts";
import { belongs, isImmutable, keyOf, type Site } from "./site.ts";

/** How many files are fetched at a time: the reader may need the line, too. */
const LANES = 4;

export class Copies {
  readonly #scope: string;
  readonly #site: Site;
  /** Other sites may lie on the same origin: their caches are none of ours. */
  readonly #prefix: string;

  constructor(scope: string, site: Site) {
    this.#scope = scope;
    this.#site = site;
    this.#prefix = `tiffin ${scope} `;
  }

  /** Returns a copy, of the newest version that has one. */
  async find(key: string): Promise<Response | undefined> {
    for (const name of await this.#names()) {
      const found = await (await caches.open(name)).match(key, { ignoreVary: true });
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Keeps an answer, if it is one that is worth it; a browser without room keeps none. */
  async put(key: string, response: Response): Promise<boolean> {
    if (response.status !== 200 || response.type === "opaque") return false;
    try {
      await (await this.#current()).put(key, response);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Keeps a copy of each address that is the site's; with `complete` also of what Python may still need, and then
   * drops the copies of earlier versions.
   */
  async keep(addresses: readonly string[], complete: boolean): Promise<FromServiceWorker> {
    const files = complete ? this.#site.files.map((path) => new URL(path, this.#scope).href) : [];
    const wanted = [...addresses, ...files].filter((address) => belongs(address, this.#scope, this.#site));
    const waiting = [...new Set(wanted.map((address) => keyOf(address, false)))];
    const all = waiting.length;
    let failed = 0;
    const work = async (): Promise<void> => {
      for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
        if (!(await this.#copy(key))) failed += 1;
      }
    };
    await Promise.all(Array.from({ length: LANES }, work));
    if (complete && failed === 0) await this.#forget();
    return { kind: "kept", files: all - failed, failed };
  }

  async #copy(key: string): Promise<boolean> {
    const current = await this.#current();
    if ((await current.match(key, { ignoreVary: true })) !== undefined) return true;
    const older = isImmutable(key, this.#site) ? await this.find(key) : undefined;
    if (older !== undefined) return this.put(key, older);
    try {
      return await this.put(key, await fetch(key));
    } catch {
      return false;
    }
  }

  #current(): Promise<Cache> {
    return caches.open(this.#prefix + this.#site.version);
  }

  /** The caches of this site, that of this version first. */
  async #names(): Promise<readonly string[]> {
    const current = this.#prefix + this.#site.version;
    const names = (await caches.keys()).filter((name) => name.startsWith(this.#prefix) && name !== current);
    return [current, ...names.reverse()];
  }

  async #forget(): Promise<void> {
    for (const name of (await this.#names()).slice(1)) await caches.delete(name);
  }
}
