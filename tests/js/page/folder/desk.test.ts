import { beforeEach, describe, expect, it } from "vitest";

import { Desk, LARGEST } from "../../../../js/page/folder/desk.ts";
import { Folder } from "../../../../js/page/folder/folder.ts";

let folder: Folder;
let desk: Desk;
let checked: (readonly string[])[];
let said: string[];
let undo: (() => void) | null;

beforeEach(() => {
  folder = new Folder(() => undefined);
  checked = [];
  said = [];
  undo = null;
  desk = new Desk(folder, {
    check: (names) => {
      checked.push(names);
      return Promise.resolve();
    },
    tell: (text, back) => {
      said.push(text);
      undo = back;
    },
  });
});

const text = async (name: string): Promise<string | undefined> => folder.find(name)?.content.text();

describe("a desk", () => {
  it("takes files, says how to read one, and has Python see it", async () => {
    await desk.take([new File(["1"], "e\u0301lan.csv")]);
    expect(await text("\u00e9lan.csv")).toBe("1");
    expect(said).toEqual(['\u00e9lan.csv is here: open("\u00e9lan.csv") reads it.']);
    expect(undo).toBeNull();
    await desk.take([new File(["2"], "a"), new File(["3"], "b")]);
    expect(said.at(-1)).toBe("a, b are here.");
    expect(checked).toEqual([["\u00e9lan.csv"], ["a", "b"]]);
  });

  it("replaces a file, and takes that back", async () => {
    await desk.take([new File(["1"], "a")]);
    await desk.take([new File(["2"], "a")]);
    expect(said.at(-1)).toBe("a was replaced.");
    expect(await text("a")).toBe("2");
    undo?.();
    expect(await text("a")).toBe("1");
    expect(checked).toHaveLength(3);
  });

  it("says that a cell may write its file again", async () => {
    folder.hear([{ name: "a", data: new Uint8Array([1]) }]);
    await desk.take([new File(["2"], "a")]);
    expect(said).toEqual(["a was replaced. A cell had written it, and may do so again."]);
    undo?.();
    expect(folder.find("a")?.origin).toBe("written");
  });

  it("deletes a file, and brings it back", async () => {
    await desk.take([new File(["1"], "a")]);
    desk.remove("a");
    desk.remove("never");
    expect(folder.files).toEqual([]);
    expect(said.at(-1)).toBe("a was deleted.");
    undo?.();
    expect(await text("a")).toBe("1");
    expect(checked).toEqual([["a"], ["a"], ["a"]]);
  });

  it("says which files it cannot take, and takes the others", async () => {
    const big = new File([], "big.csv");
    Object.defineProperty(big, "size", { value: LARGEST + 1 });
    const gone = new File(["1"], "gone.csv");
    gone.arrayBuffer = () => Promise.reject(new Error("NotReadableError"));
    await desk.take([new File(["1"], ".env"), big, gone, new File(["1"], "a")]);
    expect(said).toEqual([
      'a is here: open("a") reads it. .env cannot be taken: names that begin with a dot are hidden from cells. ' +
        "big.csv cannot be taken: it has 256 MB, and a file may have 256 MB. gone.csv cannot be taken: it could not be read.",
    ]);
    expect(folder.files.map(({ name }) => name)).toEqual(["a"]);
    await desk.take([]);
    expect(said).toHaveLength(1);
  });
});
