/** Labels of options, as Python gives them. */

import type { Arguments } from "./element.ts";

/** The labels, in order. */
export function labelsOf(args: Arguments): readonly string[] {
  return args["options"] as readonly string[];
}

/** An element of the library for each label. Their values may hold no spaces: the position stands for the label. */
export function makeOptions(tag: "wa-option" | "wa-radio", labels: readonly string[]): readonly HTMLElement[] {
  return labels.map((label, index) => {
    const option = document.createElement(tag);
    option.value = String(index);
    option.textContent = label;
    return option;
  });
}
