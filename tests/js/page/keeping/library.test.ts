import { beforeEach, describe, expect, it } from "vitest";

import { newDraft, writeCell } from "../../../../js/page/editor/draft.ts";
import { Library, newNotebookId } from "../../../../js/page/keeping/library.ts";
import { type ByteStore, type Kept, MemoryStore } from "../../../../js/page/keeping/store.ts";

const HOUR = 3600 * 1000;
const FF = "ff".repeat(32);
let store: MemoryStore;
let library: Library;
let now: number;

beforeEach(() => {
  now = 1000;
  store = new MemoryStore();
  library = new Library(store, () => now);
});

const names = async (): Promise<readonly string[]> => (await library.list()).map(({ name }) => name);

describe("a library", () => {
  it("lists notebooks, those changed last first", async () => {
    await library.write("a", newDraft("first"), false);
    now += 1;
    await library.write("b", newDraft("second"), false);
    expect(await library.list()).toEqual([
      { id: "b", name: "second", changed: 1001 },
      { id: "a", name: "first", changed: 1000 },
    ]);
    now += 1;
    await library.write("a", writeCell(newDraft("first"), "c1", "x"));
    expect(await names()).toEqual(["first", "second"]);
    expect((await library.read("a"))?.cells[0]?.source).toBe("x");
  });

  it("renames and duplicates, with results", async () => {
    await library.write("a", newDraft("one"), false);
    await library.writeShown("a", "shown");
    await library.addEntry("a", { kind: "blobs", key: FF, data: new Uint8Array([7]) });
    expect(await library.duplicate("a", "b", "two")).toEqual({ kept: true });
    expect(await names()).toEqual(["one", "two"]);
    expect((await library.read("b"))?.filename).toBe("two.py");
    expect(await library.readShown("b")).toBe("shown");
    expect(await library.entries("b")).toEqual([{ kind: "blobs", key: FF, data: new Uint8Array([7]) }]);
    await library.rename("a", "other");
    expect((await library.read("a"))?.name).toBe("other");
    expect((await library.read("b"))?.name).toBe("two");
  });

  it("brings back what was deleted, for a day", async () => {
    await library.write("a", newDraft("one"), false);
    await library.remove("a");
    expect(await names()).toEqual([]);
    expect(await library.read("a")).toBeNull();
    now += 23 * HOUR;
    await library.sweep();
    await library.bringBack("a");
    expect(await names()).toEqual(["one"]);
    await library.remove("a");
    now += 25 * HOUR;
    await library.sweep();
    expect(await store.keys()).toEqual([]);
    expect(await library.bringBack("a")).toEqual({ kept: false, why: "gone" });
  });

  it("remembers what came from elsewhere, in copies and under other names, too", async () => {
    await library.write("a", newDraft("theirs"), true);
    await library.write("b", newDraft("mine"), false);
    await library.write("a", writeCell(newDraft("theirs"), "c1", "x"));
    await library.rename("a", "renamed");
    await library.duplicate("a", "c", "copy");
    await library.duplicate("b", "d", "copy");
    expect(await Promise.all(["a", "b", "c", "d"].map((id) => library.isForeign(id)))).toEqual([true, false, true, false]);
    await store.put("b/about.json", new Uint8Array([123]));
    expect(await library.isForeign("b")).toBe(true);
    expect(await library.isForeign("unknown")).toBe(true);
  });

  it("lives with what is damaged", async () => {
    await library.write("a", newDraft("one"), false);
    await store.put("a/notebook.json", new Uint8Array([123]));
    expect(await library.read("a")).toBeNull();
    await library.write("b", newDraft("two"), false);
    await store.put("b/about.json", new Uint8Array([123]));
    expect((await library.read("b"))?.name).toBe("two");
  });

  it("leaves no half of a copy where there is no room", async () => {
    await library.write("a", newDraft("one"), false);
    await library.addEntry("a", { kind: "blobs", key: FF, data: new Uint8Array([7]) });
    const full: ByteStore = {
      place: "files",
      get: (key) => store.get(key),
      put: (key, data): Promise<Kept> => (key.startsWith("b/n") ? Promise.resolve({ kept: false, why: "full" }) : store.put(key, data)),
      delete: (key) => store.delete(key),
      keys: (folder) => store.keys(folder),
    };
    expect(await new Library(full).duplicate("a", "b", "two")).toEqual({ kept: false, why: "full" });
    expect(await store.keys("b")).toEqual([]);
  });

  it.each(["../../b/notebook.json", "", "aa", `${"a".repeat(63)}/`, "A".repeat(64)])("keeps no result under %j", async (key) => {
    for (const kind of ["blobs", "..", "notebook.json"]) {
      await library.addEntry("a", { kind: kind as "blobs", key, data: new Uint8Array([1]) });
    }
    expect(await store.keys()).toEqual([]);
  });

  it("gives ids of their own", () => {
    const ids = new Set(Array.from({ length: 100 }, newNotebookId));
    expect(ids.size).toBe(100);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{16}$/);
  });
});
