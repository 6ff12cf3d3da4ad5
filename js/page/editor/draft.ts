/** The notebook as somebody edits it: a value, and one function for every edit, which returns the next. */

import type { CellSource, Json } from "../../protocol/messages.ts";
import type { CellEdits } from "../notebook-edits.ts";

export type CellKind = CellSource["kind"];

/** A cell as `notebook.json` has it. `code`, `stars` and `problem` are what reading a file found out about `source`. */
export interface DraftCell {
  readonly id: string;
  readonly name: string | null;
  readonly kind: CellKind;
  readonly source: string;
  readonly settings: Readonly<Record<string, Json>>;
  readonly code: string | null;
  readonly line: number | null;
  readonly stars: Readonly<Record<string, readonly string[]>>;
  readonly problem: string | null;
}

/** A notebook as `notebook.json` has it. */
export interface Draft {
  readonly format: number;
  readonly name: string;
  readonly filename: string;
  readonly title: string | null;
  readonly order: string;
  readonly requirements: readonly string[];
  readonly settings: Readonly<Record<string, Json>>;
  readonly cells: readonly DraftCell[];
}

const FORMAT = 1;
const UNREAD = { code: null, line: null, stars: {}, problem: null } as const;

/** A notebook with one empty cell. */
export function newDraft(name: string): Draft {
  const cells = [newCell("c1", "code", "")];
  return { format: FORMAT, name, filename: `${name}.py`, title: null, order: "graph", requirements: [], settings: {}, cells };
}

/** A cell that nobody has named or set anything for. */
export function newCell(id: string, kind: CellKind, source: string): DraftCell {
  return { id, name: null, kind, source, settings: {}, ...UNREAD };
}

/** Reads `notebook.json`; throws a sentence for what is none. */
export function readDraft(text: string): Draft {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Error("this is not a notebook: it is no JSON");
  }
  if (!isRecord(found) || !Array.isArray(found["cells"])) throw new Error("this is not a notebook: it has no cells");
  if (found["format"] !== FORMAT) {
    throw new Error(`the notebook has format ${JSON.stringify(found["format"])}, this page reads ${FORMAT}`);
  }
  const cells = found["cells"].map(readCell);
  const ids = new Set(cells.map((cell) => cell.id));
  if (ids.size < cells.length) throw new Error("the notebook has two cells with the same id");
  const name = textOr(found["name"], "notebook");
  const { requirements, settings, title } = found;
  return {
    format: FORMAT,
    name,
    filename: textOr(found["filename"], `${name}.py`),
    title: typeof title === "string" ? title : null,
    order: textOr(found["order"], "graph"),
    requirements: Array.isArray(requirements) ? requirements.filter((text) => typeof text === "string") : [],
    settings: isRecord(settings) ? (settings as Draft["settings"]) : {},
    cells,
  };
}

function readCell(found: unknown): DraftCell {
  if (!isRecord(found) || typeof found["id"] !== "string" || typeof found["source"] !== "string") {
    throw new Error("this is not a notebook: one of its cells has no id or no source");
  }
  const { id, source, settings, stars } = found;
  const orNull = (name: string): string | null => (typeof found[name] === "string" ? found[name] : null);
  return {
    id,
    name: orNull("name"),
    kind: found["kind"] === "markdown" ? "markdown" : "code",
    source,
    settings: isRecord(settings) ? (settings as DraftCell["settings"]) : {},
    code: orNull("code"),
    line: typeof found["line"] === "number" ? found["line"] : null,
    stars: isRecord(stars) ? (stars as DraftCell["stars"]) : {},
    problem: orNull("problem"),
  };
}

/** The JSON of a notebook, as `Notebook.from_json` takes it. */
export function draftText(draft: Draft): string {
  return JSON.stringify(draft);
}

/** The cell of this id. */
export function findCell(draft: Draft, id: string): DraftCell | undefined {
  return draft.cells.find((cell) => cell.id === id);
}

/** An id that no cell has, and none of `before`, whose cells may come back. */
export function newCellId(draft: Draft, before: Iterable<string> = []): string {
  const taken = [...draft.cells.map((cell) => cell.id), ...before];
  const numbers = taken.map((id) => Number(/^c(\d+)$/.exec(id)?.[1] ?? 0));
  return `c${Math.max(draft.cells.length, ...numbers) + 1}`;
}

/** With a cell at a position, counted from 0; positions beyond the ends are the ends. */
export function insertCell(draft: Draft, cell: DraftCell, at: number): Draft {
  const cells = [...draft.cells];
  cells.splice(Math.max(0, at), 0, cell);
  return { ...draft, cells };
}

/** Without a cell. */
export function removeCell(draft: Draft, id: string): Draft {
  return { ...draft, cells: draft.cells.filter((cell) => cell.id !== id) };
}

/** With a cell `by` places further down, or up; never beyond the ends. */
export function moveCell(draft: Draft, id: string, by: number): Draft {
  const from = draft.cells.findIndex((cell) => cell.id === id);
  const to = Math.min(draft.cells.length - 1, Math.max(0, from + by));
  const cell = draft.cells[from];
  if (cell === undefined || to === from) return draft;
  return insertCell(removeCell(draft, id), cell, to);
}

/** With requirements that it does not have yet, whatever version it asks for. */
export function requirePackages(draft: Draft, names: readonly string[]): Draft {
  const known = new Set(draft.requirements.map(projectOf));
  const added = names.filter((name) => !known.has(projectOf(name)));
  return added.length === 0 ? draft : { ...draft, requirements: [...draft.requirements, ...added] };
}

/** The name of a project as indexes compare it (PEP 503), out of a requirement. */
function projectOf(requirement: string): string {
  return (/^[A-Za-z0-9._-]+/.exec(requirement.trim())?.[0] ?? "").toLowerCase().replaceAll(/[-_.]+/g, "-");
}

/** With another source in a cell. */
export function writeCell(draft: Draft, id: string, source: string): Draft {
  return change(draft, id, (cell) => (cell.source === source ? cell : { ...cell, source, ...UNREAD }));
}

/** With a cell of the other kind. */
export function turnCell(draft: Draft, id: string, kind: CellKind): Draft {
  return change(draft, id, (cell) => (cell.kind === kind ? cell : { ...cell, kind, ...UNREAD }));
}

/** With another name for a cell; null or nothing but spaces for none. */
export function renameCell(draft: Draft, id: string, name: string | null): Draft {
  const given = name?.trim() ?? "";
  return change(draft, id, (cell) => ({ ...cell, name: given === "" ? null : given }));
}

/** With a setting of a cell; one that is null is taken away. */
export function setCell(draft: Draft, id: string, setting: string, value: Json): Draft {
  return change(draft, id, (cell) => {
    const others = Object.entries(cell.settings).filter(([name]) => name !== setting);
    return { ...cell, settings: Object.fromEntries(value === null ? others : [...others, [setting, value]]) };
  });
}

/**
 * With a cell cut in two at a position in its source; the second one has the id `second`, and no name. Line ends at
 * the cut belong to neither.
 */
export function splitCell(draft: Draft, id: string, at: number, second: string): Draft {
  const index = draft.cells.findIndex((cell) => cell.id === id);
  const cell = draft.cells[index];
  if (cell === undefined) return draft;
  const above = cell.source.slice(0, at).replace(/\s*\n\s*$|\s+$/, "");
  const below = cell.source.slice(at).replace(/^[^\S\n]*\n+/, "");
  return insertCell(writeCell(draft, id, above), newCell(second, cell.kind, below), index + 1);
}

/** With a cell joined to the one above it, if that is of the same kind. */
export function joinCell(draft: Draft, id: string): Draft {
  const index = draft.cells.findIndex((cell) => cell.id === id);
  const [above, cell] = [draft.cells[index - 1], draft.cells[index]];
  if (above === undefined || cell === undefined || above.kind !== cell.kind) return draft;
  const parts = [above.source, cell.source].filter((source) => source !== "");
  return writeCell(removeCell(draft, id), above.id, parts.join(cell.kind === "markdown" ? "\n\n" : "\n"));
}

/** `sent` with all of `draft` but the sources of cells that are not among `ids`: these are still being written. */
export function commit(sent: Draft, draft: Draft, ids: readonly string[]): Draft {
  const cells = draft.cells.map((cell) => {
    const before = findCell(sent, cell.id);
    if (before === undefined || ids.includes(cell.id)) return cell;
    const { source, code, line, stars, problem } = before;
    return before.kind === cell.kind ? { ...cell, source, code, line, stars, problem } : cell;
  });
  return { ...draft, cells };
}

/** What makes `after` of `before`; null if nothing has to be made. */
export function editsBetween(before: Draft, after: Draft): CellEdits | null {
  const put = after.cells
    .filter((cell) => !sameCell(findCell(before, cell.id), cell))
    // A name that is not given stays: one that was taken away has to be said.
    .map(({ id, source, kind, name, settings }) => ({ id, source, kind, name: name ?? "", settings }));
  const remove = before.cells.map((cell) => cell.id).filter((id) => findCell(after, id) === undefined);
  const [old, order] = [before, after].map((draft) => draft.cells.map((cell) => cell.id));
  const moved = JSON.stringify(old) !== JSON.stringify(order);
  const changed = JSON.stringify(before.settings) !== JSON.stringify(after.settings);
  if (put.length === 0 && remove.length === 0 && !moved && !changed) return null;
  return { put, remove, order: moved ? (order ?? null) : null, settings: changed ? after.settings : null };
}

/** The cells that differ between two notebooks, or are in the second one only. */
export function changedCells(before: Draft, after: Draft): readonly string[] {
  return after.cells.filter((cell) => !sameCell(findCell(before, cell.id), cell)).map((cell) => cell.id);
}

function sameCell(before: DraftCell | undefined, after: DraftCell): boolean {
  return (
    before !== undefined &&
    before.source === after.source &&
    before.kind === after.kind &&
    before.name === after.name &&
    JSON.stringify(before.settings) === JSON.stringify(after.settings)
  );
}

function change(draft: Draft, id: string, next: (cell: DraftCell) => DraftCell): Draft {
  return { ...draft, cells: draft.cells.map((cell) => (cell.id === id ? next(cell) : cell)) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOr(value: unknown, other: string): string {
  return typeof value === "string" ? value : other;
}
