/** `tn.ui.tabs`: by the pattern for tabs of the ARIA Authoring Practices Guide. */

import type { Json } from "../../protocol/messages.ts";
import { TnHolder } from "./holder.ts";

let copies = 0;

export class TnTabs extends TnHolder {
  #copy = 0;

  protected override get quiet(): boolean {
    return true;
  }

  protected override attach(): void {
    this.#copy = ++copies;
    this.addEventListener("click", (event) => {
      const index = this.#tabs().findIndex((tab) => tab === event.target);
      if (index >= 0) this.#choose(index);
    });
    this.addEventListener("keydown", (event) => {
      const index = this.#tabs().findIndex((tab) => tab === event.target);
      if (index >= 0) this.#move(event, index);
    });
  }

  protected override showValue(value: Json): void {
    const chosen = this.#labels().findIndex((label) => label === value);
    const panels = this.#panels();
    for (const [index, tab] of this.#tabs().entries()) {
      tab.setAttribute("aria-selected", String(index === chosen));
      tab.tabIndex = index === chosen ? 0 : -1;
      tab.disabled = this.disabled;
      const panel = panels[index];
      if (panel === undefined) continue;
      panel.toggleAttribute("data-closed", index !== chosen);
      // Shown twice, the exporter's ids would be, too.
      tab.id = `tn-tab-${this.#copy}-${index}`;
      panel.id = `tn-panel-${this.#copy}-${index}`;
      panel.setAttribute("aria-labelledby", tab.id);
      tab.setAttribute("aria-controls", panel.id);
    }
  }

  #choose(index: number): void {
    const label = this.#labels()[index] ?? null;
    this.showValue(label);
    this.changed(label);
  }

  #move(event: KeyboardEvent, index: number): void {
    const tabs = this.#tabs();
    const places: Readonly<Record<string, number>> = {
      ArrowRight: (index + 1) % tabs.length,
      ArrowLeft: (index - 1 + tabs.length) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    };
    const place = places[event.key];
    if (place === undefined) return;
    event.preventDefault();
    tabs[place]?.focus();
    this.#choose(place);
  }

  #labels(): readonly string[] {
    return this.args["labels"] as readonly string[];
  }

  #tabs(): readonly HTMLButtonElement[] {
    return this.own("tn-tablist").flatMap((list) => this.own("tn-tab", list)).filter((tab) => tab instanceof HTMLButtonElement);
  }

  #panels(): readonly HTMLElement[] {
    return this.own("tn-panel");
  }
}
