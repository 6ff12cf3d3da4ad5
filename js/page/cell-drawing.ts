/** What cells come to show, in the order in which it was told, also where rendering takes a while. */

import type { KernelEvent } from "../protocol/messages.ts";
import { Flood } from "./flood.ts";
import { messageOf } from "./problems.ts";
import { cellOf, type CellState, reduceCell } from "./state/cell-state.ts";
import type { CellList } from "./view/cells.ts";
import { showNotice } from "./view/notices.ts";

export class CellDrawing {
  readonly #cells: CellList;
  readonly #flood: Flood;
  #work: Promise<void> = Promise.resolve();

  constructor(cells: CellList) {
    this.#cells = cells;
    this.#flood = new Flood(
      (cell, drawing) => {
        this.#queue(cell, drawing);
      },
      async (cell, sayings) => {
        const view = this.#cells.find(cell);
        await view?.show(sayings.reduce(reduceCell, view.state));
      },
    );
  }

  /** Draws what cells say while they run, gathered by frame. */
  readonly gather: Flood["hear"] = (event) => {
    this.#flood.hear(event);
  };

  /** Draws what an event says of its cell. */
  pass(event: KernelEvent): void {
    const id = cellOf(event);
    if (id !== null) this.change(id, (state) => reduceCell(state, event));
  }

  /** Brings a cell to its next state. */
  change(id: string, next: (state: CellState) => CellState): void {
    this.draw(id, async () => {
      const view = this.#cells.find(id);
      await view?.show(next(view.state));
    });
  }

  /** Changes the page in its turn; `what` is named if that fails. */
  draw(what: string, change: () => Promise<void>): void {
    this.#flood.end();
    this.#queue(what, change);
  }

  /** Resolves when all that was told so far is shown. */
  async settle(): Promise<void> {
    this.#flood.end();
    await this.#work;
  }

  #queue(what: string, change: () => Promise<void>): void {
    this.#work = this.#work.then(change).catch((error: unknown) => {
      showNotice({ level: "error", text: `${what} could not be shown: ${messageOf(error)}.` });
    });
  }
}
