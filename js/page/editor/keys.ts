/** From keys to commands: in an editor, and while a cell is chosen. */

import type { KeyBinding } from "@codemirror/view";

import { COMMANDS, type CommandName, strokeOf, Strokes } from "./commands.ts";

const NAMES = Object.keys(COMMANDS) as CommandName[];

/** What keys in the editor of one cell do. */
export interface EditorKeys {
  readonly act: (name: CommandName) => void;
  /** Goes into the next cell of code by an arrow, if the cursor is at this end; returns whether it did. */
  readonly lead: (end: "start" | "end") => boolean;
  readonly leave: () => void;
}

/** The keys of commands, the arrows that lead out of the editor, and Escape. */
export function editorKeys({ act, lead, leave }: EditorKeys): readonly KeyBinding[] {
  const bindings = NAMES.flatMap((name) =>
    (COMMANDS[name].keys ?? []).map((key): KeyBinding => ({ key, preventDefault: true, run: () => done(() => { act(name); }) })),
  );
  return [
    ...bindings,
    { key: "ArrowUp", run: () => lead("start") },
    { key: "ArrowDown", run: () => lead("end") },
    { key: "Escape", run: () => done(leave) },
  ];
}

/** Hears keys while no field has the focus: those of the cell that is chosen, and of the notebook. */
export function hearKeys(isMac: boolean, hasCell: () => boolean, act: (name: CommandName) => void): void {
  const strokes = new Strokes();
  document.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.defaultPrevented || event.isComposing || !(target instanceof Element)) return;
    const stroke = strokeOf(event, isMac);
    const isFree = target === document.body || target.matches(".tn-cell");
    // A letter in a field is a letter there, and a button has its own Enter.
    if (!isFree && (!/^(Mod|F\d)/.test(stroke) || target.closest("input, textarea, select, [contenteditable], dialog") !== null)) return;
    const name = strokes.find(stroke, event.timeStamp);
    if (name === null || (COMMANDS[name].ofCell && !hasCell())) return;
    event.preventDefault();
    act(name);
  });
}

function done(act: () => void): boolean {
  act();
  return true;
}
