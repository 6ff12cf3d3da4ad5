/** `tn.ui.checkbox`. */

import type WaCheckbox from "@awesome.me/webawesome/dist/components/checkbox/checkbox.js";
import type { Json } from "../../protocol/messages.ts";
import { TnElement } from "./element.ts";

interface CheckboxArguments {
  readonly label: string;
}

export class TnCheckbox extends TnElement<CheckboxArguments> {
  #box: WaCheckbox | null = null;

  protected override async makeControl(args: CheckboxArguments): Promise<HTMLElement> {
    await import("@awesome.me/webawesome/dist/components/checkbox/checkbox.js");
    const box = document.createElement("wa-checkbox");
    box.size = "s";
    box.textContent = args.label === "" ? this.name : args.label;
    box.addEventListener("change", () => {
      this.changed(box.checked);
    });
    this.#box = box;
    return box;
  }

  protected override showValue(value: Json): void {
    if (this.#box !== null) this.#box.checked = value === true;
  }
}
