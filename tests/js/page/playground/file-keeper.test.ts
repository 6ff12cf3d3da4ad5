import { beforeEach, describe, expect, it } from "vitest";

import { Folder, type FolderFile } from "../../../../js/page/folder/folder.ts";
import { KeptFiles } from "../../../../js/page/keeping/kept-files.ts";
import { type Kept, MemoryStore, type StoreProblem } from "../../../../js/page/keeping/store.ts";
import { FileKeeper, fileProblemText } from "../../../../js/page/playground/file-keeper.ts";

class NarrowStore extends MemoryStore {
  problem: StoreProblem | null = null;

  override put(key: string, data: Uint8Array<ArrayBuffer>): Promise<Kept> {
    return this.problem === null ? super.put(key, data) : Promise.resolve({ kept: false, why: this.problem });
  }
}

let store: NarrowStore;
let folder: Folder;
let keeper: FileKeeper;
let heard: number;

beforeEach(() => {
  store = new NarrowStore();
  folder = new Folder(() => undefined);
  heard = 0;
  keeper = new FileKeeper(new KeptFiles(store, "a"), folder, () => {
    heard += 1;
  });
});

const file = (name: string, text: string): FolderFile => ({ name, origin: "uploaded", changed: 1, content: new Blob([text]) });

async function found(): Promise<readonly string[]> {
  const { files } = await new KeptFiles(store, "a").read();
  return Promise.all(files.map(async ({ name, content }) => `${name}=${await content.text()}`));
}

describe("a keeper of files", () => {
  it("keeps nothing until it is to, and then all that is there and all that changes", async () => {
    folder.put([file("x", "1")]);
    await keeper.settled();
    expect(await store.keys()).toEqual([]);
    keeper.begin();
    await keeper.settled();
    expect(await found()).toEqual(["x=1"]);
    folder.put([file("x", "2"), file("y", "3")]);
    folder.hear([{ name: "z", data: new TextEncoder().encode("4") }]);
    folder.remove("y");
    await keeper.settled();
    expect(await found()).toEqual(["x=2", "z=4"]);
    keeper.stop();
    folder.put([file("x", "5")]);
    await keeper.settled();
    expect(await found()).toEqual(["x=2", "z=4"]);
  });

  it("brings back what was kept, and does not keep it again", async () => {
    await new KeptFiles(store, "a").put(file("x", "1"));
    expect(await keeper.load()).toEqual([]);
    expect(folder.files.map(({ name }) => name)).toEqual(["x"]);
    store.problem = "full";
    keeper.begin();
    await keeper.settled();
    expect(keeper.problems.size).toBe(0);
  });

  it("says what is not kept, and when it is again", async () => {
    keeper.begin();
    store.problem = "full";
    folder.put([file("x", "1")]);
    await keeper.settled();
    expect([...keeper.problems]).toEqual([["x", "full"]]);
    folder.put([file("x", "2")]);
    await keeper.settled();
    expect(heard).toBe(1);
    store.problem = null;
    folder.put([file("x", "3")]);
    await keeper.settled();
    expect(keeper.problems.size).toBe(0);
    expect(heard).toBe(2);
  });

  it("has a sentence for every reason", () => {
    for (const why of ["room", "full", "denied", "gone"] as const) {
      expect(fileProblemText("big.csv", why)).toMatch(/big\.csv.*It stays here until you leave the page\.$/);
    }
    expect(fileProblemText("big.csv", "room")).toContain("256 MB together");
  });
});
