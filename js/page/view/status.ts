/** The status line: what Python is doing, in plain words, and how far its start has come. */

import type { BootPhase } from "../../protocol/rpc.ts";

export type KernelState = "off" | "booting" | "ready" | "busy" | "failed";

/** The words for each phase, and the part of the start that is usually behind it when it begins. */
const PHASES: Readonly<Record<BootPhase, { readonly words: string; readonly done: number }>> = {
  fetching: { words: "Fetching Python…", done: 0.05 },
  initialising: { words: "Starting Python…", done: 0.15 },
  importing: { words: "Starting the kernel…", done: 0.75 },
  starting: { words: "Restoring the author’s results…", done: 0.8 },
  installing: { words: "Installing packages…", done: 0.85 },
};

/** How long a run may take before the line speaks of it, so that quick ones do not flicker. */
const PATIENCE = 400;

/** The words for a phase of the boot. */
export function phaseText(phase: BootPhase, detail: string | null): string {
  return phase === "installing" && detail !== null && detail !== "" ? `Installing ${detail}…` : PHASES[phase].words;
}

/** The words for a kernel that is ready, by what it took to get there, and what is not as it should be. */
export function readyText(cellsRun: number, cellsRestored: number, failed: number, stale: number): string {
  const old = stale === 0 ? "" : ` ${count(stale, "cell is", "cells are")} out of date.`;
  const problem = `${failed === 0 ? "" : ` ${count(failed, "cell")} failed.`}${old}`;
  if (cellsRun === 0 && cellsRestored > 0) return `Live. Nothing had to run again.${problem}`;
  return `Live. ${count(cellsRun, "cell", "cells")} ran here, ${cellsRestored} restored.${problem}`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

export class StatusView {
  readonly #root: HTMLElement;
  readonly #line: HTMLElement | null;
  readonly #listeners: ((state: KernelState) => void)[] = [];
  #progress: HTMLElement | null = null;
  #done = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(document: Document) {
    this.#root = document.documentElement;
    this.#line = document.querySelector<HTMLElement>(".tn-status");
  }

  get kernel(): KernelState {
    return (this.#root.dataset["kernel"] ?? "off") as KernelState;
  }

  /** Calls back with every new state of the kernel. */
  onKernel(listener: (state: KernelState) => void): void {
    this.#listeners.push(listener);
  }

  setKernel(state: KernelState): void {
    this.#root.dataset["kernel"] = state;
    if (state !== "booting") this.#endProgress();
    for (const listener of this.#listeners) listener(state);
  }

  /** Says this now. */
  say(text: string): void {
    this.#forget();
    if (this.#line === null || this.#line.textContent === text) return;
    this.#line.textContent = text;
    this.#line.title = text; // the line may be cut short on a phone
  }

  /** Says that a cell is running, if it still is in a moment; then counts the seconds, for eyes only. */
  sayRunning(cell: string): void {
    this.#forget();
    const started = Date.now();
    const tick = (): void => {
      const seconds = Math.round((Date.now() - started) / 1000);
      if (this.#line !== null) {
        if (seconds < 2) this.#line.textContent = `Running ${cell}…`;
        else this.#counter(this.#line).textContent = ` ${seconds} s`;
      }
      this.#timer = setTimeout(tick, 1000);
    };
    this.#timer = setTimeout(tick, PATIENCE);
  }

  /** Says which phase of the start has begun, and moves the thin line. */
  sayPhase(phase: BootPhase, detail: string | null): void {
    this.say(phaseText(phase, detail));
    if (this.kernel !== "booting") return;
    this.#done = Math.max(this.#done, PHASES[phase].done);
    this.#progress ??= this.#makeProgress();
    this.#progress.style.setProperty("--tn-done", String(this.#done));
  }

  #forget(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #counter(line: HTMLElement): HTMLElement {
    const there = line.querySelector<HTMLElement>(".tn-elapsed");
    if (there !== null) return there;
    const counter = document.createElement("span");
    counter.className = "tn-elapsed";
    counter.setAttribute("aria-hidden", "true");
    line.append(counter);
    return counter;
  }

  #makeProgress(): HTMLElement {
    const progress = document.createElement("div");
    progress.className = "tn-progress";
    progress.setAttribute("aria-hidden", "true"); // the status line says it in words
    progress.append(document.createElement("span"));
    document.querySelector(".tn-bar")?.append(progress);
    return progress;
  }

  #endProgress(): void {
    this.#progress?.remove();
    this.#progress = null;
    this.#done = 0;
  }
}
