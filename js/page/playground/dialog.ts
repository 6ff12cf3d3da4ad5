/** A dialog over the page, with a title, its contents, and a button that closes it. */

import { makeTextButton } from "../view/button.ts";

/** Shows a dialog; it is gone when it is closed. */
export function openDialog(title: string, contents: readonly Element[], buttons: readonly HTMLButtonElement[] = []): HTMLDialogElement {
  const dialog = document.createElement("dialog");
  dialog.className = "tn-shelf";
  const heading = document.createElement("h2");
  heading.id = "tn-dialog-title";
  heading.textContent = title;
  dialog.setAttribute("aria-labelledby", heading.id);
  const foot = document.createElement("div");
  foot.className = "tn-shelf-foot";
  const close = makeTextButton("Close", () => {
    dialog.close();
  });
  foot.append(...buttons, close);
  dialog.append(heading, ...contents, foot);
  // Keys mean what they mean in the dialog, not in the notebook behind it.
  dialog.addEventListener("keydown", (event) => {
    event.stopPropagation();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
