/** Cells as a format's reader finds them, and the notebook that is assembled from them: `notebook/draft.py` in TypeScript. */

import type { Json } from "../../protocol/messages.ts";
import type { CellKind, Draft, DraftCell } from "../editor/draft.ts";

export type Settings = Readonly<Record<string, Json>>;

/** A cell before its identity is decided; `ownId` is the id that the file itself gives it. */
export interface FoundCell {
  readonly kind: CellKind;
  readonly source: string;
  readonly name: string | null;
  readonly ownId: string | null;
  readonly code: string | null;
  readonly line: number | null;
  readonly settings: Settings;
  readonly problem: string | null;
}

/** What a file says beside its cells; `title` counts where no Markdown cell holds a heading. */
export interface Surroundings {
  readonly requirements?: readonly string[];
  readonly settings?: Settings;
  readonly title?: string | null;
}

const ID = /^[A-Za-z0-9_-]{1,64}$/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const HEADING = /^ {0,3}#[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$/;
const ORDERS: readonly string[] = ["graph", "document", "auto"];

/** A cell of which nothing but its source is known. */
export function foundCell(kind: CellKind, source: string, more: Partial<FoundCell> = {}): FoundCell {
  return { kind, source, name: null, ownId: null, code: null, line: null, settings: {}, problem: null, ...more };
}

/** The notebook of these cells; throws a sentence for an order that is unknown. */
export function assemble(filename: string, found: readonly FoundCell[], about: Surroundings = {}): Draft {
  const { order = "graph", ...settings } = about.settings ?? {};
  if (typeof order !== "string" || !ORDERS.includes(order)) {
    throw new Error(`order=${JSON.stringify(order)} is unknown; the orders are graph, document and auto`);
  }
  const ids = decideIds(found);
  const cells = found.map(({ ownId: _, ...cell }, index): DraftCell => ({ ...cell, id: ids[index] ?? "", stars: {} }));
  return {
    format: 1,
    name: stemOf(filename),
    filename,
    title: findTitle(found) ?? about.title ?? null,
    order,
    requirements: [...new Set(about.requirements ?? [])],
    settings,
    cells,
  };
}

/** A name without its folder and its suffix. */
export function stemOf(filename: string): string {
  const name = filename.slice(filename.lastIndexOf("/") + 1);
  return name.replace(/(?<=.)\.[^.]*$/, "");
}

/**
 * An id for each cell: the file's own, else its name, else `c1`, `c2`, ... by position. An own id or a name counts if
 * no earlier cell has it.
 */
function decideIds(found: readonly FoundCell[]): string[] {
  const ids: (string | null)[] = found.map(() => null);
  const taken = new Set<string>();
  for (const claims of [found.map((cell) => cell.ownId), found.map((cell) => cell.name)]) {
    claims.forEach((claim, index) => {
      if (ids[index] !== null || claim === null || taken.has(claim) || !ID.test(claim)) return;
      ids[index] = claim;
      taken.add(claim);
    });
  }
  return ids.map((id, index) => {
    let chosen = id ?? `c${index + 1}`;
    while (id === null && taken.has(chosen)) chosen += "_";
    taken.add(chosen);
    return chosen;
  });
}

/** The text of the first first-level Markdown heading (`# Title`), without its markup. */
export function findTitle(cells: readonly Pick<DraftCell, "kind" | "source" | "settings">[]): string | null {
  for (const cell of cells) {
    if (cell.kind !== "markdown" || isTrue(cell.settings["raw"])) continue;
    let fence: string | null = null;
    for (const line of cell.source.split("\n")) {
      const opening = FENCE.exec(line)?.[1];
      if (opening !== undefined && fence === null) fence = opening;
      else if (opening !== undefined && fence !== null && opening.startsWith(fence)) fence = null;
      else if (fence === null) {
        const heading = HEADING.exec(line)?.[1];
        if (heading === undefined) continue;
        const text = heading.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1");
        return text.replaceAll(/[*`]|(?<![\p{L}\p{N}_])_|_(?![\p{L}\p{N}_])/gu, "").trim() || null;
      }
    }
  }
  return null;
}

/** The text with every line end written `\n`. */
export function normaliseLineEnds(text: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
}

/** How many blank lines stood before the first other one, and the lines without blank ends. */
export function stripBlankLines(lines: readonly string[]): readonly [number, string[]] {
  let [first, end] = [0, lines.length];
  while (first < end && lines[first]?.trim() === "") first += 1;
  while (end > first && lines[end - 1]?.trim() === "") end -= 1;
  return [first, lines.slice(first, end)];
}

/** Whether a text is a name of Python's (PEP 3131). */
export function isIdentifier(text: string): boolean {
  return /^[\p{ID_Start}_]\p{ID_Continue}*$/u.test(text);
}

function isTrue(value: Json | undefined): boolean {
  return value === true || (typeof value === "number" && value !== 0) || (typeof value === "string" && value !== "");
}
