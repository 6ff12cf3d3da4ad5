/** `tn.ui.switch`. */

import type WaSwitch from "@awesome.me/webawesome/dist/components/switch/switch.js";
import type { Json } from "../../protocol/messages.ts";
import { type Controls, TnElement } from "./element.ts";

export class TnSwitch extends TnElement {
  #switch: WaSwitch | null = null;

  protected override get controls(): Controls {
    return "further";
  }

  protected override makeControl(): HTMLElement {
    const control = document.createElement("wa-switch");
    control.dataset["control"] = "";
    control.size = "s";
    control.textContent = this.label;
    control.addEventListener("change", () => {
      this.changed(control.checked);
    });
    this.#switch = control;
    return control;
  }

  protected override showValue(value: Json): void {
    if (this.#switch !== null) this.#switch.checked = value === true;
  }

  protected override describe(value: Json): string {
    return value === true ? "on" : "off";
  }
}
