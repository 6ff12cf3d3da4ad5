/** What all widgets have in common: arguments from Python, a front-end value, and the event of its change. */

import type { Json } from "../../protocol/messages.ts";
import { reasonOf } from "../../protocol/reason.ts";

export interface TnChange {
  readonly name: string;
  readonly element: string;
  readonly value: Json;
  /** The value before, for whoever cannot act on the change. */
  readonly previous: Json;
  /** Whether it is no reason to start Python. */
  readonly quiet: boolean;
}

export interface TnProblem {
  readonly text: string;
}

/** The content of a file that a reader chose; the value that is about to change names it by its digest. */
export interface TnContent {
  readonly digest: string;
  readonly content: Blob;
}

/** A question to Python that is no value; whoever hears it calls `answer`, once. */
export interface TnAsk {
  readonly element: string;
  readonly asked: Readonly<Record<string, Json>>;
  readonly answer: (answer: Promise<Json>) => void;
}

declare global {
  interface GlobalEventHandlersEventMap {
    "tn-change": CustomEvent<TnChange>;
    "tn-draft": CustomEvent<TnChange>;
    "tn-problem": CustomEvent<TnProblem>;
    "tn-content": CustomEvent<TnContent>;
    "tn-ask": CustomEvent<TnAsk>;
  }
}

export type Arguments = Readonly<Record<string, Json>>;

/** The controls of the library that a widget is made of: those of most pages, others, or none. */
export type Controls = "usual" | "further" | "none";

/** Makes the library's controls known, once for all widgets. */
export type LoadControls = (controls: Controls) => Promise<unknown>;

let loadControls: LoadControls = (controls) => {
  switch (controls) {
    case "usual":
      return import("./controls.ts");
    case "further":
      return Promise.all([import("./controls.ts"), import("./further.ts")]);
    case "none":
      return Promise.resolve();
  }
};

/** Replaces the loader of the controls; tests bring their own. Returns the one before. */
export function setControlLoader(loader: LoadControls): LoadControls {
  const before = loadControls;
  loadControls = loader;
  return before;
}

/**
 * A custom element `tn-…`. Until the library is loaded it shows label and value as text; then a control of the
 * library, in the light DOM. If that fails, the text that the exporter wrote stays.
 */
export abstract class TnElement extends HTMLElement {
  #value: Json = null;
  #args: Arguments = {};
  #connected = false;

  /** Makes the control; the library is there. */
  protected abstract makeControl(): HTMLElement;

  /** Puts a value on the control. */
  protected abstract showValue(value: Json): void;

  /** The controls that it is made of. */
  protected get controls(): Controls {
    return "usual";
  }

  get name(): string {
    return this.getAttribute("name") ?? "";
  }

  /** The id by which the kernel knows this widget; shown twice, a widget has two elements with one id. */
  get element(): string {
    return this.dataset["element"] ?? this.name;
  }

  get value(): Json {
    return this.#value;
  }

  get args(): Arguments {
    return this.#args;
  }

  /** The label, which is also the accessible name: a widget without one is called by its variable. */
  get label(): string {
    const label = this.#args["label"];
    // A part of another widget is called by its own name in that.
    return typeof label === "string" && label !== "" ? label : (this.name.split(".").pop() ?? "");
  }

  /** Whether its value is for a form around it to submit. */
  get isDraft(): boolean {
    return (this.parentElement?.closest("tn-form") ?? null) !== null;
  }

  /** A line of help under the control; empty if there is none. */
  get help(): string {
    const help = this.#args["help"];
    return typeof help === "string" ? help : "";
  }

  get disabled(): boolean {
    return this.#args["disabled"] === true;
  }

  async connectedCallback(): Promise<void> {
    if (this.#connected) return;
    this.#connected = true;
    const fallback = [...this.childNodes];
    try {
      this.#value = JSON.parse(this.dataset["value"] ?? "null") as Json;
      this.#args = JSON.parse(this.dataset["args"] ?? "{}") as Arguments;
      await this.bringToLife();
      this.showValue(this.#value);
      this.dataset["live"] = "";
    } catch (error) {
      this.replaceChildren(...fallback);
      this.#report(`A widget could not be brought to life, and stays as text: ${reasonOf(error)}`);
    }
  }

  /** Puts the control in the place of the text that was exported. */
  protected async bringToLife(): Promise<void> {
    this.#showPlaceholder();
    await loadControls(this.controls);
    const made = this.makeControl();
    this.#applyCommon(made);
    this.replaceChildren(made);
  }

  /** Whether a change is of interest to Python alone where that runs: nobody waits for it. */
  protected get quiet(): boolean {
    return false;
  }

  /** Shows a value that was decided elsewhere; no event is sent. */
  show(value: Json): void {
    this.#keep(value);
    if ("live" in this.dataset) this.showValue(value);
    else this.querySelector(".tn-widget-value")?.replaceChildren(this.describe(value));
  }

  /** What the last change set off is over. */
  settle(): void {
    // Most widgets stay as they were left.
  }

  /** Takes what the object behind the widget says. */
  hear(_content: Json, _buffers: readonly string[]): void {
    // Most widgets have none.
  }

  /** The value as text. */
  protected describe(value: Json): string {
    return value === null ? "–" : typeof value === "string" ? value : JSON.stringify(value);
  }

  /** The reader changed the control: tells the page, unless nothing changed. */
  protected changed(value: Json): void {
    const previous = this.#value;
    if (JSON.stringify(value) === JSON.stringify(previous)) return;
    this.#keep(value);
    const detail: TnChange = { name: this.name, element: this.element, value, previous, quiet: this.quiet };
    // Inside a form it is a draft until that is submitted.
    const kind = this.isDraft ? "tn-draft" : "tn-change";
    this.dispatchEvent(new CustomEvent(kind, { bubbles: true, composed: true, detail }));
  }

  /** Asks Python something that is no value; rejects with a sentence where it has no answer. */
  protected ask(asked: Readonly<Record<string, Json>>): Promise<Json> {
    return new Promise((resolve, reject) => {
      const detail: TnAsk = {
        element: this.element,
        asked,
        answer: (answer) => {
          answer.then(resolve, reject);
        },
      };
      const isHeard = this.dispatchEvent(new CustomEvent("tn-ask", { bubbles: true, composed: true, cancelable: true, detail }));
      if (isHeard) reject(new Error("there is no Python on this page")); // whoever answers prevents that
    });
  }

  #applyCommon(made: HTMLElement): void {
    const control = made.matches("[data-control]") ? made : made.querySelector<HTMLElement>("[data-control]");
    if (control === null) return;
    if (this.disabled && "disabled" in control) control.disabled = true;
    if (this.help !== "") control.setAttribute("hint", this.help);
  }

  #keep(value: Json): void {
    this.#value = value;
    this.dataset["value"] = JSON.stringify(value);
  }

  #showPlaceholder(): void {
    const label = document.createElement("span");
    label.className = "tn-widget-label";
    label.textContent = this.label;
    const value = document.createElement("span");
    value.className = "tn-widget-value";
    value.textContent = this.describe(this.#value);
    this.replaceChildren(label, value);
    if (this.help === "") return;
    const help = document.createElement("span");
    help.className = "tn-widget-help";
    help.textContent = this.help;
    this.append(help);
  }

  #report(text: string): void {
    this.dispatchEvent(new CustomEvent("tn-problem", { bubbles: true, composed: true, detail: { text } }));
  }
}

/** The elements on the page that show a widget, by its id. */
export function elementsOf(id: string): readonly TnElement[] {
  return [...document.querySelectorAll<TnElement>(`[data-element="${CSS.escape(id)}"]`)].filter(
    (element) => typeof element.show === "function",
  );
}
