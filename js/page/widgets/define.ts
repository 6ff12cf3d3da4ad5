/** Makes the widgets known to the browser: the usual ones at once, others when a page has some. */

import { reasonOf } from "../../protocol/reason.ts";
import { TnCheckbox } from "./checkbox.ts";
import { TnDropdown } from "./dropdown.ts";
import { TnNumber } from "./number.ts";
import { TnSlider } from "./slider.ts";
import { TnText } from "./text.ts";

export type Definitions = Readonly<Record<string, CustomElementConstructor>>;

const WIDGETS: Definitions = {
  "tn-slider": TnSlider,
  "tn-number": TnNumber,
  "tn-text": TnText,
  "tn-checkbox": TnCheckbox,
  "tn-dropdown": TnDropdown,
};

/** Modules with further widgets, by what finds them on a page. */
const FURTHER: readonly (readonly [selector: string, load: () => Promise<{ readonly WIDGETS: Definitions }>])[] = [
  [
    "tn-range-slider, tn-text-area, tn-switch, tn-radio, tn-multiselect, tn-date, tn-datetime, tn-time, " +
      "tn-button, tn-run-button, tn-refresh",
    () => import("./more.ts"),
  ],
  ["tn-table", () => import("./table.ts")],
  ["tn-anywidget", () => import("./anywidget.ts")],
  ["tn-file", () => import("./file.ts")],
  ["tn-form, tn-tabs, tn-accordion", () => import("./containers.ts")],
];

/** Defines every widget that is not defined yet, and that the page has. */
export function defineWidgets(): void {
  define(WIDGETS);
  defineWidgetsIn(document.body);
}

/** Defines the further widgets that are in `content`, once their modules are there. */
export function defineWidgetsIn(content: ParentNode): void {
  for (const [selector, load] of FURTHER) {
    const names = [...content.querySelectorAll(selector)].map((element) => element.localName);
    if (names.every((name) => customElements.get(name) !== undefined)) continue;
    load().then(
      (module) => {
        define(module.WIDGETS);
      },
      (error: unknown) => {
        const text = `Widgets could not be brought to life, and stay as text: ${reasonOf(error)}`;
        document.body.dispatchEvent(new CustomEvent("tn-problem", { bubbles: true, detail: { text } }));
      },
    );
  }
}

function define(widgets: Definitions): void {
  for (const [name, widget] of Object.entries(widgets)) {
    if (customElements.get(name) === undefined) customElements.define(name, widget);
  }
}
