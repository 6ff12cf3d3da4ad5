/** The status line and the notices: what the page is doing, in plain words. */

import type { Notice } from "../../protocol/messages.ts";
import type { BootPhase } from "../../protocol/rpc.ts";

export type KernelState = "off" | "booting" | "ready" | "busy" | "failed";

const PHASES: Record<BootPhase, string> = {
  fetching: "Fetching Python…",
  initialising: "Starting Python…",
  importing: "Starting the kernel…",
  starting: "Restoring the author’s results…",
  installing: "Installing packages…",
};

/** The words for a phase of the boot. */
export function phaseText(phase: BootPhase, detail: string | null): string {
  return phase === "installing" && detail !== null ? `Installing ${detail}…` : PHASES[phase];
}

/** The words for a kernel that is ready, by what it took to get there. */
export function readyText(cellsRun: number, cellsRestored: number): string {
  if (cellsRun === 0 && cellsRestored > 0) return "Live. Everything was restored, nothing ran again.";
  return `Live. ${count(cellsRestored, "cell")} restored, ${count(cellsRun, "cell")} run here.`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

export class StatusView {
  readonly #root: HTMLElement;
  readonly #line: HTMLElement | null;
  #notices: HTMLElement | null = null;

  constructor(document: Document) {
    this.#root = document.documentElement;
    this.#line = document.querySelector<HTMLElement>(".tn-status");
  }

  setKernel(state: KernelState): void {
    this.#root.dataset["kernel"] = state;
  }

  say(text: string): void {
    if (this.#line !== null) this.#line.textContent = text;
  }

  /** Adds a notice below the bar; the same text is shown once. */
  notice(notice: Pick<Notice, "level" | "text">): void {
    this.#notices ??= this.#makeNotices();
    if ([...this.#notices.children].some((item) => item.textContent === notice.text)) return;
    const item = document.createElement("li");
    item.className = `tn-notice tn-notice-${notice.level}`;
    item.textContent = notice.text;
    this.#notices.append(item);
  }

  #makeNotices(): HTMLElement {
    const list = document.createElement("ul");
    list.className = "tn-notices";
    list.setAttribute("role", "log");
    document.querySelector(".tn-bar")?.after(list);
    return list;
  }
}
