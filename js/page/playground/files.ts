/** Notebooks in files. */

import { type Draft, readDraft } from "../editor/draft.ts";
import { reasonOf } from "../../protocol/reason.ts";

/** A notebook, or the sentence that says why there is none. */
export type Opened = { readonly draft: Draft } | { readonly draft: null; readonly problem: string };

/** Reads a file. */
export async function openFile(file: File): Promise<Opened> {
  try {
    return { draft: readDraft(await file.text()) };
  } catch (error) {
    return { draft: null, problem: `${file.name} could not be opened: ${reasonOf(error)}.` };
  }
}
