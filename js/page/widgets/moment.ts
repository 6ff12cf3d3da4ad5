/** `tn.ui.date`, `tn.ui.datetime` and `tn.ui.time`: the browser's own pickers, in the library's field. */

import type WaInput from "@awesome.me/webawesome/dist/components/input/input.js";
import type { Json } from "../../protocol/messages.ts";
import { TnElement } from "./element.ts";

abstract class TnMoment extends TnElement {
  protected abstract readonly type: "date" | "datetime-local" | "time";
  #input: WaInput | null = null;

  protected override makeControl(): HTMLElement {
    const { start, stop } = this.args;
    const input = document.createElement("wa-input");
    input.dataset["control"] = "";
    input.type = this.type;
    input.size = "s";
    input.label = this.label;
    if (typeof start === "string") input.min = start;
    if (typeof stop === "string") input.max = stop;
    input.addEventListener("change", () => {
      this.#commit(input);
    });
    this.#input = input;
    return input;
  }

  protected override showValue(value: Json): void {
    if (this.#input !== null) this.#input.value = typeof value === "string" ? value : "";
  }

  /** Takes what was chosen, kept within the bounds. Texts of ISO 8601 are in order of time. */
  #commit(input: WaInput): void {
    const text = (input.value ?? "").slice(0, this.type === "time" ? 5 : 16);
    if (text === "") {
      this.changed(null);
      return;
    }
    const { start, stop } = this.args;
    let kept = text;
    if (typeof start === "string" && kept < start) kept = start;
    if (typeof stop === "string" && kept > stop) kept = stop;
    if (kept !== text) this.showValue(kept);
    this.changed(kept);
  }
}

export class TnDate extends TnMoment {
  protected override readonly type = "date";
}

export class TnDatetime extends TnMoment {
  protected override readonly type = "datetime-local";

  protected override describe(value: Json): string {
    return super.describe(value).replace("T", " ");
  }
}

export class TnTime extends TnMoment {
  protected override readonly type = "time";
}
