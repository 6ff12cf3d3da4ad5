/** Makes the widgets known to the browser. */

import { TnCheckbox } from "./checkbox.ts";
import { TnDropdown } from "./dropdown.ts";
import { TnNumber } from "./number.ts";
import { TnSlider } from "./slider.ts";
import { TnText } from "./text.ts";

const WIDGETS: Readonly<Record<string, CustomElementConstructor>> = {
  "tn-slider": TnSlider,
  "tn-number": TnNumber,
  "tn-text": TnText,
  "tn-checkbox": TnCheckbox,
  "tn-dropdown": TnDropdown,
};

/** Defines every widget that is not defined yet. */
export function defineWidgets(): void {
  for (const [name, widget] of Object.entries(WIDGETS)) {
    if (customElements.get(name) === undefined) customElements.define(name, widget);
  }
}
