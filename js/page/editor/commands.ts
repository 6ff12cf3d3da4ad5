/** All that somebody can do to a notebook, by name: for keys, menus and the palette. */

/** What commands act on; a command of a cell gets the one that is at hand. */
export interface Editing {
  run(cell: string): void;
  runAll(): void;
  runStale(): void;
  interrupt(): void;
  restart(): void;
  insert(kind: "code" | "markdown", beside: string | null, below: boolean): void;
  remove(cell: string): void;
  bringBack(): void;
  move(cell: string, by: number): void;
  turn(cell: string, kind: "code" | "markdown"): void;
  rename(cell: string): void;
  toggleDisabled(cell: string): void;
  split(cell: string): void;
  join(cell: string): void;
  /** Goes to the cell `by` places further; adds one after the last if `add`. */
  step(cell: string, by: number, add: boolean): void;
  write(cell: string): void;
  find(): void;
  openPalette(): void;
  explainKeys(): void;
}

export type CommandName = keyof typeof COMMANDS;

export interface Command {
  readonly title: string;
  /** Keys while somebody writes in a cell, as CodeMirror names them; `Mod` is Ctrl, or Cmd on a Mac. */
  readonly keys?: readonly string[];
  /** Keys while a cell is chosen, and nobody writes in it. */
  readonly chosen?: readonly string[];
  /** Whether it is about a cell. */
  readonly ofCell: boolean;
  readonly act: (editing: Editing, cell: string) => void;
}

function ofCell(title: string, act: Command["act"], keys: readonly string[] = [], chosen: readonly string[] = []): Command {
  return { title, act, keys, chosen, ofCell: true };
}

function ofNotebook(title: string, act: Command["act"], keys: readonly string[] = [], chosen: readonly string[] = []): Command {
  return { title, act, keys, chosen, ofCell: false };
}

export const COMMANDS = {
  run: ofCell("Run the cell", (editing, cell) => { editing.run(cell); }, ["Mod-Enter"], ["Mod-Enter"]),
  runOn: ofCell(
    "Run the cell and go to the next one",
    (editing, cell) => {
      editing.run(cell);
      editing.step(cell, 1, true);
    },
    ["Shift-Enter"],
    ["Shift-Enter"],
  ),
  runInsert: ofCell(
    "Run the cell and insert one below",
    (editing, cell) => {
      editing.run(cell);
      editing.insert("code", cell, true);
    },
    ["Alt-Enter"],
    ["Alt-Enter"],
  ),
  runStale: ofNotebook("Run what is out of date", (editing) => { editing.runStale(); }, ["Mod-Shift-Enter"], ["Mod-Shift-Enter"]),
  runAll: ofNotebook("Run all cells", (editing) => { editing.runAll(); }),
  interrupt: ofNotebook("Interrupt", (editing) => { editing.interrupt(); }, [], ["i i"]),
  restart: ofNotebook("Restart Python", (editing) => { editing.restart(); }, [], ["0 0"]),
  insertAbove: ofCell("Insert code above", (editing, cell) => { editing.insert("code", cell, false); }, [], ["a"]),
  insertBelow: ofCell("Insert code below", (editing, cell) => { editing.insert("code", cell, true); }, [], ["b"]),
  insertText: ofCell("Insert text below", (editing, cell) => { editing.insert("markdown", cell, true); }, [], ["t"]),
  remove: ofCell("Delete the cell", (editing, cell) => { editing.remove(cell); }, ["Mod-Shift-Backspace"], ["d d"]),
  bringBack: ofNotebook("Bring back the deleted cell", (editing) => { editing.bringBack(); }, [], ["z"]),
  moveUp: ofCell("Move the cell up", (editing, cell) => { editing.move(cell, -1); }, ["Mod-Shift-ArrowUp"], ["Mod-Shift-ArrowUp"]),
  moveDown: ofCell("Move the cell down", (editing, cell) => { editing.move(cell, 1); }, ["Mod-Shift-ArrowDown"], ["Mod-Shift-ArrowDown"]),
  toCode: ofCell("Make it code", (editing, cell) => { editing.turn(cell, "code"); }, [], ["y"]),
  toText: ofCell("Make it text", (editing, cell) => { editing.turn(cell, "markdown"); }, [], ["m"]),
  rename: ofCell("Rename the cell", (editing, cell) => { editing.rename(cell); }, ["F2"], ["F2", "r"]),
  toggleDisabled: ofCell("Disable or enable the cell", (editing, cell) => { editing.toggleDisabled(cell); }, [], ["e"]),
  split: ofCell("Split the cell here", (editing, cell) => { editing.split(cell); }, ["Mod-Shift--"]),
  join: ofCell("Join it to the cell above", (editing, cell) => { editing.join(cell); }, [], ["Shift-M"]),
  up: ofCell("Go to the cell above", (editing, cell) => { editing.step(cell, -1, false); }, [], ["ArrowUp", "k"]),
  down: ofCell("Go to the cell below", (editing, cell) => { editing.step(cell, 1, false); }, [], ["ArrowDown", "j"]),
  write: ofCell("Write in the cell", (editing, cell) => { editing.write(cell); }, [], ["Enter"]),
  find: ofNotebook("Find and replace", (editing) => { editing.find(); }, ["Mod-f"], ["Mod-f", "/"]),
  palette: ofNotebook("Show all commands", (editing) => { editing.openPalette(); }, ["Mod-Shift-p", "F1"], ["Mod-Shift-p", "F1"]),
  explainKeys: ofNotebook("Show the keys", (editing) => { editing.explainKeys(); }, [], ["?"]),
} as const satisfies Record<string, Command>;

/** Keys as a person reads them: `Ctrl+Shift+P`, or `⇧⌘P` on a Mac. */
export function keyText(keys: string, isMac: boolean): string {
  return keys
    .split(" ")
    .map((stroke) => strokeText(stroke, isMac))
    .join(" ");
}

const SIGNS: Readonly<Record<string, string>> = {
  ArrowUp: "↑",
  ArrowDown: "↓",
  Enter: "Enter",
  Backspace: "Backspace",
};
const MAC: Readonly<Record<string, string>> = { Mod: "⌘", Shift: "⇧", Alt: "⌥", Enter: "↩", Backspace: "⌫" };

function strokeText(stroke: string, isMac: boolean): string {
  const parts = stroke.split(/-(?!$)/).map((part) => {
    if (isMac && part in MAC) return MAC[part] ?? part;
    if (part === "Mod") return "Ctrl";
    return SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part);
  });
  return parts.join(isMac ? "" : "+");
}

/** The stroke of a key press, as `COMMANDS` names it. */
export function strokeOf(event: KeyboardEvent, isMac: boolean): string {
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const isLetter = event.key.length === 1;
  const key = isLetter && event.key !== "?" ? event.key.toLowerCase() : event.key;
  const withShift = event.shiftKey && event.key !== "?";
  const upper = withShift && isLetter && !mod ? key.toUpperCase() : key;
  return [mod ? "Mod" : "", event.altKey ? "Alt" : "", withShift ? "Shift" : "", upper].filter((part) => part !== "").join("-");
}

/** Finds commands by strokes while a cell is chosen; those of two strokes wait for the second one. */
export class Strokes {
  #before: { readonly stroke: string; readonly at: number } | null = null;

  /** The command that a stroke completes; null if none. */
  find(stroke: string, at: number): CommandName | null {
    const pair = this.#before !== null && at - this.#before.at < PATIENCE ? `${this.#before.stroke} ${stroke}` : null;
    this.#before = { stroke, at };
    const found = (Object.keys(COMMANDS) as CommandName[]).find((name) => {
      const chosen: readonly string[] = COMMANDS[name].chosen ?? [];
      return chosen.includes(stroke) || (pair !== null && chosen.includes(pair));
    });
    if (found !== undefined) this.#before = null;
    return found ?? null;
  }
}

/** Milliseconds between two strokes that belong together. */
const PATIENCE = 1000;
