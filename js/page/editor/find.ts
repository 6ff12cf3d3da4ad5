/** Finding and replacing in all cells of a notebook. */

import { type Draft, writeCell } from "./draft.ts";

export interface Query {
  readonly text: string;
  readonly matchCase: boolean;
  /** Whether `text` is a regular expression, with `$1` in what replaces it. */
  readonly isPattern: boolean;
}

/** A place in the source of a cell. */
export interface Match {
  readonly cell: string;
  readonly from: number;
  readonly to: number;
}

/** The pattern of a query, for one cell at a time; null where it is empty or makes no sense. */
export function patternOf(query: Query): RegExp | null {
  if (query.text === "") return null;
  const source = query.isPattern ? query.text : query.text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  try {
    return new RegExp(source, query.matchCase ? "gmu" : "gimu");
  } catch {
    return null;
  }
}

/** Every match, in the order of the cells; matches of nothing are none. */
export function findMatches(draft: Draft, query: Query): readonly Match[] {
  const pattern = patternOf(query);
  if (pattern === null) return [];
  return draft.cells.flatMap((cell) =>
    [...cell.source.matchAll(pattern)]
      .filter((found) => found[0] !== "")
      .map((found) => ({ cell: cell.id, from: found.index, to: found.index + found[0].length })),
  );
}

/** With one match replaced. */
export function replaceMatch(draft: Draft, query: Query, match: Match, by: string): Draft {
  return replaceIn(draft, query, by, (found) => found.cell === match.cell && found.from === match.from);
}

/** With every match replaced. */
export function replaceAll(draft: Draft, query: Query, by: string): Draft {
  return replaceIn(draft, query, by, () => true);
}

function replaceIn(draft: Draft, query: Query, by: string, isMeant: (match: Match) => boolean): Draft {
  const matches = findMatches(draft, query).filter(isMeant);
  const single = patternOf(query);
  if (single === null) return draft;
  let next = draft;
  for (const cell of draft.cells) {
    // From the end, so that what comes before stays where it is.
    const mine = matches.filter((match) => match.cell === cell.id).reverse();
    let source = cell.source;
    for (const { from, to } of mine) source = source.slice(0, from) + written(source, single, from, to, by, query) + source.slice(to);
    if (mine.length > 0) next = writeCell(next, cell.id, source);
  }
  return next;
}

/** What stands in the place of a match: groups count in patterns only. */
function written(source: string, pattern: RegExp, from: number, to: number, by: string, query: Query): string {
  if (!query.isPattern) return by;
  // In its place, where what stands around it counts, too.
  const sticky = new RegExp(pattern.source, pattern.flags.replace("g", "y"));
  sticky.lastIndex = from;
  const replaced = source.replace(sticky, by);
  return replaced.slice(from, replaced.length - (source.length - to));
}
