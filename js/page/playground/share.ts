/** Sharing a notebook: a link that carries it. */

import type { Draft } from "../editor/draft.ts";
import { showToast } from "../editor/toast.ts";
import { sharedAddress } from "./address.ts";
import { openDialog } from "./dialog.ts";
import { packNotebook } from "./link.ts";

/** Links longer than this are cut by some programs. */
const LONGEST_LINK = 30_000; // characters

/** Puts a link to a notebook, as it is now, on the clipboard; shows it where that is closed to pages. */
export async function shareNotebook(draft: Draft, base: URL): Promise<void> {
  const link = sharedAddress(base, await packNotebook(draft));
  if (link.length > LONGEST_LINK) {
    showToast("This notebook is too long for a link: download it, and share the file.", null);
    return;
  }
  try {
    await navigator.clipboard.writeText(link);
    showToast("A link to this notebook, as it is now, is on your clipboard.", null);
  } catch {
    const field = document.createElement("input");
    field.readOnly = true;
    field.value = link;
    field.setAttribute("aria-label", "Link to this notebook");
    openDialog("Share this notebook", [field]);
    field.select();
  }
}
