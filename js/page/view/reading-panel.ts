/** The panel "View": article, app or notebook; light, dark, or as the system is. */

import {
  applyTheme,
  chosenTheme,
  rememberTheme,
  rememberView,
  THEMES,
  type Theme,
  VIEWS,
  type View,
} from "../reading.ts";
import { addPanel } from "./panel.ts";

const VIEW_WORDS: Readonly<Record<View, readonly [string, string]>> = {
  article: ["Article", "code on request"],
  app: ["App", "no code"],
  notebook: ["Notebook", "all code"],
};

const THEME_WORDS: Readonly<Record<Theme, readonly [string, string]>> = {
  system: ["System", "as your device"],
  light: ["Light", ""],
  dark: ["Dark", ""],
};

/** The view that the page is in. */
export function currentView(): View {
  return VIEWS.find((view) => view === document.documentElement.dataset["view"]) ?? "article";
}

/** Adds the panel to the bar; `changed` is called when the reader has chosen another view. */
export function addReadingPanel(bar: HTMLElement, changed: (view: View) => void): void {
  const { body } = addPanel(bar, "tn-reading", "View");
  body.append(
    choice("Show as", "tn-view", VIEWS, VIEW_WORDS, currentView(), (view) => {
      document.documentElement.dataset["view"] = view;
      rememberView(new URL(location.href), view);
      changed(view);
    }),
    choice("Colours", "tn-theme", THEMES, THEME_WORDS, chosenTheme(), (theme) => {
      applyTheme(document, theme);
      rememberTheme(theme);
    }),
  );
}

function choice<T extends string>(
  title: string,
  name: string,
  values: readonly T[],
  words: Readonly<Record<T, readonly [string, string]>>,
  chosen: T,
  choose: (value: T) => void,
): HTMLElement {
  const group = document.createElement("fieldset");
  group.className = "tn-choice";
  const legend = document.createElement("legend");
  legend.textContent = title;
  group.append(legend);
  for (const value of values) {
    const [word, meaning] = words[value];
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "radio";
    box.name = name;
    box.value = value;
    box.checked = value === chosen;
    box.addEventListener("change", () => {
      choose(value);
    });
    const text = document.createElement("span");
    text.textContent = word;
    label.append(box, text);
    if (meaning !== "") {
      const more = document.createElement("small");
      more.textContent = meaning;
      label.append(more);
    }
    group.append(label);
  }
  return group;
}
