/** One cell on the page: its section, kept in step with its state. */

import type { ErrorReport } from "../../protocol/messages.ts";
import { type CellState, type CellStatus, initialCell, type Origin } from "../state/cell-state.ts";
import { renderOutputs } from "./output.ts";

export class CellView {
  readonly id: string;
  #state: CellState;
  #shownOutputs: CellState["outputs"] = null;
  /** Outputs render asynchronously: only the newest may be put on the page. */
  #rendering = 0;
  readonly #section: HTMLElement;

  constructor(section: HTMLElement) {
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
    if (state.error !== before.error || state.reason !== before.reason) this.#showError(state);
    // An ended cell shows its status once its output is there: whoever waits for the one sees the other.
    if (state.outputs !== null && state.outputs !== this.#shownOutputs) {
      const turn = ++this.#rendering;
      const fragment = await renderOutputs(state.outputs);
      if (turn !== this.#rendering) return;
      this.#shownOutputs = state.outputs;
      this.#part("tn-output").replaceChildren(fragment);
    }
    this.#section.dataset["status"] = this.#state.status;
    this.#section.dataset["origin"] = this.#state.origin;
    this.#section.toggleAttribute("aria-busy", this.#state.status === "running");
  }

  #part(name: string): HTMLElement {
    const part = this.#section.querySelector<HTMLElement>(`:scope > .${name}`);
    if (part === null) throw new Error(`cell ${this.id} has no .${name}`);
    return part;
  }

  #showConsole(state: CellState): void {
    const pieces = (state.console ?? []).map((piece) => {
      const span = document.createElement("span");
      span.className = `tn-${piece.stream}`;
      span.textContent = piece.text;
      return span;
    });
    this.#part("tn-console").replaceChildren(...pieces);
  }

  #showError(state: CellState): void {
    const part = this.#part("tn-error");
    const why = state.status === "cancelled" ? `Not run: ${state.reason ?? "it was cancelled"}.` : null;
    part.replaceChildren(...(state.error === null ? [] : describe(state.error)));
    if (state.error === null && why !== null) part.append(why);
    part.hidden = state.error === null && why === null;
  }
}

function describe(error: ErrorReport): Node[] {
  const line = document.createElement("p");
  line.className = "tn-error-message";
  line.textContent = error.kind === "" ? error.message : `${error.kind}: ${error.message}`;
  const nodes: Node[] = [line];
  if (error.frames.length > 0) {
    const list = document.createElement("ol");
    list.className = "tn-frames";
    for (const frame of error.frames) {
      const item = document.createElement("li");
      item.append(frame.function === "" ? frame.where : `${frame.where}, in ${frame.function}`);
      const code = document.createElement("code");
      code.textContent = frame.text.trim();
      item.append(code);
      list.append(item);
    }
    nodes.push(list);
  }
  if (error.hint !== null) {
    const hint = document.createElement("p");
    hint.className = "tn-error-hint";
    hint.textContent = error.hint;
    nodes.push(hint);
  }
  return nodes;
}
