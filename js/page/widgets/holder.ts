/** What widgets have in common that are made of what the exporter wrote into them. */

import { TnElement } from "./element.ts";

export abstract class TnHolder extends TnElement {
  /** Makes what was written come to life, in its place. */
  protected abstract attach(): void;

  /** Its own children of a class: it may hold others of its kind. */
  protected own<E extends HTMLElement>(name: string, within: Element = this): readonly E[] {
    return [...within.children].filter((child): child is E => child.classList.contains(name));
  }

  protected override bringToLife(): Promise<void> {
    this.attach();
    return Promise.resolve();
  }

  protected override makeControl(): HTMLElement {
    return this;
  }
}
