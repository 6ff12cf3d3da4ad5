/** Buttons that show a sign. */

import { makeTextButton } from "../view/button.ts";
import { icon, type IconName } from "./icons.ts";

/** A button that shows a sign, and is called `label`. */
export function makeIconButton(sign: IconName, label: string, act: () => void): HTMLButtonElement {
  const button = makeTextButton("", act);
  button.setAttribute("aria-label", label);
  button.title = label;
  button.append(icon(sign));
  return button;
}
