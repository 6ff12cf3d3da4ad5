/** What a running cell says, gathered until the next frame: a page draws no faster than anybody sees. */

import type { CellConsole, CellDisplay } from "../protocol/messages.ts";
import { nextFrame } from "./frame.ts";

export type Saying = CellConsole | CellDisplay;

/** Carries out a drawing in its turn. */
type Draw = (cell: string, drawing: () => Promise<void>) => void;

export class Flood {
  readonly #draw: Draw;
  readonly #show: (cell: string, sayings: readonly Saying[]) => Promise<void>;
  /** What cells said since the last drawing. */
  #gathered = new Map<string, Saying[]>();
  #wake: () => void = () => undefined;
  #woken = new Promise<void>((resolve) => {
    this.#wake = resolve;
  });

  constructor(draw: Draw, show: (cell: string, sayings: readonly Saying[]) => Promise<void>) {
    this.#draw = draw;
    this.#show = show;
  }

  /** Takes in an event; it is shown in the next frame, with all that comes until then. */
  hear(event: Saying): void {
    const there = this.#gathered.get(event.cell);
    if (there !== undefined) {
      there.push(event);
      return;
    }
    const gathered = this.#gathered;
    const sayings = [event];
    gathered.set(event.cell, sayings);
    const woken = this.#woken;
    this.#draw(event.cell, async () => {
      await nextFrame(woken);
      if (gathered.get(event.cell) === sayings) gathered.delete(event.cell);
      await this.#show(event.cell, sayings);
    });
  }

  /** Has all that was heard be shown at once: something else comes after it. */
  end(): void {
    this.#wake();
    this.#gathered = new Map();
    this.#woken = new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
