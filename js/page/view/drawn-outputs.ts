/** The outputs of a cell on the page: of what is there already, nothing is drawn again. */

import type { Bundle } from "../state/cell-state.ts";
import { renderBundle } from "./output.ts";
import { swapContent } from "./swap.ts";

export class DrawnOutputs {
  readonly #part: HTMLElement;
  /** What each bundle on show became; null while others put there what is on show. */
  #drawn: ReadonlyMap<Bundle, HTMLElement | null> | null = null;
  #bundles: readonly Bundle[] = [];
  /** Rendering takes a while: only the newest may be put on the page. */
  #turn = 0;

  constructor(part: HTMLElement) {
    this.#part = part;
  }

  /** Shows these bundles; false if others were to be shown before these were ready. */
  async show(bundles: readonly Bundle[]): Promise<boolean> {
    const turn = ++this.#turn;
    const before = this.#drawn;
    const isWhole = before !== null && this.#isThere(before);
    const drawn = new Map<Bundle, HTMLElement | null>();
    for (const bundle of bundles) {
      const old = isWhole ? before.get(bundle) : undefined;
      drawn.set(bundle, old === undefined ? await renderBundle(bundle) : old);
      if (turn !== this.#turn) return false;
    }
    if (!isWhole || !this.#mend(before, bundles, drawn)) await this.#swap(bundles, drawn, isWhole);
    if (turn !== this.#turn) return false;
    this.#drawn = drawn;
    this.#bundles = bundles;
    return true;
  }

  /** Whether the page still holds what was drawn: a bundle that is there twice has one element, and counts as gone. */
  #isThere(drawn: ReadonlyMap<Bundle, HTMLElement | null>): boolean {
    const elements = this.#bundles.map((bundle) => drawn.get(bundle) ?? null).filter((element) => element !== null);
    const children = [...this.#part.childNodes];
    return elements.length === children.length && elements.every((element, at) => element === children[at]);
  }

  /**
   * Puts what is new behind what is there, and what was replaced into its place; false where that is not all, or where
   * somebody may have in hand what would go.
   */
  #mend(before: ReadonlyMap<Bundle, HTMLElement | null>, bundles: readonly Bundle[], drawn: ReadonlyMap<Bundle, HTMLElement | null>): boolean {
    const replaced: [old: HTMLElement, fresh: HTMLElement][] = [];
    if (bundles.length < this.#bundles.length || new Set(bundles).size < bundles.length) return false;
    for (const [at, bundle] of this.#bundles.entries()) {
      const next = bundles[at];
      if (next === undefined || next === bundle) continue;
      const old = before.get(bundle) ?? null;
      const fresh = drawn.get(next) ?? null;
      if (old === null || fresh === null || before.has(next) || old.querySelector("[data-element]") !== null) return false;
      replaced.push([old, fresh]);
    }
    for (const [old, fresh] of replaced) old.replaceWith(fresh);
    for (const bundle of bundles.slice(this.#bundles.length)) {
      const element = drawn.get(bundle) ?? null;
      if (element !== null) this.#part.append(element);
    }
    return true;
  }

  /** Puts everything in the place of what is there; what is kept was on the page, and is drawn again. */
  async #swap(bundles: readonly Bundle[], drawn: Map<Bundle, HTMLElement | null>, isWhole: boolean): Promise<void> {
    const turn = this.#turn;
    const fragment = document.createDocumentFragment();
    for (const bundle of bundles) {
      let element = drawn.get(bundle) ?? null;
      if (element !== null && (isWhole ? element.isConnected : element.parentNode === fragment)) element = await renderBundle(bundle);
      drawn.set(bundle, element);
      if (turn !== this.#turn) return;
      if (element !== null) fragment.append(element);
    }
    swapContent(this.#part, fragment);
  }
}
