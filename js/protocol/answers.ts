/** What a client hears of code that it has run: as `py/tiffin/session/answer.py` makes it, for every host. */

import type { CellEnded, Json } from "./messages.ts";

/** A representation of a value. */
export interface Shown {
  readonly mimetype: string;
  readonly data: Json;
}

/** One message of an answer. */
export type ExecuteMessage =
  /** What the code wrote; on `stderr` also what went wrong, in words. */
  | { readonly event: "stdout" | "stderr"; readonly data: { readonly data: string } }
  /** What it displayed; `clear` says that earlier ones are to go. */
  | { readonly event: "output"; readonly data: Shown & { readonly clear: boolean } }
  /** How a cell ended that the code has set off. */
  | { readonly event: "cell"; readonly data: Pick<CellEnded, "cell" | "status" | "error" | "reason"> }
  /** The last one: nothing more will come. */
  | { readonly event: "done"; readonly data: { readonly success: boolean; readonly output: Shown } };
