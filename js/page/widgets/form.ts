/** `tn.ui.form`: what is inside counts when it is submitted. */

import type { Json } from "../../protocol/messages.ts";
import { TnElement } from "./element.ts";
import { TnHolder } from "./holder.ts";

export class TnForm extends TnHolder {
  #button: HTMLButtonElement | null = null;

  protected override attach(): void {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "tn-button";
    button.disabled = this.disabled;
    button.textContent = typeof this.args["submit"] === "string" ? this.args["submit"] : "Submit";
    button.addEventListener("click", () => {
      this.#submit();
    });
    const row = document.createElement("div");
    row.className = "tn-form-actions";
    row.append(button);
    this.append(row);
    this.#button = button;
    this.addEventListener("tn-draft", (event) => {
      event.stopPropagation();
    });
    this.addEventListener("keydown", (event) => {
      const typed = event.target instanceof Element && event.target.localName === "wa-input";
      // What was typed is taken over first.
      if (event.key === "Enter" && typed) setTimeout(() => { this.#submit(); });
    });
  }

  protected override showValue(): void {
    // What was submitted is in what depends on it; the parts show what is to be submitted next.
  }

  #submit(): void {
    if (this.#button?.disabled !== false) return;
    const parts = this.#parts();
    const values: Record<string, Json> = {};
    for (const part of parts) values[part.element] = part.value;
    this.changed(values);
    const first = this.args["first"] as readonly Json[] | undefined;
    if (first !== undefined) parts.forEach((part, index) => { part.show(first[index] ?? null); });
  }

  /** The widgets inside, each once. */
  #parts(): readonly TnElement[] {
    const found = new Map<string, TnElement>();
    for (const part of this.querySelectorAll("[data-element]")) {
      if (part instanceof TnElement && !found.has(part.element)) found.set(part.element, part);
    }
    return [...found.values()];
  }
}
