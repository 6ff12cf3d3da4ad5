/** `tn.ui.dropdown`. */

import type WaSelect from "@awesome.me/webawesome/dist/components/select/select.js";
import type { Json } from "../../protocol/messages.ts";
import { TnElement } from "./element.ts";

interface DropdownArguments {
  readonly options: readonly string[];
  readonly label: string;
  readonly allow_none: boolean;
}

export class TnDropdown extends TnElement<DropdownArguments> {
  #select: WaSelect | null = null;
  #options: readonly string[] = [];

  protected override async makeControl(args: DropdownArguments): Promise<HTMLElement> {
    await Promise.all([
      import("@awesome.me/webawesome/dist/components/select/select.js"),
      import("@awesome.me/webawesome/dist/components/option/option.js"),
    ]);
    this.#options = args.options;
    const select = document.createElement("wa-select");
    select.size = "s";
    select.label = args.label === "" ? this.name : args.label;
    select.withClear = args.allow_none;
    for (const [index, label] of args.options.entries()) {
      // Option values may not hold spaces: the position stands for the label.
      const option = document.createElement("wa-option");
      option.value = String(index);
      option.textContent = label;
      select.append(option);
    }
    select.addEventListener("change", () => {
      this.changed(typeof select.value === "string" ? (this.#options[Number(select.value)] ?? null) : null);
    });
    this.#select = select;
    return select;
  }

  protected override showValue(value: Json): void {
    if (this.#select === null) return;
    const index = typeof value === "string" ? this.#options.indexOf(value) : -1;
    this.#select.value = index < 0 ? "" : String(index);
  }
}
