/**
 * CodeMirror's style sheets without a `<style>` element, which a Content-Security-Policy without `unsafe-inline`
 * refuses: the document adopts them, as shadow roots always do. The bundler puts it in the place of `style-mod`.
 */

import { StyleModule as Original } from "../../../node_modules/style-mod/src/style-mod.js";

/** A root that only adopts: what has no `head` gets no element. */
interface Adopting {
  readonly ownerDocument: Document;
  adoptedStyleSheets: CSSStyleSheet[];
}

const ROOTS = new WeakMap<Document, Adopting>();

function adopting(document: Document): Adopting {
  const known = ROOTS.get(document);
  if (known !== undefined) return known;
  const root: Adopting = {
    ownerDocument: document,
    get adoptedStyleSheets() {
      return document.adoptedStyleSheets;
    },
    set adoptedStyleSheets(sheets) {
      document.adoptedStyleSheets = sheets;
    },
  };
  ROOTS.set(document, root);
  return root;
}

export class StyleModule extends Original {
  static override mount(root: Document | ShadowRoot, modules: Original | readonly Original[]): void {
    const place = root instanceof Document ? (adopting(root) as unknown as ShadowRoot) : root;
    Original.mount(place, modules);
  }
}

export type { StyleSpec } from "../../../node_modules/style-mod/src/style-mod.js";
