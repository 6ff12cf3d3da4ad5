/** A notebook as a file of the reader's own: the formats to choose from, and the download. */

import { type Draft, draftText } from "../editor/draft.ts";
import { showToast } from "../editor/toast.ts";
import type { Format } from "../files/notebook-files.ts";
import { reasonOf } from "../../protocol/reason.ts";
import { makeTextButton } from "../view/button.ts";
import { saveAs } from "../view/save.ts";
import { openDialog } from "./dialog.ts";

type Choice = Format | ".json";

const CHOICES: readonly (readonly [Choice, string])[] = [
  [".py", "Python, with a line # %% before each cell"],
  [".ipynb", "Jupyter notebook"],
  [".md", "Markdown, with code in fences"],
];

/** Lets the reader choose a format, and downloads the notebook in it. */
export function openDownloads(draft: Draft): void {
  const list = document.createElement("ul");
  list.className = "tn-downloads";
  const dialog = openDialog(`Download ${draft.name}`, [list]);
  for (const [format, words] of CHOICES) {
    const button = makeTextButton("", () => {
      dialog.close();
      void downloadNotebook(draft, format);
    });
    const name = document.createElement("strong");
    name.textContent = format;
    button.append(name, ` ${words}`);
    const row = document.createElement("li");
    row.append(button);
    list.append(row);
  }
}

/** Downloads a notebook. */
export async function downloadNotebook(draft: Draft, format: Choice): Promise<void> {
  try {
    const text = format === ".json" ? draftText(draft) : (await import("../files/notebook-files.ts")).writeNotebookFile(draft, format);
    saveAs(text, `${draft.name}${format}`);
  } catch (error) {
    showToast(`The notebook could not be written as ${format}: ${reasonOf(error)}.`, null);
  }
}
