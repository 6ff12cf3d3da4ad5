/** What a page shows and its kernels stored, to be kept beyond the page and shown again. */

import type { Json } from "../protocol/messages.ts";
import type { KeptEntry } from "../protocol/rpc.ts";
import { type CellState, initialCell } from "./state/cell-state.ts";
import type { Keepsake } from "./state/keepsake.ts";
import type { ShownResults } from "./state/shown-results.ts";
import type { CellList } from "./view/cells.ts";
import { elementsOf } from "./widgets/element.ts";

/** What results are made of. */
export interface ResultsPage {
  readonly cells: CellList;
  readonly shown: ShownResults;
  readonly keepsake: Keepsake;
  /** Shows a state of a cell in its turn. */
  change(id: string, next: (state: CellState) => CellState): void;
  /** Changes the page in its turn; `what` is named if that fails. */
  draw(what: string, change: () => Promise<void>): void;
}

/** The form in which results are kept. */
interface ResultsText {
  readonly format: 1;
  readonly keys: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, Json>>;
  readonly cells: Readonly<Record<string, CellResult>>;
}

type CellResult = Pick<CellState, "status" | "outputs" | "console" | "error" | "reason">;

export class PageResults {
  readonly #page: ResultsPage;
  #listener: (entry: KeptEntry) => void = () => undefined;

  constructor(page: ResultsPage) {
    this.#page = page;
  }

  /** Takes what a kernel stored. */
  add(entry: KeptEntry): void {
    this.#page.keepsake.add(entry);
    this.#listener(entry);
  }

  /** Tells of everything that a kernel stores from now on. */
  onStored(listener: (entry: KeptEntry) => void): void {
    this.#listener = listener;
  }

  /** What is on show, as text for `show`. */
  text(): string {
    const cells: Record<string, CellResult> = {};
    for (const view of this.#page.cells.all) {
      const { status, outputs, console, error, reason } = view.state;
      if (status === "queued" || status === "running" || (outputs === null && error === null)) continue;
      cells[view.id] = { status, outputs, console, error, reason };
    }
    const { shown } = this.#page;
    const text: ResultsText = { format: 1, keys: shown.keys(), values: shown.values(document), cells };
    return JSON.stringify(text);
  }

  /**
   * Shows results of before, and gives the next kernel what was stored with them; `text` null shows none. A text
   * that makes no sense is left out: everything is computed again.
   */
  show(text: string | null, entries: readonly KeptEntry[]): void {
    const { cells, shown, keepsake } = this.#page;
    keepsake.clear();
    for (const entry of entries) keepsake.add(entry);
    const found = text === null ? null : readResults(text);
    shown.adopt(found?.keys ?? {}, found?.values ?? {});
    for (const { id } of cells.all) {
      const result = found?.cells[id];
      if (result === undefined) continue;
      this.#page.change(id, () => ({ ...initialCell(result.status, "cache"), ...result }));
    }
    const values = Object.entries(found?.values ?? {});
    this.#page.draw("the value of a widget", () => {
      for (const [id, value] of values) for (const element of elementsOf(id)) element.show(value);
      return Promise.resolve();
    });
  }
}

function readResults(text: string): ResultsText | null {
  try {
    const found = JSON.parse(text) as Partial<ResultsText>;
    const { keys, values, cells } = found;
    if (found.format !== 1 || keys === undefined || values === undefined || cells === undefined) return null;
    return { format: 1, keys, values, cells };
  } catch {
    return null;
  }
}
