import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { newDraft, writeCell } from "../../../../js/page/editor/draft.ts";
import { Library } from "../../../../js/page/keeping/library.ts";
import { type ByteStore, type Kept, MemoryStore, type StoreProblem } from "../../../../js/page/keeping/store.ts";
import { Keeper } from "../../../../js/page/playground/keeper.ts";

/** A store in which there may be no room. */
class NarrowStore extends MemoryStore {
  problem: StoreProblem | null = null;
  written = 0;

  override put(key: string, data: Uint8Array<ArrayBuffer>): Promise<Kept> {
    if (this.problem !== null) return Promise.resolve({ kept: false, why: this.problem });
    this.written += 1;
    return super.put(key, data);
  }
}

let store: NarrowStore;
let library: Library;
let problems: (StoreProblem | null)[];
let begun: number;
let keeper: Keeper;
const draft = newDraft("one");

beforeEach(() => {
  vi.useFakeTimers();
  store = new NarrowStore();
  library = new Library(store satisfies ByteStore);
  problems = [];
  begun = 0;
  keeper = new Keeper(library, "a", false, false, {
    problem: (why) => problems.push(why),
    begun: () => {
      begun += 1;
    },
  });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a keeper", () => {
  it("keeps what changes, together, and says when it begins", async () => {
    keeper.change(draft);
    keeper.change(writeCell(draft, "c1", "x"));
    keeper.show(() => "shown");
    expect(await library.list()).toEqual([]);
    await vi.advanceTimersByTimeAsync(500);
    expect((await library.read("a"))?.cells[0]?.source).toBe("x");
    expect(await library.readShown("a")).toBe("shown");
    expect([begun, store.written]).toEqual([1, 3]);
  });

  it("keeps nothing of a notebook in which nobody has written, and its results once somebody has", async () => {
    keeper.show(() => "shown");
    keeper.add({ kind: "blobs", key: "ff".repeat(32), data: new Uint8Array([7]) });
    await keeper.flush();
    expect(await store.keys()).toEqual([]);
    expect(begun).toBe(0);
    expect(keeper.isBegun).toBe(false);
    keeper.change(draft);
    await keeper.flush();
    expect(keeper.isBegun).toBe(true);
    expect(await library.entries("a")).toEqual([{ kind: "blobs", key: "ff".repeat(32), data: new Uint8Array([7]) }]);
  });

  it("says that there is no room, once, keeps it in mind, and says when there is", async () => {
    store.problem = "full";
    keeper.change(draft);
    await keeper.flush();
    keeper.change(writeCell(draft, "c1", "x"));
    await keeper.flush();
    expect(problems).toEqual(["full"]);
    store.problem = null;
    await keeper.flush();
    expect(problems).toEqual(["full", null]);
    expect((await library.read("a"))?.cells[0]?.source).toBe("x");
    expect(begun).toBe(1);
  });

  it("keeps nothing any more once it is stopped", async () => {
    keeper.change(draft);
    keeper.stop();
    await keeper.flush();
    await vi.advanceTimersByTimeAsync(1000);
    expect(await store.keys()).toEqual([]);
  });
});
