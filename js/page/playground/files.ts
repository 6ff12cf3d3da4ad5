/** Notebooks in files and in texts that somebody gives the page: chosen, dropped, or pasted. */

import type { Draft } from "../editor/draft.ts";
import { reasonOf } from "../../protocol/reason.ts";

/** A notebook, or the sentence that says why there is none. */
export type Opened = { readonly draft: Draft } | { readonly draft: null; readonly problem: string };

/** What the page can open, as a file dialog wants it. */
const ACCEPTED = ".py,.ipynb,.md,.markdown,.json";

/** What a text that is pasted beside every editor must have to be a notebook. */
const NOTEBOOK_LIKE = /^#[ \t]?%%|"cells"\s*:|^```+\s*python\b|^import marimo\b/m;

/** Reads a file. */
export async function openFile(file: File): Promise<Opened> {
  return openText(await file.text(), file.name);
}

/** Reads the text of a file of this name. */
export async function openText(text: string, filename: string): Promise<Opened> {
  try {
    const { readNotebookFile } = await import("../files/notebook-files.ts");
    return { draft: readNotebookFile(text, filename) };
  } catch (error) {
    return { draft: null, problem: `${filename} could not be opened: ${reasonOf(error)}.` };
  }
}

/** Asks for a file; `take` gets what was chosen. */
export function pickFile(take: (file: File) => void): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ACCEPTED;
  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    if (file !== undefined) take(file);
  });
  input.click();
}

/** Hears of files that are dropped on the page, and of notebooks that are pasted where nothing is written. */
export function hearFiles(take: (opened: Promise<Opened>) => void): void {
  document.addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes("Files") === true) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const [file] = event.dataTransfer?.files ?? [];
    if (file === undefined || event.defaultPrevented) return;
    event.preventDefault();
    take(openFile(file));
  });
  document.addEventListener("paste", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (event.defaultPrevented || target?.closest("input, textarea, [contenteditable=true]") !== null) return;
    const [file] = event.clipboardData?.files ?? [];
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (file !== undefined) take(openFile(file));
    else if (NOTEBOOK_LIKE.test(text)) take(openPasted(text));
  });
}

async function openPasted(text: string): Promise<Opened> {
  const { guessFilename } = await import("../files/notebook-files.ts");
  return openText(text, guessFilename(text));
}
