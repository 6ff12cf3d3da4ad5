/** `tn.ui.radio`. */

import type WaRadioGroup from "@awesome.me/webawesome/dist/components/radio-group/radio-group.js";
import type { Json } from "../../protocol/messages.ts";
import { type Controls, TnElement } from "./element.ts";
import { labelsOf, makeOptions } from "./options.ts";

export class TnRadio extends TnElement {
  #group: WaRadioGroup | null = null;

  protected override get controls(): Controls {
    return "further";
  }

  protected override makeControl(): HTMLElement {
    const group = document.createElement("wa-radio-group");
    group.dataset["control"] = "";
    group.size = "s";
    group.label = this.label;
    group.orientation = this.args["inline"] === true ? "horizontal" : "vertical";
    group.append(...makeOptions("wa-radio", labelsOf(this.args)));
    group.addEventListener("change", () => {
      this.changed(labelsOf(this.args)[Number(group.value)] ?? null);
    });
    this.#group = group;
    return group;
  }

  protected override showValue(value: Json): void {
    if (this.#group === null) return;
    const index = typeof value === "string" ? labelsOf(this.args).indexOf(value) : -1;
    this.#group.value = index < 0 ? null : String(index);
  }

  protected override describe(value: Json): string {
    return value === null ? "" : super.describe(value);
  }
}
