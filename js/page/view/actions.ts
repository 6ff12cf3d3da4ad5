/** The buttons of the bar: code, stop, start, reload. */

import type { KernelState } from "./status.ts";

/** What the buttons act on. */
export interface Actions {
  boot(): Promise<void>;
  interrupt(): boolean;
}

export interface ActionSettings {
  /** Whether a body under way can be stopped. */
  readonly canStop: boolean;
  /** Whether Python starts only when somebody presses for it. */
  readonly onRequest: boolean;
  readonly reload: () => void;
}

/** Adds the buttons to the bar; returns what tells them the kernel's state. */
export function addActions(bar: HTMLElement, page: Actions, settings: ActionSettings): (state: KernelState) => void {
  const stop = makeButton("Stop", "tn-stop", () => {
    page.interrupt();
  });
  const start = makeButton("Start Python", "tn-start", () => {
    page.boot().catch(() => undefined); // the status line tells of it
  });
  const reload = makeButton("Reload", "tn-reload", settings.reload);
  bar.append(stop, start, reload);
  if (document.querySelector(".tn-source") !== null) bar.append(makeCodeButton());
  const show = (state: KernelState): void => {
    stop.hidden = !(settings.canStop && state === "busy");
    start.hidden = !(settings.onRequest && state === "off");
    reload.hidden = state !== "failed";
  };
  show("off");
  return show;
}

/** Shows the code of all cells, or hides it; each cell has a toggle of its own beside it. */
function makeCodeButton(): HTMLButtonElement {
  const toggle = makeButton("Code", "tn-toggle-code", () => {
    const shown = toggle.getAttribute("aria-pressed") !== "true";
    for (const source of document.querySelectorAll<HTMLDetailsElement>(".tn-source")) source.open = shown;
    toggle.setAttribute("aria-pressed", String(shown));
    document.documentElement.dataset["code"] = shown ? "shown" : "hidden";
  });
  toggle.setAttribute("aria-pressed", "false");
  toggle.setAttribute("aria-label", "Show the code of all cells");
  return toggle;
}

function makeButton(text: string, name: string, act: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.className = name;
  element.textContent = text;
  element.addEventListener("click", act);
  return element;
}
