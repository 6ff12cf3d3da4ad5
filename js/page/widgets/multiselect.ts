/** `tn.ui.multiselect`. */

import type WaSelect from "@awesome.me/webawesome/dist/components/select/select.js";
import type { Json } from "../../protocol/messages.ts";
import { TnElement } from "./element.ts";
import { labelsOf, makeOptions } from "./options.ts";

export class TnMultiselect extends TnElement {
  #select: WaSelect | null = null;

  protected override makeControl(): HTMLElement {
    const select = document.createElement("wa-select");
    select.dataset["control"] = "";
    select.size = "s";
    select.label = this.label;
    select.multiple = true;
    select.maxOptionsVisible = 2;
    select.withClear = true;
    select.placeholder = "None";
    select.append(...makeOptions("wa-option", labelsOf(this.args)));
    select.addEventListener("change", () => {
      this.#choose(select);
    });
    this.#select = select;
    return select;
  }

  protected override showValue(value: Json): void {
    if (this.#select === null || !Array.isArray(value)) return;
    const labels = labelsOf(this.args);
    this.#select.value = value.map((label) => String(labels.indexOf(String(label))));
    this.#limit(value.length);
  }

  protected override describe(value: Json): string {
    return Array.isArray(value) && value.length > 0 ? value.join(", ") : "None";
  }

  /** Takes what was chosen, in the options' order, which is Python's. */
  #choose(select: WaSelect): void {
    const chosen = Array.isArray(select.value) ? select.value.map(Number) : [];
    const labels = labelsOf(this.args).filter((_, index) => chosen.includes(index));
    this.#limit(labels.length);
    this.changed(labels);
  }

  /** Where no more may be chosen, what is not chosen cannot be. */
  #limit(count: number): void {
    const most = this.args["max_selections"];
    if (this.#select === null || typeof most !== "number") return;
    const chosen = Array.isArray(this.#select.value) ? this.#select.value : [];
    for (const option of this.#select.querySelectorAll("wa-option")) {
      option.disabled = count >= most && !chosen.includes(option.value);
    }
  }
}
