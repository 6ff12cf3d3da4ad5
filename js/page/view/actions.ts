/** The buttons of the bar: stop, start, restart, bring up to date, reload, code. */

import { makeTextButton } from "./button.ts";
import type { KernelState } from "./status.ts";

/** What the buttons act on. */
export interface Actions {
  boot(): Promise<void>;
  /** Asks the run under way to stop. */
  interrupt(): boolean;
  /** Ends Python, whatever it is doing, starts it again, and restores what can be. */
  restart(): Promise<void>;
  /** Runs the cells that are out of date. */
  runStale(): Promise<boolean>;
  /** The cells that are out of date. */
  readonly stale: readonly string[];
  /** Whether a run is under way. */
  readonly runs: boolean;
}

export interface ActionSettings {
  /** Whether Python starts only when somebody presses for it. */
  readonly onRequest: boolean;
  readonly reload: () => void;
}

/** Adds the buttons to the bar; returns what tells them the kernel's state. */
export function addActions(bar: HTMLElement, page: Actions, settings: ActionSettings): (state: KernelState) => void {
  const quietly = (work: Promise<unknown>): void => {
    work.catch(() => undefined); // the status line and notices tell of it
  };
  const stop = makeTextButton("Stop", () => {
    page.interrupt();
  }, "tn-stop");
  const restart = makeTextButton("Restart Python", () => {
    quietly(page.restart());
  }, "tn-restart");
  const update = makeTextButton("Bring up to date", () => {
    quietly(page.runStale());
  }, "tn-update");
  const start = makeTextButton("Start Python", () => {
    quietly(page.boot());
  }, "tn-start");
  const reload = makeTextButton("Reload", settings.reload, "tn-reload");
  bar.append(stop, update, restart, start, reload);
  if (document.querySelector(".tn-source") !== null) bar.append(makeCodeButton());
  const show = (state: KernelState): void => {
    stop.hidden = !(state === "busy" || (state === "booting" && page.runs));
    update.hidden = !(state === "ready" && page.stale.length > 0);
    restart.hidden = state === "off" || state === "booting";
    start.hidden = !(settings.onRequest && state === "off");
    reload.hidden = state !== "failed";
  };
  show("off");
  return show;
}

/** Shows the code of all cells, or hides it; each cell has a toggle of its own beside it. */
export function showCode(shown: boolean): void {
  for (const source of document.querySelectorAll<HTMLDetailsElement>(".tn-source")) source.open = shown;
  document.querySelector(".tn-toggle-code")?.setAttribute("aria-pressed", String(shown));
  document.documentElement.dataset["code"] = shown ? "shown" : "hidden";
}

function makeCodeButton(): HTMLButtonElement {
  const toggle = makeTextButton("Code", () => {
    showCode(toggle.getAttribute("aria-pressed") !== "true");
  }, "tn-toggle-code");
  toggle.setAttribute("aria-pressed", String(document.documentElement.dataset["view"] === "notebook"));
  toggle.setAttribute("aria-label", "Show the code of all cells");
  return toggle;
}
