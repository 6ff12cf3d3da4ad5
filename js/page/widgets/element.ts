/** What all widgets have in common: arguments from Python, a front-end value, and the event of its change. */

import type { Json } from "../../protocol/messages.ts";

export interface TnChange {
  readonly name: string;
  readonly element: string;
  readonly value: Json;
}

declare global {
  interface DocumentEventMap {
    "tn-change": CustomEvent<TnChange>;
  }
}

/**
 * A custom element `tn-…`. Until its control is loaded it shows the text that the exporter put into it; the control
 * itself is one of the component library's, in the light DOM.
 */
export abstract class TnElement<Arguments> extends HTMLElement {
  #value: Json = null;
  #connected = false;

  /** Loads the library's part, then makes the control, with the present value. */
  protected abstract makeControl(args: Arguments, value: Json): Promise<HTMLElement>;

  /** Puts a value on the control. */
  protected abstract showValue(value: Json): void;

  get name(): string {
    return this.getAttribute("name") ?? "";
  }

  get value(): Json {
    return this.#value;
  }

  async connectedCallback(): Promise<void> {
    if (this.#connected) return;
    this.#connected = true;
    this.#value = JSON.parse(this.dataset["value"] ?? "null") as Json;
    const args = JSON.parse(this.dataset["args"] ?? "{}") as Arguments;
    const control = await this.makeControl(args, this.#value);
    this.replaceChildren(control);
    this.showValue(this.#value);
    this.dataset["live"] = "";
  }

  /** Shows a value that was decided elsewhere; no event is sent. */
  show(value: Json): void {
    this.#value = value;
    this.dataset["value"] = JSON.stringify(value);
    if ("live" in this.dataset) this.showValue(value);
  }

  /** The reader changed the control: tells the page, unless nothing changed. */
  protected changed(value: Json): void {
    if (value === this.#value) return;
    this.#value = value;
    this.dataset["value"] = JSON.stringify(value);
    const detail: TnChange = { name: this.name, element: this.dataset["element"] ?? this.name, value };
    this.dispatchEvent(new CustomEvent("tn-change", { bubbles: true, composed: true, detail }));
  }
}
