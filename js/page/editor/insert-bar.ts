/** Where cells are added: between two of them for the pointer, and after the last one for all. */

import { makeTextButton } from "../view/button.ts";
import type { CellKind } from "./draft.ts";
import { icon } from "./icons.ts";

/** Adds the bar below a cell; keys and the palette do the same. */
export function makeInsertBar(section: HTMLElement, insert: (kind: CellKind) => void): void {
  const bar = makeBar(insert);
  bar.className = "tn-insert";
  for (const button of bar.children) (button as HTMLElement).tabIndex = -1;
  section.append(bar);
}

/** Adds the bar after all cells. */
export function makeEndBar(notebook: Element, insert: (kind: CellKind) => void): void {
  const bar = makeBar(insert);
  bar.className = "tn-insert tn-insert-end";
  notebook.after(bar);
}

function makeBar(insert: (kind: CellKind) => void): HTMLElement {
  const bar = document.createElement("div");
  bar.append(makeButton("Code", () => { insert("code"); }), makeButton("Text", () => { insert("markdown"); }));
  return bar;
}

function makeButton(text: string, act: () => void): HTMLButtonElement {
  const button = makeTextButton(text, act);
  button.prepend(icon("plus"));
  button.setAttribute("aria-label", `Insert ${text.toLowerCase()} here`);
  return button;
}
