import fc from "fast-check";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type Draft, newCell, newDraft } from "../../../../js/page/editor/draft.ts";
import { FORMATS, guessFilename, readNotebookFile, writeNotebookFile } from "../../../../js/page/files/notebook-files.ts";

interface Entry {
  readonly notebook: Draft;
  readonly written: Readonly<Record<(typeof FORMATS)[number], string>>;
}

/** What native Python reads and writes; tests/contracts/notebook_files.py makes it. */
const TABLE = JSON.parse(readFileSync("tests/contracts/notebook_files.json", "utf8")) as Readonly<Record<string, Entry>>;
const FILES = Object.keys(TABLE);

/** What the header of a Markdown file says, and what stands below it. */
function partsOf(text: string): readonly unknown[] {
  const [, header = "", body = ""] = /^---\n(.*?)\n---\n(.*)$/s.exec(text) ?? [];
  return [parse(header), body];
}

function entryOf(name: string): Entry {
  const entry = TABLE[name];
  if (entry === undefined) throw new Error(`${name} is not in the table`);
  return entry;
}

describe("a notebook in a file", () => {
  it.each(FILES)("is read as native Python reads it: %s", (name) => {
    expect(readNotebookFile(readFileSync(name, "utf8"), basename(name))).toEqual(entryOf(name).notebook);
  });

  it.each(FILES.flatMap((name) => FORMATS.map((format) => [name, format] as const)))("is written as native Python writes it: %s as %s", (name, format) => {
    const { notebook, written } = entryOf(name);
    const cells = notebook.cells.filter((cell) => cell.source !== "");
    const text = writeNotebookFile({ ...notebook, cells }, format);
    // YAML has several ways to write a text: what it says counts.
    if (format === ".md") expect(partsOf(text)).toEqual(partsOf(written[format]));
    else expect(text).toBe(written[format]);
  });
});

/** Lines that percent files give a meaning of their own, and any others. */
const lines = fc.oneof(
  fc.constantFrom("# %%", "#%% a", "# \\%%", "# tiffin: a=1", "# \\tiffin: a=1", '"""', "# x", "#", "```", "```python", "<!-- #region -->", "    x", ""),
  fc.string({ maxLength: 12 }).map((text) => text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, " ")),
);
/** Cells whose text has no blank ends: these are not part of a cell. */
const cells = fc.array(
  fc.tuple(fc.constantFrom<"code" | "markdown">("code", "markdown"), fc.array(lines, { maxLength: 6 })).map(([kind, text]) => ({
    kind,
    source: text.join("\n").replace(/^(?:\s*\n)+/, "").replace(/(?:\n\s*)+$/, ""),
  })),
  { minLength: 1, maxLength: 4 },
);

describe("what is written", () => {
  it.each([".py", ".ipynb", ".md"] as const)("is read as it was: %s", (format) => {
    fc.assert(
      fc.property(cells, (given) => {
        const kept = given.filter((cell) => cell.source.trim() !== "");
        fc.pre(kept.length > 0);
        const made = kept.map((cell, index) => newCell(`c${index + 1}`, cell.kind, cell.source));
        const draft: Draft = { ...newDraft("any"), cells: made };
        const read = readNotebookFile(writeNotebookFile(draft, format), `any${format}`);
        expect(read.cells.map(({ kind, source }) => ({ kind, source }))).toEqual(kept);
      }),
      { numRuns: 500 },
    );
  });
});

describe("a text without a name", () => {
  it.each([
    ["# %%\nx = 1", ".py"],
    ["x = 1", ".py"],
    ["# A text\n\n```python\nx = 1\n```\n", ".md"],
    ['{"cells": [], "nbformat": 4}', ".ipynb"],
    ['{"format": 1, "cells": []}', ".json"],
  ])("is taken for what it looks like: %j", (text, suffix) => {
    expect(guessFilename(text)).toBe(`pasted${suffix}`);
  });
});

describe("a file that is no notebook", () => {
  it.each([
    ["x.txt", "x = 1", "a notebook is a .py, .ipynb, .md or .json file"],
    ["x.py", "", "it has no cells"],
    ["x.py", "# tiffin: a=1 b\n# %%\nx = 1", "line 1: settings are key=value pairs, but 'b' is not of the form key=value"],
    ["x.py", "# tiffin: order=any\n# %%\nx = 1", 'order="any" is unknown'],
    ["x.py", "# /// script\n# dependencies = [\n# ///\n# %%\nx = 1", "line 1: the script block is not valid TOML"],
    ["x.py", "# /// script\n# dependencies = [1]\n# ///\n# %%\nx = 1", "must be a list of strings"],
    ["x.ipynb", "[]", "not a Jupyter notebook"],
    ["x.ipynb", '{"nbformat": 5, "cells": []}', "notebook format 5"],
    ["x.ipynb", '{"nbformat": 4, "cells": [{}]}', "cell 1 is not a cell"],
    ["x.ipynb", '{"nbformat": 4, "cells": [], "metadata": {"kernelspec": {"language": "julia"}}}', 'a notebook in "julia"'],
    ["x.md", "---\na: [\n---\nText", "its header is not valid YAML"],
  ])("says why: %s %j", (name, text, problem) => {
    expect(() => readNotebookFile(text, name)).toThrow(problem);
  });
});
