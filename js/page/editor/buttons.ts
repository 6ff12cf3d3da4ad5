/** Buttons of what pages are written with. */

import { icon, type IconName } from "./icons.ts";

export function makeTextButton(text: string, act: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.addEventListener("click", act);
  return button;
}

/** A button that shows a sign, and is called `label`. */
export function makeIconButton(sign: IconName, label: string, act: () => void): HTMLButtonElement {
  const button = makeTextButton("", act);
  button.setAttribute("aria-label", label);
  button.title = label;
  button.append(icon(sign));
  return button;
}
