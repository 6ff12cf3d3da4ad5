/** `tn.ui.button` and `tn.ui.run_button`: the browser's own buttons, which need no library. */

import type { Json } from "../../protocol/messages.ts";
import { TnElement } from "./element.ts";

let ids = 0;

/** A button with a line of help that it is described by. */
export function makeButton(label: string, help: string): { readonly holder: HTMLElement; readonly button: HTMLButtonElement } {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "tn-button";
  button.dataset["control"] = "";
  button.textContent = label;
  const holder = document.createElement("div");
  holder.className = "tn-button-row";
  holder.append(button);
  if (help !== "") {
    const hint = document.createElement("span");
    hint.className = "tn-widget-help";
    hint.id = `tn-help-${++ids}`;
    hint.textContent = help;
    button.setAttribute("aria-describedby", hint.id);
    holder.append(hint);
  }
  return { holder, button };
}

abstract class TnPressed extends TnElement {
  protected button: HTMLButtonElement | null = null;

  protected abstract press(): void;

  protected override get controls(): "none" {
    return "none";
  }

  protected override makeControl(): HTMLElement {
    const { holder, button } = makeButton(this.label, this.help);
    button.addEventListener("click", () => {
      this.press();
    });
    this.button = button;
    return holder;
  }

  protected override describe(): string {
    return "";
  }
}

export class TnButton extends TnPressed {
  protected override press(): void {
    this.changed(Number(this.value) + 1);
  }

  protected override showValue(): void {
    // How often it was clicked is not shown.
  }
}

/** Pressed from its click until the run that this starts is over. */
export class TnRunButton extends TnPressed {
  protected override press(): void {
    if (this.value === true) return; // the run is under way
    this.changed(true);
    this.showValue(this.value);
  }

  protected override showValue(value: Json): void {
    this.button?.setAttribute("aria-disabled", String(value === true));
  }

  override settle(): void {
    this.show(false);
  }
}
