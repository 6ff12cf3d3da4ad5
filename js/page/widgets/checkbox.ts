/** `tn.ui.checkbox`. */

import type WaCheckbox from "@awesome.me/webawesome/dist/components/checkbox/checkbox.js";
import type { Json } from "../../protocol/messages.ts";
import { TnElement } from "./element.ts";

export class TnCheckbox extends TnElement {
  #box: WaCheckbox | null = null;

  protected override makeControl(): HTMLElement {
    const box = document.createElement("wa-checkbox");
    box.dataset["control"] = "";
    box.size = "s";
    box.textContent = this.label;
    box.addEventListener("change", () => {
      this.changed(box.checked);
    });
    this.#box = box;
    return box;
  }

  protected override showValue(value: Json): void {
    if (this.#box !== null) this.#box.checked = value === true;
  }

  protected override describe(value: Json): string {
    return value === true ? "yes" : "no";
  }
}
