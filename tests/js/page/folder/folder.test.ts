import { beforeEach, describe, expect, it } from "vitest";

import { Folder, type FolderFile, MOST_FILES, ROOM } from "../../../../js/page/folder/folder.ts";
import type { WrittenFile } from "../../../../js/protocol/rpc.ts";

let folder: Folder;
let refused: string[];
let heard: (readonly string[])[];

beforeEach(() => {
  refused = [];
  heard = [];
  folder = new Folder((text) => refused.push(text), () => 7);
  folder.onChange((names) => heard.push(names));
});

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const file = (name: string, text = ""): FolderFile => ({ name, origin: "uploaded", changed: 1, content: new Blob([text]) });
const names = (): readonly string[] => folder.files.map(({ name }) => name);

describe("a folder", () => {
  it("lists files by name, replaces, and says what is another one now", async () => {
    folder.put([file("b", "22"), file("a", "1")]);
    folder.put([file("b", "333")]);
    expect(names()).toEqual(["a", "b"]);
    expect(folder.size).toBe(4);
    expect(await folder.find("b")?.content.text()).toBe("333");
    expect(folder.remove("a")?.name).toBe("a");
    expect(folder.remove("a")).toBeUndefined();
    expect(heard).toEqual([["b", "a"], ["b"], ["a"]]);
  });

  it("hands over what it has, and what it has no longer", async () => {
    const placed: (readonly [string, string | null])[] = [];
    const session = {
      place: (name: string, data: Uint8Array | null) => {
        placed.push([name, data === null ? null : new TextDecoder().decode(data)]);
      },
    };
    expect(folder.give(session)).toBeNull();
    folder.put([file("a", "1"), file("b", "2")]);
    await folder.give(session);
    await folder.give(session, ["b", "gone"]);
    expect(placed).toEqual([["a", "1"], ["b", "2"], ["b", "2"], ["gone", null]]);
  });

  it("takes what cells wrote and removed", async () => {
    folder.put([file("a", "1")]);
    folder.hear([{ name: "a", data: bytes("2") }, { name: "deep/b", data: bytes("3") }, { name: "none", data: null }]);
    expect(folder.files.map(({ name, origin, changed }) => [name, origin, changed])).toEqual([
      ["a", "written", 7],
      ["deep/b", "written", 7],
    ]);
    expect(await folder.find("a")?.content.text()).toBe("2");
    folder.hear([{ name: "a", data: null }]);
    expect(names()).toEqual(["deep/b"]);
    expect(heard).toEqual([["a"], ["a", "deep/b"], ["a"]]);
  });

  it("believes nothing that comes from a notebook of somebody else", () => {
    const odd = [
      { name: "../../other/notebook.json", data: bytes("x") },
      { name: 7, data: bytes("x") },
      { name: "a", data: "no bytes" },
      { name: ".hidden", data: bytes("x") },
    ] as unknown as WrittenFile[];
    folder.hear(odd);
    expect(names()).toEqual([]);
    expect(refused).toHaveLength(1);
  });

  it("has room for so many, and no more", () => {
    folder.put(Array.from({ length: MOST_FILES }, (_, number) => file(`f${number}`)));
    folder.hear([{ name: "one", data: bytes("x") }]);
    expect(refused).toEqual(["one, which a cell wrote, is too much for this page: it ends with Python."]);
    expect(folder.hasRoom("f1", ROOM)).toBe(true);
    expect(folder.hasRoom("f1", ROOM + 1)).toBe(false);
    expect(folder.hasRoom("another", 1)).toBe(false);
  });
});
