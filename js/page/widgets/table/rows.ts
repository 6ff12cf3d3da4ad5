/** The rows of a table, as its reader sorts and filters them: all here, or fetched from Python a block at a time. */

import type { Json } from "../../../protocol/messages.ts";

/** How a reader looks at a table. */
export interface TableView {
  readonly sort: { readonly column: number; readonly descending: boolean } | null;
  readonly filter: string;
  /** Column -> text. */
  readonly filters: Readonly<Record<string, string>>;
}

export const UNCHANGED: TableView = { sort: null, filter: "", filters: {} };

/** A cell as text; null where there is no value. */
export type Cell = string | null;

export interface Row {
  /** Its number in the data, from 0. */
  readonly position: number;
  readonly cells: readonly Cell[];
}

/** Rows in a view; `get` gives those that are here, and has `changed` called when more have come. */
export interface Rows {
  readonly total: number;
  look(view: TableView): void;
  get(index: number): Row | null;
  /** Sees to it that these rows will be here. */
  want(start: number, end: number): void;
  /** Has rows that could not be had be asked for again, when they are wanted next. */
  retry(): void;
  /** All rows of the view as CSV (RFC 4180), with a line of titles. */
  csv(): Promise<string>;
}

/** What the page was given of a table that is here as a whole. */
export interface Whole {
  readonly rows: readonly (readonly Cell[])[];
  /** For each column the place of every row in its order, null where there is no value. */
  readonly ranks: readonly (readonly (number | null)[])[];
  /** Column -> cells as CSV has them, where that differs from what is shown. */
  readonly raws: Readonly<Record<string, readonly string[]>>;
}

/** The positions of the rows that a view shows, in its order. */
export function arrange({ rows, ranks }: Whole, { sort, filter, filters }: TableView): readonly number[] {
  const everywhere = filter.toLowerCase();
  const wanted = Object.entries(filters).map(([column, text]) => [Number(column), text.toLowerCase()] as const);
  const has = (cell: Cell | undefined, text: string): boolean => (cell ?? null) !== null && (cell ?? "").toLowerCase().includes(text);
  const found = [...rows.keys()].filter((position) => {
    const cells = rows[position] ?? [];
    return (
      wanted.every(([column, text]) => text === "" || has(cells[column], text)) &&
      (everywhere === "" || cells.some((cell) => has(cell, everywhere)))
    );
  });
  if (sort === null) return found;
  const places = ranks[sort.column] ?? [];
  const sign = sort.descending ? -1 : 1;
  return found.sort((one, other) => {
    const [a, b] = [places[one] ?? null, places[other] ?? null];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * (a - b);
  });
}

/** A line of CSV (RFC 4180). */
export function csvLine(cells: readonly Cell[]): string {
  const line = cells.map((cell) => (/[",\r\n]/.test(cell ?? "") ? `"${(cell ?? "").replaceAll('"', '""')}"` : (cell ?? "")));
  // An empty line would be no row.
  return `${line.length === 1 && line[0] === "" ? '""' : line.join(",")}\r\n`;
}

/** A table that is here as a whole. */
export class WholeRows implements Rows {
  readonly #whole: Whole;
  readonly #titles: readonly string[];
  #positions: readonly number[];

  constructor(whole: Whole, titles: readonly string[]) {
    this.#whole = whole;
    this.#titles = titles;
    this.#positions = [...whole.rows.keys()];
  }

  get total(): number {
    return this.#positions.length;
  }

  look(view: TableView): void {
    this.#positions = arrange(this.#whole, view);
  }

  get(index: number): Row | null {
    const position = this.#positions[index];
    return position === undefined ? null : { position, cells: this.#whole.rows[position] ?? [] };
  }

  want(): void {
    // They are here.
  }

  retry(): void {
    // Nothing is missing.
  }

  csv(): Promise<string> {
    const { rows, raws } = this.#whole;
    const lines = this.#positions.map((position) =>
      csvLine((rows[position] ?? []).map((cell, column) => raws[String(column)]?.[position] ?? cell)),
    );
    return Promise.resolve([csvLine(this.#titles), ...lines].join(""));
  }
}

/** Rows that are fetched at a time. */
export const BLOCK = 100;
const CSV_BLOCK = 20_000;
/** Blocks that are kept. */
const MOST_BLOCKS = 50;

interface Answer {
  readonly total: number;
  readonly rows: readonly (readonly Cell[])[];
  readonly positions: readonly number[];
}

/** Rows that Python has; `first` are the first ones of all, in the order of the data. */
export class FetchedRows implements Rows {
  readonly #ask: (asked: Readonly<Record<string, Json>>) => Promise<Json>;
  readonly #first: readonly (readonly Cell[])[];
  readonly #count: number;
  readonly #changed: (problem: string | null) => void;
  #view = UNCHANGED;
  /** Counts views: answers for an earlier one are dropped. */
  #generation = 0;
  #blocks = new Map<number, readonly Row[]>();
  #asked = new Set<number>();
  #failed = new Set<number>();
  total: number;

  /** `changed` is called when rows have come, or with why they cannot be had. */
  constructor(
    first: readonly (readonly Cell[])[],
    count: number,
    ask: (asked: Readonly<Record<string, Json>>) => Promise<Json>,
    changed: (problem: string | null) => void,
  ) {
    this.#first = first;
    this.#count = this.total = count;
    this.#ask = ask;
    this.#changed = changed;
  }

  look(view: TableView): void {
    this.#view = view;
    this.#generation += 1;
    this.#blocks = new Map();
    this.#asked = new Set();
    if (this.#isUnchanged) this.total = this.#count;
    else this.#fetch(0); // how many there are, too
  }

  get(index: number): Row | null {
    const cells = this.#isUnchanged ? this.#first[index] : undefined;
    if (cells !== undefined) return { position: index, cells };
    return this.#blocks.get(Math.floor(index / BLOCK))?.[index % BLOCK] ?? null;
  }

  want(start: number, end: number): void {
    for (let index = start; index < end; index += 1) {
      if (this.get(index) === null) this.#fetch(Math.floor(index / BLOCK));
    }
  }

  retry(): void {
    for (const block of this.#failed) this.#asked.delete(block);
    this.#failed.clear();
  }

  async csv(): Promise<string> {
    const parts: string[] = [];
    let total = 1;
    for (let start = 0; start < total; start += CSV_BLOCK) {
      const answer = (await this.#ask(this.#question("csv", start, CSV_BLOCK))) as { total: number; csv: string };
      total = answer.total;
      parts.push(answer.csv);
    }
    return parts.join("");
  }

  get #isUnchanged(): boolean {
    const { sort, filter, filters } = this.#view;
    return sort === null && filter === "" && Object.keys(filters).length === 0;
  }

  #question(what: string, start: number, count: number): Readonly<Record<string, Json>> {
    return { what, start, count, ...this.#view };
  }

  #fetch(block: number): void {
    if (this.#asked.has(block)) return;
    this.#asked.add(block);
    const generation = this.#generation;
    this.#ask(this.#question("rows", block * BLOCK, BLOCK)).then(
      (answer) => {
        if (generation !== this.#generation) return;
        const { total, rows, positions } = answer as unknown as Answer;
        this.total = total;
        this.#blocks.set(block, rows.map((cells, index) => ({ cells, position: positions[index] ?? 0 })));
        for (const oldest of this.#blocks.keys()) {
          if (this.#blocks.size <= MOST_BLOCKS) break;
          this.#blocks.delete(oldest);
          this.#asked.delete(oldest);
        }
        this.#changed(null);
      },
      (error: unknown) => {
        if (generation !== this.#generation) return;
        this.#failed.add(block); // asking at once would go on for ever
        this.#changed(error instanceof Error ? error.message : String(error));
      },
    );
  }
}
