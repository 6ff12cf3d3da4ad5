/** What was just done, at the edge of the page for a while, and a button that takes it back. */

import { makeTextButton } from "../view/button.ts";

const STAYS = 8000; // milliseconds

/** Shows a sentence, or nothing, in the place of the one before; `undo` takes back what it tells of. A dialog hides what is not in it: then it is `over` that. */
export function showToast(text: string | null, undo: (() => void) | null, over: Element = document.body): void {
  document.querySelector(".tn-toast")?.remove();
  if (text === null) return;
  const toast = document.createElement("div");
  toast.className = "tn-toast";
  toast.setAttribute("role", "status");
  const words = document.createElement("span");
  words.textContent = text;
  toast.append(words);
  if (undo !== null) {
    const button = makeTextButton("Undo", () => {
      toast.remove();
      undo();
    });
    toast.append(button);
  }
  over.append(toast);
  setTimeout(() => {
    toast.remove();
  }, STAYS);
}
