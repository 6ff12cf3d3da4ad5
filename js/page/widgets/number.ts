/** `tn.ui.number`. */

import type WaInput from "@awesome.me/webawesome/dist/components/input/input.js";
import type { Json } from "../../protocol/messages.ts";
import { TnElement } from "./element.ts";

interface NumberArguments {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number | null;
  readonly label: string;
}

export class TnNumber extends TnElement<NumberArguments> {
  #input: WaInput | null = null;

  protected override async makeControl(args: NumberArguments): Promise<HTMLElement> {
    await import("@awesome.me/webawesome/dist/components/input/input.js");
    const input = document.createElement("wa-input");
    input.type = "number";
    input.size = "s";
    input.label = args.label === "" ? this.name : args.label;
    if (args.start !== null) input.min = args.start;
    if (args.stop !== null) input.max = args.stop;
    input.step = args.step ?? "any";
    // A number half typed is no value: it counts when the field is left, or Enter is pressed.
    input.addEventListener("change", () => {
      const text = input.value ?? "";
      if (text === "") this.changed(null);
      else if (input.checkValidity()) this.changed(Number(text));
    });
    this.#input = input;
    return input;
  }

  protected override showValue(value: Json): void {
    if (this.#input !== null) this.#input.value = value === null ? "" : String(Number(value));
  }
}
