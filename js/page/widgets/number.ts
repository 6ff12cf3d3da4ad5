/** `tn.ui.number`. */

import type WaInput from "@awesome.me/webawesome/dist/components/input/input.js";
import type { Json } from "../../protocol/messages.ts";
import { TnElement } from "./element.ts";

export class TnNumber extends TnElement {
  #input: WaInput | null = null;

  protected override makeControl(): HTMLElement {
    const { start, stop, step } = this.args;
    const input = document.createElement("wa-input");
    input.dataset["control"] = "";
    input.type = "number";
    input.size = "s";
    input.label = this.label;
    if (typeof start === "number") input.min = start;
    if (typeof stop === "number") input.max = stop;
    input.step = typeof step === "number" ? step : "any";
    input.inputmode = typeof step === "number" && Number.isInteger(step) ? "numeric" : "decimal";
    // A number half typed is no value: it counts when the field is left, or Enter is pressed.
    input.addEventListener("change", () => {
      this.#commit(input);
    });
    this.#input = input;
    return input;
  }

  protected override showValue(value: Json): void {
    if (this.#input !== null) this.#input.value = value === null ? "" : String(Number(value));
  }

  /** Takes what was typed, kept within the bounds; what is no number at all gives way to the value before. */
  #commit(input: WaInput): void {
    const text = (input.value ?? "").trim();
    if (text === "") {
      this.changed(null);
      return;
    }
    const number = Number(text);
    if (!Number.isFinite(number)) {
      this.showValue(this.value);
      return;
    }
    const { start, stop } = this.args;
    const low = typeof start === "number" ? start : -Infinity;
    const high = typeof stop === "number" ? stop : Infinity;
    const kept = Math.min(high, Math.max(low, number));
    if (kept !== number) this.showValue(kept);
    this.changed(kept);
  }
}
