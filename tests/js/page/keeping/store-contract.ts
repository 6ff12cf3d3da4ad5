/** What every store of bytes promises, held to by each of them. */

import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";

import type { ByteStore } from "../../../../js/page/keeping/store.ts";

const bytes = (...values: readonly number[]): Uint8Array<ArrayBuffer> => new Uint8Array(values);

export function describeStore(name: string, open: () => Promise<ByteStore>): void {
  describe(name, () => {
    let store: ByteStore;
    beforeEach(async () => {
      store = await open();
    });

    it("gives back what was put, and null for what was not", async () => {
      expect(await store.put("a/b", bytes(1, 2))).toEqual({ kept: true });
      expect(await store.get("a/b")).toEqual(bytes(1, 2));
      expect(await store.get("a/c")).toBeNull();
      expect(await store.get("c")).toBeNull();
    });

    it("replaces, and forgets", async () => {
      await store.put("a", bytes(1, 2, 3));
      await store.put("a", bytes(4));
      expect(await store.get("a")).toEqual(bytes(4));
      await store.delete("a");
      await store.delete("a");
      expect(await store.get("a")).toBeNull();
    });

    it("knows its keys, all or those of a folder", async () => {
      for (const key of ["b", "a/2", "a/1/x", "ab/1"]) await store.put(key, bytes(1));
      expect(await store.keys()).toEqual(["a/1/x", "a/2", "ab/1", "b"]);
      expect(await store.keys("a")).toEqual(["a/1/x", "a/2"]);
      expect(await store.keys("a/1")).toEqual(["a/1/x"]);
      expect(await store.keys("nothing")).toEqual([]);
    });

    it("keeps what it was given, whatever becomes of that", async () => {
      const data = bytes(1, 2);
      await store.put("a", data);
      data[0] = 9;
      const found = await store.get("a");
      expect(found).toEqual(bytes(1, 2));
      if (found !== null) found[0] = 9;
      expect(await store.get("a")).toEqual(bytes(1, 2));
    });

    it.each(["", "/", "a/", "/a", "a//b", "..", "a/../b", "."])("takes no key like %j", async (key) => {
      await expect((async () => store.put(key, bytes(1)))()).rejects.toThrow("a key is made of names");
      await expect((async () => store.get(key))()).rejects.toThrow("a key is made of names");
      await expect((async () => store.delete(key))()).rejects.toThrow("a key is made of names");
    });

    it("does as a map does, whatever is asked of it", async () => {
      const step = fc.record({ act: fc.constantFrom("put", "delete"), key: fc.constantFrom("a", "b/c", "b/d", "e/f/g"), value: fc.uint8Array({ maxLength: 4 }) });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          for (const key of await store.keys()) await store.delete(key);
          const map = new Map<string, Uint8Array>();
          for (const { act, key, value } of steps) {
            if (act === "put") {
              await store.put(key, new Uint8Array(value));
              map.set(key, value);
            } else {
              await store.delete(key);
              map.delete(key);
            }
          }
          expect(await store.keys()).toEqual([...map.keys()].sort());
          for (const [key, value] of map) expect([...((await store.get(key)) ?? [])]).toEqual([...value]);
        }),
        { numRuns: 20 },
      );
    });
  });
}
