/** Notebooks in files and in texts that somebody gives the page: chosen, dropped, or pasted. */

import type { Draft } from "../editor/draft.ts";
import { reasonOf } from "../../protocol/reason.ts";

/** A notebook, or the sentence that says why there is none. */
export type Opened = { readonly draft: Draft } | { readonly draft: null; readonly problem: string };

/** What the page can open, as a file dialog wants it. */
const ACCEPTED = ".py,.ipynb,.md,.markdown,.json";

/** The names of notebooks. */
const NOTEBOOK_NAME = /\.(py|ipynb|md|markdown)$/i;

/** The names of files that are notebooks if they can be read as such. */
const DATA_NAME = /\.json$/i;

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

/** What is done with files that come to the page. */
export interface FileEvents {
  /** Opens a notebook. */
  readonly open: (opened: Promise<Opened>) => void;
  /** Makes files those of the notebook on the page. */
  readonly bring: (files: readonly File[]) => void;
}

/** Hears of files that are dropped on the page or pasted where nothing is written, and of notebooks pasted there. */
export function hearFiles(events: FileEvents): void {
  document.addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes("Files") === true) event.preventDefault();
  });
  const drop = (event: DragEvent): void => {
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0 || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    void takeFiles(files, events);
  };
  document.addEventListener("drop", drop);
  // An editor would write what is in a file into its cell.
  document.addEventListener("drop", (event) => {
    if (event.target instanceof Element && event.target.closest(".cm-editor") !== null) drop(event);
  }, { capture: true });
  document.addEventListener("paste", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (event.defaultPrevented || target?.closest("input, textarea, [contenteditable=true]") !== null) return;
    const files = [...(event.clipboardData?.files ?? [])];
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (files.length > 0) void takeFiles(files, events);
    else if (NOTEBOOK_LIKE.test(text)) events.open(openPasted(text));
  });
}

/** Opens one file that is a notebook; all others are for the notebook that is open. */
async function takeFiles(files: readonly File[], { open, bring }: FileEvents): Promise<void> {
  const [file] = files;
  if (file === undefined) return;
  if (files.length > 1 || !(NOTEBOOK_NAME.test(file.name) || DATA_NAME.test(file.name))) {
    bring(files);
    return;
  }
  const opened = await openFile(file);
  if (opened.draft === null && DATA_NAME.test(file.name)) bring(files);
  else open(Promise.resolve(opened));
}

async function openPasted(text: string): Promise<Opened> {
  const { guessFilename } = await import("../files/notebook-files.ts");
  return openText(text, guessFilename(text));
}
