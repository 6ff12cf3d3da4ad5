/** `tn.ui.text`. */

import type WaInput from "@awesome.me/webawesome/dist/components/input/input.js";
import type { Json } from "../../protocol/messages.ts";
import { TnElement } from "./element.ts";

type TextKind = "text" | "email" | "url" | "password";

const KINDS: readonly TextKind[] = ["text", "email", "url", "password"];

export class TnText extends TnElement {
  #input: WaInput | null = null;

  protected override makeControl(): HTMLElement {
    const { kind, placeholder, max_length: longest } = this.args;
    const input = document.createElement("wa-input");
    input.dataset["control"] = "";
    input.type = KINDS.find((known) => known === kind) ?? "text";
    input.size = "s";
    input.label = this.label;
    input.autocomplete = "off";
    if (typeof placeholder === "string") input.placeholder = placeholder;
    if (typeof longest === "number") input.maxlength = longest;
    // Text counts when the field is left, or Enter is pressed: not with every letter.
    input.addEventListener("change", () => {
      this.changed(input.value ?? "");
    });
    this.#input = input;
    return input;
  }

  protected override showValue(value: Json): void {
    if (this.#input !== null) this.#input.value = typeof value === "string" ? value : "";
  }

  protected override describe(value: Json): string {
    return this.args["kind"] === "password" && typeof value === "string" ? "•".repeat(value.length) : super.describe(value);
  }
}
