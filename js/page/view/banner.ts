/** A sentence over the notebook that stays as long as it is true, and what can be done about it. */

import { makeTextButton } from "./button.ts";

export interface Choice {
  readonly text: string;
  readonly act: () => void;
}

/** Shows a banner of a kind, in the place of the one before of the same kind; returns what takes it away. */
export function showBanner(kind: string, text: string, choices: readonly Choice[]): () => void {
  hideBanner(kind);
  const banner = document.createElement("div");
  banner.className = "tn-banner";
  banner.dataset["banner"] = kind;
  banner.setAttribute("role", "status");
  const words = document.createElement("p");
  words.textContent = text;
  banner.append(words);
  for (const choice of choices) banner.append(makeTextButton(choice.text, choice.act));
  const bar = document.querySelector(".tn-bar");
  if (bar === null) document.body.prepend(banner);
  else bar.after(banner);
  return () => {
    banner.remove();
  };
}

/** Takes a banner away. */
export function hideBanner(kind: string): void {
  document.querySelector(`[data-banner="${kind}"]`)?.remove();
}
