/** `tn.ui.accordion`: the browser's own folds, which open without any script, too. */

import type { Json } from "../../protocol/messages.ts";
import { TnHolder } from "./holder.ts";

export class TnAccordion extends TnHolder {
  protected override get quiet(): boolean {
    return true;
  }

  protected override attach(): void {
    const hear = (event: Event): void => {
      const fold = this.#folds().find((own) => own === event.target);
      if (fold !== undefined) this.#take(fold);
    };
    this.addEventListener("toggle", hear, { capture: true }); // it does not bubble
  }

  protected override showValue(value: Json): void {
    const open = Array.isArray(value) ? value : [];
    for (const [index, fold] of this.#folds().entries()) fold.open = open.includes(this.#labels()[index] ?? null);
  }

  #take(toggled: HTMLDetailsElement): void {
    const folds = this.#folds();
    if (toggled.open && this.args["several"] === false) {
      for (const fold of folds) if (fold !== toggled) fold.open = false;
    }
    this.changed(this.#labels().filter((_, index) => folds[index]?.open === true));
  }

  #labels(): readonly string[] {
    return this.args["labels"] as readonly string[];
  }

  #folds(): readonly HTMLDetailsElement[] {
    return this.own("tn-fold").filter((fold) => fold instanceof HTMLDetailsElement);
  }
}
