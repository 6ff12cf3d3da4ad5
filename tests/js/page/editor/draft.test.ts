import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  changedCells,
  commit,
  type Draft,
  draftText,
  editsBetween,
  findCell,
  insertCell,
  joinCell,
  moveCell,
  newCell,
  newCellId,
  newDraft,
  readDraft,
  removeCell,
  requirePackages,
  renameCell,
  setCell,
  splitCell,
  turnCell,
  writeCell,
} from "../../../../js/page/editor/draft.ts";
import type { CellEdits } from "../../../../js/page/notebook-edits.ts";

const draftOf = (...sources: readonly string[]): Draft => ({
  ...newDraft("n"),
  cells: sources.map((source, index) => newCell(`c${index + 1}`, "code", source)),
});
const ids = (draft: Draft): readonly string[] => draft.cells.map((cell) => cell.id);
const sources = (draft: Draft): readonly string[] => draft.cells.map((cell) => cell.source);

/** What the kernel makes of edits: `edit_notebook` in Python. */
function carriedOut(before: Draft, edits: CellEdits): Draft {
  const cells = new Map(before.cells.filter((cell) => !edits.remove.includes(cell.id)).map((cell) => [cell.id, cell]));
  for (const { id, kind, source, name, settings } of edits.put) {
    cells.set(id, { ...newCell(id, kind, source), name: name === "" ? null : name, settings: settings ?? {} });
  }
  const order = [...(edits.order ?? []), ...[...cells.keys()].filter((id) => !(edits.order ?? []).includes(id))];
  return { ...before, cells: order.flatMap((id) => cells.get(id) ?? []), settings: edits.settings ?? before.settings };
}

/** Any edits, one after another. */
const steps = fc.array(
  fc.tuple(fc.constantFrom("write", "insert", "remove", "move", "rename", "disable", "turn"), fc.nat(20), fc.string({ maxLength: 6 })),
  { maxLength: 12 },
);

function edited(draft: Draft, edits: readonly (readonly [string, number, string])[]): Draft {
  let next = draft;
  for (const [kind, number, text] of edits) {
    const id = next.cells[number % Math.max(1, next.cells.length)]?.id ?? "";
    if (kind === "write") next = writeCell(next, id, text);
    if (kind === "insert") next = insertCell(next, newCell(newCellId(next, ids(draft)), "code", text), number);
    if (kind === "remove" && next.cells.length > 1) next = removeCell(next, id);
    if (kind === "move") next = moveCell(next, id, (number % 5) - 2);
    if (kind === "rename") next = renameCell(next, id, text);
    if (kind === "disable") next = setCell(next, id, "disabled", number % 2 === 0 ? true : null);
    if (kind === "turn") next = turnCell(next, id, number % 2 === 0 ? "markdown" : "code");
  }
  return next;
}

const seen = (draft: Draft): unknown =>
  draft.cells.map(({ id, name, kind, source, settings }) => ({ id, name, kind, source, settings }));

describe("edits between two notebooks", () => {
  it("make the one of the other, whatever was done", () => {
    fc.assert(
      fc.property(steps, (done) => {
        const before = draftOf("a = 1", "b = a", "c = b");
        const after = edited(before, done);
        const edits = editsBetween(before, after);
        expect(seen(edits === null ? before : carriedOut(before, edits))).toEqual(seen(after));
      }),
    );
  });

  it("are none where nothing was done", () => {
    const draft = draftOf("a", "b");
    expect(editsBetween(draft, writeCell(draft, "c1", "a"))).toBeNull();
    expect(editsBetween(draft, moveCell(draft, "c1", -1))).toBeNull();
  });

  it("name what is put, and the order only where it is another one", () => {
    const draft = draftOf("a", "b");
    const put = { id: "c2", source: "x", kind: "code", name: "", settings: {} };
    expect(editsBetween(draft, writeCell(draft, "c2", "x"))).toEqual({ put: [put], remove: [], order: null, settings: null });
    expect(editsBetween(draft, moveCell(draft, "c1", 1))).toEqual({ put: [], remove: [], order: ["c2", "c1"], settings: null });
  });
});

describe("what is committed", () => {
  it("is everything but sources that are still being written", () => {
    fc.assert(
      fc.property(steps, fc.array(fc.nat(5)), (done, chosen) => {
        const sent = draftOf("a = 1", "b = a", "c = b");
        const draft = edited(sent, done);
        const named = chosen.map((number) => `c${number}`);
        const next = commit(sent, draft, named);
        expect(ids(next)).toEqual(ids(draft));
        for (const cell of next.cells) {
          const before = findCell(sent, cell.id);
          const now = findCell(draft, cell.id);
          const waits = before !== undefined && before.kind === now?.kind && !named.includes(cell.id);
          expect(cell.source).toBe(waits ? before.source : now?.source);
          expect(cell.name).toBe(now?.name);
        }
        expect(seen(commit(next, draft, ids(draft)))).toEqual(seen(draft));
      }),
    );
  });

  it("leaves nothing to be committed", () => {
    const sent = draftOf("a", "b");
    const draft = writeCell(writeCell(sent, "c1", "x"), "c2", "y");
    expect(changedCells(commit(sent, draft, ["c1"]), draft)).toEqual(["c2"]);
    expect(changedCells(commit(sent, draft, ["c1", "c2"]), draft)).toEqual([]);
  });
});

describe("a cell", () => {
  it("forgets what reading found out about a source that is another one now", () => {
    const draft = draftOf("%time x");
    const read = { ...draft, cells: draft.cells.map((cell) => ({ ...cell, code: "x", line: 3, problem: "no" })) };
    expect(findCell(writeCell(read, "c1", "%time x"), "c1")).toMatchObject({ code: "x", line: 3 });
    expect(findCell(writeCell(read, "c1", "y"), "c1")).toMatchObject({ code: null, line: null, problem: null });
  });

  it("is cut where the cursor is, and joined again", () => {
    const draft = draftOf("a = 1\nb = 2\nc = 3");
    const cut = splitCell(draft, "c1", 6, "c2");
    expect(sources(cut)).toEqual(["a = 1", "b = 2\nc = 3"]);
    expect(sources(joinCell(cut, "c2"))).toEqual(sources(draft));
  });

  it("keeps the indentation of the line after the cut", () => {
    expect(sources(splitCell(draftOf("if a:\n    b"), "c1", 5, "c2"))).toEqual(["if a:", "    b"]);
  });

  it("is joined only to one of its kind", () => {
    const draft = turnCell(draftOf("a", "b"), "c1", "markdown");
    expect(joinCell(draft, "c2")).toBe(draft);
    expect(joinCell(draft, "c1")).toBe(draft);
  });

  it("loses its name when it is given none, and a setting that is null", () => {
    const draft = setCell(renameCell(draftOf("a"), "c1", " price "), "c1", "disabled", true);
    expect(findCell(draft, "c1")).toMatchObject({ name: "price", settings: { disabled: true } });
    expect(findCell(setCell(renameCell(draft, "c1", "  "), "c1", "disabled", null), "c1")).toMatchObject({ name: null, settings: {} });
  });

  it("gets an id that no cell has, or had", () => {
    expect(newCellId(draftOf("a", "b"))).toBe("c3");
    expect(newCellId(draftOf("a"), ["c7", "price"])).toBe("c8");
    expect(newCellId({ ...newDraft("n"), cells: [] })).toBe("c1");
  });
});

describe("a notebook", () => {
  it("is read as it was written", () => {
    const draft = renameCell(draftOf("a = 'ä'", "b"), "c2", "second");
    expect(readDraft(draftText(draft))).toEqual(draft);
  });

  it.each([
    ["no JSON", "this is not a notebook: it is no JSON"],
    ["[]", "it has no cells"],
    ['{"format": 9, "cells": []}', "format 9"],
    ['{"format": 1, "cells": [{"id": 3}]}', "no id or no source"],
    ['{"format": 1, "cells": [{"id": "a", "source": ""}, {"id": "a", "source": ""}]}', "same id"],
  ])("says what is wrong with %s", (text, words) => {
    expect(() => readDraft(text)).toThrow(words);
  });

  it("is never of a shape that the page does not know, whatever was given", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        let draft: Draft | null = null;
        try {
          draft = readDraft(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
        if (draft !== null) expect(readDraft(draftText(draft))).toEqual(draft);
      }),
    );
  });
});

describe("requirements", () => {
  it("are added once, whatever their names are written like, and whatever version is asked for", () => {
    const draft = { ...newDraft("any"), requirements: ["numpy>=2", "Scikit_Learn[all]==1.5"] };
    expect(requirePackages(draft, ["numpy", "scikit-learn"])).toBe(draft);
    expect(requirePackages(draft, ["numpy", "pandas"]).requirements).toEqual([...draft.requirements, "pandas"]);
  });
});
