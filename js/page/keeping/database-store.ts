/** A store in IndexedDB (W3C), for browsers whose private files cannot be written from a page. */

import { type ByteStore, type Kept, liesIn, namesOf, problemOf } from "./store.ts";

const TABLE = "bytes";

export class DatabaseStore implements ByteStore {
  readonly place = "database";
  readonly #database: IDBDatabase;

  constructor(database: IDBDatabase) {
    this.#database = database;
  }

  async get(key: string): Promise<Uint8Array<ArrayBuffer> | null> {
    namesOf(key);
    try {
      const found: unknown = await settled(this.#table("readonly").get(key));
      return found instanceof Uint8Array ? (found as Uint8Array<ArrayBuffer>) : null;
    } catch {
      return null;
    }
  }

  async put(key: string, data: Uint8Array<ArrayBuffer>): Promise<Kept> {
    namesOf(key);
    try {
      const table = this.#table("readwrite");
      const done = ended(table.transaction);
      table.put(data, key);
      await done;
      return { kept: true };
    } catch (error) {
      return { kept: false, why: problemOf(error) };
    }
  }

  async delete(key: string): Promise<void> {
    namesOf(key);
    try {
      const table = this.#table("readwrite");
      const done = ended(table.transaction);
      table.delete(key);
      await done;
    } catch {
      // The database is gone, and the entry with it.
    }
  }

  async keys(folder = ""): Promise<readonly string[]> {
    if (folder !== "") namesOf(folder);
    try {
      const found = await settled(this.#table("readonly").getAllKeys());
      return found.filter((key) => typeof key === "string").filter((key) => liesIn(key, folder)).sort();
    } catch {
      return [];
    }
  }

  #table(mode: IDBTransactionMode): IDBObjectStore {
    return this.#database.transaction(TABLE, mode, { durability: "strict" }).objectStore(TABLE);
  }
}

/** Opens the database of this name; rejects where there may be none. */
export function openDatabase(factory: IDBFactory, name: string): Promise<IDBDatabase> {
  const request = factory.open(name, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(TABLE);
  };
  return settled(request);
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error("the database said no"));
    };
  });
}

function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => {
      resolve();
    };
    transaction.onabort = transaction.onerror = () => {
      reject(transaction.error ?? new Error("the database said no"));
    };
  });
}
