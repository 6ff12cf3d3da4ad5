/** Finds where a browser keeps bytes for this page: its private files, else its database, else only memory. */

import { DatabaseStore, openDatabase } from "./database-store.ts";
import { FileStore } from "./file-store.ts";
import { type ByteStore, MemoryStore } from "./store.ts";

/** What a browser may have. */
export interface Keepers {
  readonly storage?: Partial<Pick<StorageManager, "getDirectory">> | undefined;
  readonly databases?: IDBFactory | undefined;
}

const TRIAL = "trial";

/** Opens the store of this name; one that takes no entry is not used. Never rejects. */
export async function openStore(name: string, { storage, databases }: Keepers): Promise<ByteStore> {
  const ways = [
    () => {
      if (storage?.getDirectory === undefined) return null;
      const { getDirectory } = storage;
      return new FileStore(async () => (await getDirectory.call(storage)).getDirectoryHandle(name, { create: true }));
    },
    async () => (databases === undefined ? null : new DatabaseStore(await openDatabase(databases, name))),
  ];
  for (const open of ways) {
    try {
      const store = await open();
      if (store !== null && (await works(store))) return store;
    } catch {
      // Denied, or not there: on to the next.
    }
  }
  return new MemoryStore();
}

/** Some browsers have private files that a page can open and not write, or a database without any room. */
async function works(store: ByteStore): Promise<boolean> {
  const { kept } = await store.put(TRIAL, new Uint8Array([1]));
  await store.delete(TRIAL);
  return kept;
}
