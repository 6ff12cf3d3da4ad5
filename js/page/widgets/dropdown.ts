/** `tn.ui.dropdown`. */

import type WaSelect from "@awesome.me/webawesome/dist/components/select/select.js";
import type { Json } from "../../protocol/messages.ts";
import { TnElement } from "./element.ts";
import { labelsOf, makeOptions } from "./options.ts";

export class TnDropdown extends TnElement {
  #select: WaSelect | null = null;

  protected override makeControl(): HTMLElement {
    const select = document.createElement("wa-select");
    select.dataset["control"] = "";
    select.size = "s";
    select.label = this.label;
    select.withClear = this.args["allow_none"] === true;
    select.placeholder = select.withClear ? "None" : "";
    select.append(...makeOptions("wa-option", labelsOf(this.args)));
    select.addEventListener("change", () => {
      this.changed(this.#chosen(select.value));
    });
    this.#select = select;
    return select;
  }

  protected override showValue(value: Json): void {
    if (this.#select === null) return;
    const index = typeof value === "string" ? labelsOf(this.args).indexOf(value) : -1;
    this.#select.value = index < 0 ? "" : String(index);
  }

  protected override describe(value: Json): string {
    return value === null ? "None" : super.describe(value);
  }

  #chosen(position: unknown): string | null {
    if (typeof position !== "string" || position === "") return null;
    return labelsOf(this.args)[Number(position)] ?? null;
  }
}
