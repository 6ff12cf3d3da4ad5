/** `tn.ui.refresh`: a button, and a clock that presses it while the page is seen and nothing runs. */

import type { Json } from "../../protocol/messages.ts";
import { makeButton } from "./button.ts";
import { elementsOf, TnElement } from "./element.ts";

export class TnRefresh extends TnElement {
  #timer: ReturnType<typeof setInterval> | undefined;
  #paused = false;

  protected override get controls(): "none" {
    return "none";
  }

  protected override makeControl(): HTMLElement {
    const { holder, button } = makeButton(this.label, this.help);
    button.addEventListener("click", () => {
      this.#refresh();
    });
    const { interval } = this.args;
    if (typeof interval !== "number" || this.disabled) return holder;
    button.after(this.#makePause(interval));
    this.#timer = setInterval(() => {
      if (this.#mayTick()) this.#refresh();
    }, interval * 1000);
    return holder;
  }

  disconnectedCallback(): void {
    if (!this.isConnected) clearInterval(this.#timer); // it may only have been moved
  }

  protected override showValue(): void {
    // When it was is in what depends on it.
  }

  protected override describe(value: Json): string {
    return value === null ? "" : new Date(Number(value)).toLocaleTimeString();
  }

  #refresh(): void {
    this.changed(Date.now());
  }

  /** Whoever reads must be able to stop what changes by itself. */
  #makePause(interval: number): HTMLButtonElement {
    const pause = document.createElement("button");
    pause.type = "button";
    pause.className = "tn-button tn-button-plain";
    const say = (): void => {
      pause.textContent = this.#paused ? `Every ${interval} s: paused` : `Every ${interval} s`;
      pause.setAttribute("aria-pressed", String(!this.#paused));
    };
    pause.addEventListener("click", () => {
      this.#paused = !this.#paused;
      say();
    });
    say();
    return pause;
  }

  /** Shown twice, it ticks once; a kernel that is not up, or busy, is left alone. */
  #mayTick(): boolean {
    const { kernel } = document.documentElement.dataset;
    const first = elementsOf(this.element)[0] === this;
    return first && !this.#paused && kernel === "ready" && document.visibilityState === "visible";
  }
}
