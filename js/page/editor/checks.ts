/** What would be wrong with the notebook as it is written now, found before anything runs. */

import type { CellEdits } from "../notebook-edits.ts";
import type { Ask } from "./assistance.ts";

/** Milliseconds after the last change. */
const DELAY = 400;

export class Checks {
  readonly #ask: Ask;
  /** What the kernel does not have yet; null if it has everything. */
  readonly #edits: () => CellEdits | null;
  /** Shows what is wrong with a cell; those that are not in it have nothing wrong. */
  readonly #show: (problems: ReadonlyMap<string, string>) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #round = 0;

  constructor(ask: Ask, edits: () => CellEdits | null, show: (problems: ReadonlyMap<string, string>) => void) {
    this.#ask = ask;
    this.#edits = edits;
    this.#show = show;
  }

  /** Checks soon. */
  schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), DELAY);
  }

  async #check(): Promise<void> {
    const round = (this.#round += 1);
    const edits = this.#edits();
    const written = new Set(edits?.put.map((cell) => cell.id));
    const found = edits === null ? null : await this.#ask({ type: "Check", put: edits.put, remove: edits.remove, order: edits.order });
    if (round !== this.#round) return;
    const own = found?.items.filter((problem) => written.has(problem.cell)) ?? [];
    this.#show(new Map(own.map((problem) => [problem.cell, problem.text])));
  }
}
