/** What all widgets have in common: arguments from Python, a front-end value, and the event of its change. */

import type { Json } from "../../protocol/messages.ts";
import { reasonOf } from "../../protocol/reason.ts";

export interface TnChange {
  readonly name: string;
  readonly element: string;
  readonly value: Json;
  /** The value before, for whoever cannot act on the change. */
  readonly previous: Json;
}

export interface TnProblem {
  readonly text: string;
}

declare global {
  interface GlobalEventHandlersEventMap {
    "tn-change": CustomEvent<TnChange>;
    "tn-problem": CustomEvent<TnProblem>;
  }
}

export type Arguments = Readonly<Record<string, Json>>;

/** Makes the library's controls known, once for all widgets. */
export type LoadControls = () => Promise<unknown>;

let loadControls: LoadControls = () => import("./controls.ts");

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
    return typeof label === "string" && label !== "" ? label : this.name;
  }

  async connectedCallback(): Promise<void> {
    if (this.#connected) return;
    this.#connected = true;
    const fallback = [...this.childNodes];
    try {
      this.#value = JSON.parse(this.dataset["value"] ?? "null") as Json;
      this.#args = JSON.parse(this.dataset["args"] ?? "{}") as Arguments;
      this.#showPlaceholder();
      await loadControls();
      const control = this.makeControl();
      this.replaceChildren(control);
      this.showValue(this.#value);
      this.dataset["live"] = "";
    } catch (error) {
      this.replaceChildren(...fallback);
      this.#report(`A widget could not be brought to life, and stays as text: ${reasonOf(error)}`);
    }
  }

  /** Shows a value that was decided elsewhere; no event is sent. */
  show(value: Json): void {
    this.#keep(value);
    if ("live" in this.dataset) this.showValue(value);
    else this.querySelector(".tn-widget-value")?.replaceChildren(this.describe(value));
  }

  /** The value as text. */
  protected describe(value: Json): string {
    return value === null ? "–" : typeof value === "string" ? value : JSON.stringify(value);
  }

  /** The reader changed the control: tells the page, unless nothing changed. */
  protected changed(value: Json): void {
    const previous = this.#value;
    if (value === previous) return;
    this.#keep(value);
    const detail: TnChange = { name: this.name, element: this.element, value, previous };
    this.dispatchEvent(new CustomEvent("tn-change", { bubbles: true, composed: true, detail }));
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
