/** Notebooks in files: the format decided by the name, the text read or written. */

import { type Draft, readDraft } from "../editor/draft.ts";
import { readIpynb, writeIpynb } from "./ipynb.ts";
import { isMarimo, readMarimo } from "./marimo.ts";
import { readMarkdownFile, writeMarkdownFile } from "./markdown.ts";
import { readPercent, writePercent } from "./percent.ts";

/** The formats in which a notebook can be downloaded, by the end of the file's name. */
export const FORMATS = [".py", ".ipynb", ".md"] as const;
export type Format = (typeof FORMATS)[number];

/** The notebook in the text of a file of that name; throws a sentence for what is none. */
export function readNotebookFile(text: string, filename: string): Draft {
  const draft = readAs(suffixOf(filename), text.replace(/^\uFEFF/, ""), filename);
  if (draft.cells.length === 0) throw new Error("it has no cells: a cell begins with a line `# %%`");
  return draft;
}

/** The text of the file in which a notebook is kept. */
export function writeNotebookFile(draft: Draft, format: Format): string {
  switch (format) {
    case ".py":
      return writePercent(draft);
    case ".ipynb":
      return writeIpynb(draft);
    case ".md":
      return writeMarkdownFile(draft);
  }
}

/** The name under which a text that nobody has named is best read: what it looks like decides. */
export function guessFilename(text: string): string {
  const start = text.trimStart();
  if (start.startsWith("{") && /"(?:cells|worksheets)"\s*:/.test(start)) {
    return /"nbformat"\s*:/.test(start) ? "pasted.ipynb" : "pasted.json";
  }
  return /^```+\s*python\b/m.test(text) && !/^#[ \t]?%%/m.test(text) ? "pasted.md" : "pasted.py";
}

function readAs(suffix: string, text: string, filename: string): Draft {
  switch (suffix) {
    case ".py":
      return isMarimo(text) ? readMarimo(text, filename) : readPercent(text, filename);
    case ".ipynb":
      return readIpynb(text, filename);
    case ".md":
    case ".markdown":
      return readMarkdownFile(text, filename);
    case ".json":
      return readDraft(text);
    default:
      throw new Error("a notebook is a .py, .ipynb, .md or .json file");
  }
}

function suffixOf(filename: string): string {
  return /\.[^./]*$/.exec(filename)?.[0].toLowerCase() ?? "";
}
