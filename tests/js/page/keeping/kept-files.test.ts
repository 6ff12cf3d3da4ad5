import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";

import { newDraft } from "../../../../js/page/editor/draft.ts";
import type { FolderFile } from "../../../../js/page/folder/folder.ts";
import { KeptFiles, ROOM } from "../../../../js/page/keeping/kept-files.ts";
import { Library } from "../../../../js/page/keeping/library.ts";
import { type Kept, MemoryStore } from "../../../../js/page/keeping/store.ts";

/** A store whose room is up at some time. */
class NarrowStore extends MemoryStore {
  puts = Infinity;

  override put(key: string, data: Uint8Array<ArrayBuffer>): Promise<Kept> {
    if ((this.puts -= 1) < 0) return Promise.resolve({ kept: false, why: "full" });
    return super.put(key, data);
  }
}

let store: NarrowStore;
let kept: KeptFiles;

beforeEach(() => {
  store = new NarrowStore();
  kept = new KeptFiles(store, "a");
});

const file = (name: string, text: string, origin: FolderFile["origin"] = "uploaded"): FolderFile => ({ name, origin, changed: 3, content: new Blob([text]) });

async function found(notebook = "a"): Promise<Record<string, string>> {
  const { files } = await new KeptFiles(store, notebook).read();
  return Object.fromEntries(await Promise.all(files.map(async ({ name, content }) => [name, await content.text()] as const)));
}

describe("kept files", () => {
  it("are found as they were put", async () => {
    await kept.put(file("x.csv", "1"));
    await kept.put(file("deep/y", "2", "written"));
    await kept.put(file("x.csv", "3"));
    const { files, lost } = await new KeptFiles(store, "a").read();
    expect(lost).toEqual([]);
    expect(files.map(({ name, origin, changed }) => [name, origin, changed])).toEqual([
      ["deep/y", "written", 3],
      ["x.csv", "uploaded", 3],
    ]);
    expect(await found()).toEqual({ "deep/y": "2", "x.csv": "3" });
    expect(await store.keys("a")).toHaveLength(3);
    expect(await kept.remove("x.csv")).toEqual({ kept: true });
    expect(await kept.remove("never")).toEqual({ kept: true });
    expect(await found()).toEqual({ "deep/y": "2" });
  });

  it("stay as they were where there is no room for others", async () => {
    await kept.put(file("x", "old"));
    for (const puts of [0, 1]) {
      store.puts = puts;
      expect(await kept.put(file("x", "new"))).toEqual({ kept: false, why: "full" });
      expect(await found()).toEqual({ x: "old" });
    }
    store.puts = Infinity;
    const huge = { ...file("y", ""), content: { size: ROOM } as Blob };
    expect(await kept.put(huge)).toEqual({ kept: false, why: "room" });
    expect(await kept.put(file("x", "new"))).toEqual({ kept: true });
    expect(await found()).toEqual({ x: "new" });
  });

  it("whose content is gone are named, and what nothing names is erased", async () => {
    await kept.put(file("x", "1"));
    await kept.put(file("y", "2"));
    const [one] = (await store.keys("a/files")).filter((key) => !key.endsWith("list.json"));
    await store.delete(one ?? "");
    await store.put("a/files/0123456789abcdef", new Uint8Array([1]));
    const later = new KeptFiles(store, "a");
    const { files, lost } = await later.read();
    expect(files.length + lost.length).toBe(2);
    expect(lost).toHaveLength(1);
    expect(await store.keys("a/files"), "another tab may be about to name it").toHaveLength(3);
    await later.sweep();
    expect(await store.keys("a/files")).toHaveLength(2);
  });

  it("are none where the list cannot be read, or names what is no content", async () => {
    for (const text of ["", "[]", '{"format":2,"files":[]}', '{"format":1,"files":[{"name":"x","content":"../about.json","size":1}]}']) {
      await store.put("a/files/list.json", new TextEncoder().encode(text));
      expect(await found()).toEqual({});
    }
  });

  it("go with their notebook when it is duplicated, deleted and brought back, and end with it", async () => {
    let now = 1;
    const library = new Library(store, () => now);
    await library.write("a", newDraft("one"), false);
    await kept.put(file("x", "1"));
    await library.duplicate("a", "b", "two");
    expect(await found("b")).toEqual({ x: "1" });
    await library.remove("b");
    await library.bringBack("b");
    expect(await found("b")).toEqual({ x: "1" });
    await library.remove("b");
    now += 25 * 3600 * 1000;
    await library.sweep();
    expect(await store.keys("b")).toEqual([]);
    expect(await found("a")).toEqual({ x: "1" });
  });

  it("are what was put last, whatever was put and removed", async () => {
    const step = fc.tuple(fc.constantFrom("a", "b", "c/d"), fc.option(fc.string({ maxLength: 4 })));
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const own = new MemoryStore();
        const files = new KeptFiles(own, "n");
        const expected = new Map<string, string>();
        for (const [name, text] of steps) {
          if (text === null) {
            await files.remove(name);
            expected.delete(name);
          } else {
            await files.put(file(name, text));
            expected.set(name, text);
          }
        }
        const { files: read } = await new KeptFiles(own, "n").read();
        const entries = await Promise.all(read.map(async ({ name, content }) => [name, await content.text()] as const));
        expect(new Map(entries)).toEqual(expected);
        const lists = expected.size === 0 && (await own.keys()).length === 0 ? 0 : 1;
        expect(await own.keys()).toHaveLength(expected.size + lists);
      }),
      { numRuns: 60 },
    );
  });
});
