/**
 * Lit's `styleMap` without a style attribute: every property is set through the CSS object model, which a
 * Content-Security-Policy without `unsafe-inline` lets pass. The bundler puts it in the place of Lit's own.
 */

import { noChange } from "lit";
import { type AttributePart, Directive, directive } from "lit/directive.js";

type Styles = Readonly<Record<string, string | number | null | undefined>>;

const IMPORTANT = " !important";

class StyleMap extends Directive {
  #before: readonly string[] = [];

  render(_styles: Styles): typeof noChange {
    return noChange;
  }

  override update(part: AttributePart, [styles]: [Styles]): typeof noChange {
    const { style } = part.element;
    for (const name of this.#before) {
      if (styles[name] === null || styles[name] === undefined) style.removeProperty(cssName(name));
    }
    this.#before = Object.keys(styles);
    for (const [name, value] of Object.entries(styles)) {
      if (value === null || value === undefined) continue;
      const text = String(value);
      if (text.endsWith(IMPORTANT)) style.setProperty(cssName(name), text.slice(0, -IMPORTANT.length), "important");
      else style.setProperty(cssName(name), text);
    }
    return noChange;
  }
}

/** `backgroundColor` as `background-color`; names that are CSS already stay. */
function cssName(name: string): string {
  if (name.includes("-")) return name;
  return name.replace(/(?:^(webkit|moz|ms|o)|)(?=[A-Z])/g, "-$&").toLowerCase();
}

export const styleMap = directive(StyleMap);
