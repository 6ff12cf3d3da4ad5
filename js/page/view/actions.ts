/** The buttons of the bar: code, stop, start, reload. */

import type { KernelState } from "./status.ts";

/** What the buttons act on. */
export interface Actions {
  boot(): Promise<void>;
  /** Asks the run under way to stop. */
  interrupt(): boolean;
  /** Ends Python, whatever it is doing. */
  end(): void;
}

export interface ActionSettings {
  /** Whether a body under way can be stopped. */
  readonly canStop: boolean;
  /** Whether Python starts only when somebody presses for it. */
  readonly onRequest: boolean;
  readonly reload: () => void;
}

const STOP = "Stop";
const END = "End Python";

/** How long a run may take to stop before the button offers to end it by force. */
const PATIENCE = 3000;

/** Adds the buttons to the bar; returns what tells them the kernel's state. */
export function addActions(bar: HTMLElement, page: Actions, settings: ActionSettings): (state: KernelState) => void {
  const stop = new StopButton(page);
  const start = makeButton("Start Python", "tn-start", () => {
    page.boot().catch(() => undefined); // the status line tells of it
  });
  const reload = makeButton("Reload", "tn-reload", settings.reload);
  bar.append(stop.element, start, reload);
  if (document.querySelector(".tn-source") !== null) bar.append(makeCodeButton());
  const show = (state: KernelState): void => {
    stop.show(settings.canStop && state === "busy");
    start.hidden = !(settings.onRequest && state === "off");
    reload.hidden = state !== "failed";
  };
  show("off");
  return show;
}

/** Stops a run; one that does not stop (a call that hears no interrupt) can be ended with all of Python. */
class StopButton {
  readonly element: HTMLButtonElement;
  #waiting: ReturnType<typeof setTimeout> | undefined;

  constructor(page: Actions) {
    this.element = makeButton(STOP, "tn-stop", () => {
      if (this.element.textContent === END) page.end();
      else if (page.interrupt()) this.#wait();
    });
  }

  show(wanted: boolean): void {
    this.element.hidden = !wanted;
    if (wanted) return;
    clearTimeout(this.#waiting);
    this.element.textContent = STOP;
  }

  #wait(): void {
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => {
      this.element.textContent = END;
    }, PATIENCE);
  }
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
