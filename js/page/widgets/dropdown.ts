/** `tn.ui.dropdown`. */

import type WaSelect from "@awesome.me/webawesome/dist/components/select/select.js";
import type { Json } from "../../protocol/messages.ts";
import { TnElement } from "./element.ts";

export class TnDropdown extends TnElement {
  #select: WaSelect | null = null;

  protected override makeControl(): HTMLElement {
    const select = document.createElement("wa-select");
    select.dataset["control"] = "";
    select.size = "s";
    select.label = this.label;
    select.withClear = this.args["allow_none"] === true;
    select.placeholder = select.withClear ? "None" : "";
    for (const [index, label] of this.#labels().entries()) {
      // Option values may not hold spaces: the position stands for the label.
      const option = document.createElement("wa-option");
      option.value = String(index);
      option.textContent = label;
      select.append(option);
    }
    select.addEventListener("change", () => {
      this.changed(this.#chosen(select.value));
    });
    this.#select = select;
    return select;
  }

  protected override showValue(value: Json): void {
    if (this.#select === null) return;
    const index = typeof value === "string" ? this.#labels().indexOf(value) : -1;
    this.#select.value = index < 0 ? "" : String(index);
  }

  protected override describe(value: Json): string {
    return value === null ? "None" : super.describe(value);
  }

  #labels(): readonly string[] {
    return this.args["options"] as readonly string[];
  }

  #chosen(position: unknown): string | null {
    if (typeof position !== "string" || position === "") return null;
    return this.#labels()[Number(position)] ?? null;
  }
}
