import { describe, expect, it } from "vitest";

import { COMMANDS, type CommandName, keyText, strokeOf, Strokes } from "../../../../js/page/editor/commands.ts";
import { choicesOf, search } from "../../../../js/page/editor/palette.ts";

const press = (key: string, options: KeyboardEventInit = {}): KeyboardEvent => new KeyboardEvent("keydown", { key, ...options });

describe("commands", () => {
  it("share no key", () => {
    for (const kind of ["keys", "chosen"] as const) {
      const keys = Object.values(COMMANDS).flatMap((command) => (command as { keys?: readonly string[]; chosen?: readonly string[] })[kind] ?? []);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it("have titles of their own", () => {
    const titles = Object.values(COMMANDS).map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });
});

describe("strokes", () => {
  it.each([
    [press("a"), "a"],
    [press("A", { shiftKey: true }), "Shift-A"],
    [press("?", { shiftKey: true }), "?"],
    [press("P", { shiftKey: true, ctrlKey: true }), "Mod-Shift-p"],
    [press("Enter", { altKey: true }), "Alt-Enter"],
    [press("ArrowUp", { ctrlKey: true, shiftKey: true }), "Mod-Shift-ArrowUp"],
  ])("are named as keys are", (event, stroke) => {
    expect(strokeOf(event, false)).toBe(stroke);
  });

  it("take a Mac's key for what it is there", () => {
    expect(strokeOf(press("f", { metaKey: true }), true)).toBe("Mod-f");
    expect(strokeOf(press("f", { ctrlKey: true }), true)).toBe("f");
  });

  it("make a command, by one or by two in time", () => {
    const strokes = new Strokes();
    expect(strokes.find("b", 0)).toBe("insertBelow");
    expect(strokes.find("d", 10)).toBeNull();
    expect(strokes.find("d", 200)).toBe("remove");
    expect(strokes.find("d", 300)).toBeNull();
    expect(strokes.find("d", 2000)).toBeNull();
    expect(strokes.find("d", 2100)).toBe("remove");
  });
});

describe("keys in words", () => {
  it("are those of the machine", () => {
    expect(keyText("Mod-Shift-p", false)).toBe("Ctrl+Shift+P");
    expect(keyText("Mod-Shift-p", true)).toBe("⌘⇧P");
    expect(keyText("d d", false)).toBe("D D");
    expect(keyText("Mod-Shift--", false)).toBe("Ctrl+Shift+-");
  });
});

describe("the palette", () => {
  it("finds by any words, first what begins with them", () => {
    const choices = [{ title: "Move the cell up" }, { title: "Delete the cell" }, { title: "Bring back the deleted cell" }];
    expect(search(choices, "cell del").map(({ title }) => title)).toEqual(["Delete the cell", "Bring back the deleted cell"]);
    expect(search(choices, "delete").map(({ title }) => title)[0]).toBe("Delete the cell");
    expect(search(choices, "nothing")).toEqual([]);
  });

  it("offers what is about a cell only where there is one", () => {
    const names: CommandName[] = [];
    const act = (name: CommandName): void => {
      names.push(name);
    };
    const [all, without] = [choicesOf(act, true, false), choicesOf(act, false, false)];
    expect(all.length).toBe(Object.keys(COMMANDS).length - 1);
    expect(without.every(({ title }) => !title.includes("cell above"))).toBe(true);
    all.find(({ title }) => title === COMMANDS.split.title)?.act();
    expect(names).toEqual(["split"]);
  });
});
