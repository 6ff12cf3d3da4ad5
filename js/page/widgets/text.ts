/** `tn.ui.text`. */

import type WaInput from "@awesome.me/webawesome/dist/components/input/input.js";
import type { Json } from "../../protocol/messages.ts";
import { TnElement } from "./element.ts";

interface TextArguments {
  readonly placeholder: string;
  readonly kind: "text" | "email" | "url" | "password";
  readonly label: string;
  readonly max_length: number | null;
}

export class TnText extends TnElement<TextArguments> {
  #input: WaInput | null = null;

  protected override async makeControl(args: TextArguments): Promise<HTMLElement> {
    await import("@awesome.me/webawesome/dist/components/input/input.js");
    const input = document.createElement("wa-input");
    input.type = args.kind;
    input.size = "s";
    input.label = args.label === "" ? this.name : args.label;
    input.placeholder = args.placeholder;
    if (args.max_length !== null) input.maxlength = args.max_length;
    input.addEventListener("change", () => {
      this.changed(input.value ?? "");
    });
    this.#input = input;
    return input;
  }

  protected override showValue(value: Json): void {
    if (this.#input !== null) this.#input.value = typeof value === "string" ? value : "";
  }
}
