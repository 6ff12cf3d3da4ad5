/** One cell on the page: its section, kept in step with its state. */

import { type CellState, type CellStatus, initialCell, type Origin } from "../state/cell-state.ts";
import { renderConsole } from "./console.ts";
import { DrawnOutputs } from "./drawn-outputs.ts";
import { renderError } from "./error.ts";
import { renderQuestion } from "./question.ts";

/** Takes what a reader answers to a question; null if nothing. */
export type Answer = (question: string, text: string | null) => void;

/** What a screen reader finds in a cell that is not at rest. */
const WORDS: Readonly<Record<CellStatus, string>> = {
  idle: "",
  queued: "Waiting to run.",
  running: "Running.",
  error: "Failed.",
  stale: "Out of date.",
  cancelled: "Not run.",
};

export class CellView {
  readonly id: string;
  #state: CellState;
  #shownOutputs: CellState["outputs"] = null;
  #outputs: DrawnOutputs | null = null;
  readonly #section: HTMLElement;
  readonly #answer: Answer;
  #question: HTMLElement | null = null;
  #words: HTMLElement | null = null;

  constructor(section: HTMLElement, answer: Answer) {
    this.#answer = answer;
    this.#section = section;
    this.id = section.dataset["cell"] ?? "";
    const status = (section.dataset["status"] ?? "idle") as CellStatus;
    this.#state = initialCell(status, (section.dataset["origin"] ?? "none") as Origin);
  }

  get state(): CellState {
    return this.#state;
  }

  /** Shows a new state; what has not changed is not touched. */
  async show(state: CellState): Promise<void> {
    const before = this.#state;
    this.#state = state;
    if (state.console !== before.console) this.#showConsole(state);
    if (state.question !== before.question) this.#showQuestion(state);
    const why = reasonText(state);
    if (state.error !== before.error || why !== reasonText(before)) this.#showError(state, why);
    // An ended cell shows its status once its output is there: whoever waits for the one sees the other.
    if (state.outputs !== null && state.outputs !== this.#shownOutputs) {
      this.#outputs ??= new DrawnOutputs(this.#part("tn-output"));
      if (!(await this.#outputs.show(state.outputs))) return;
      this.#shownOutputs = state.outputs;
    }
    this.#showStatus(this.#state);
  }

  #part(name: string): HTMLElement {
    const part = this.#section.querySelector<HTMLElement>(`:scope > .${name}`);
    if (part === null) throw new Error(`cell ${this.id} has no .${name}`);
    return part;
  }

  #showStatus(state: CellState): void {
    this.#section.dataset["status"] = state.status;
    this.#section.dataset["origin"] = state.origin;
    if (state.status === "running") this.#section.setAttribute("aria-busy", "true");
    else this.#section.removeAttribute("aria-busy");
    if (this.#words === null && WORDS[state.status] === "") return;
    if (this.#words === null) {
      // To be found in the cell, not announced: a run touches many cells.
      this.#words = document.createElement("p");
      this.#words.className = "tn-cell-status tn-hidden";
      this.#section.append(this.#words);
    }
    this.#words.textContent = WORDS[state.status];
  }

  #showConsole(state: CellState): void {
    const console = this.#part("tn-console");
    const isOpen = console.querySelector<HTMLDetailsElement>(".tn-fold")?.open ?? false;
    console.replaceChildren(...renderConsole(state.console ?? [], isOpen));
  }

  #showQuestion({ question }: CellState): void {
    this.#question?.remove();
    this.#question = null;
    if (question === null) return;
    this.#question = renderQuestion(question.prompt, (text) => {
      this.#answer(question.question, text);
    });
    this.#part("tn-console").after(this.#question);
    // Whoever is busy elsewhere on the page stays there.
    const focused = document.activeElement;
    if (focused === null || focused === document.body || this.#section.contains(focused)) {
      this.#question.querySelector("input")?.focus();
    }
  }

  #showError(state: CellState, why: string | null): void {
    const part = this.#part("tn-error");
    part.replaceChildren(...(state.error === null ? [] : renderError(state.error)));
    if (state.error === null && why !== null) part.append(why);
    // An error is announced; what it keeps from running is there to be read.
    part.setAttribute("role", state.error === null ? "note" : "alert");
    part.hidden = state.error === null && why === null;
  }
}

/** Why a cell has no result, or an old one, as a sentence; null where there is nothing to say. */
function reasonText(state: CellState): string | null {
  switch (state.status) {
    case "cancelled":
      return `Not run: ${state.reason ?? "it was cancelled"}.`;
    case "stale":
      return `Out of date: ${state.reason ?? "its inputs have changed"}.`;
    case "idle":
    case "queued":
    case "running":
    case "error":
      return null;
  }
}
