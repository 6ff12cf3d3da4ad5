/** What widgets have in common that are made of what the exporter wrote into them. */

import { TnElement } from "./element.ts";

export abstract class TnHolder extends TnElement {
  /** Makes what was written come to life, in its place. */
  protected abstract attach(): void;

  /** Its own children of a class: it may hold others of its kind. */
  protected own(name: string, within: Element = this): readonly HTMLElement[] {
    const children = [...within.children].filter((child) => child instanceof HTMLElement);
    return children.filter((child) => child.classList.contains(name));
  }

  protected override bringToLife(): Promise<void> {
    this.attach();
    return Promise.resolve();
  }

  protected override makeControl(): HTMLElement {
    return this;
  }
}
