/** Takes from the HTML of a notebook from elsewhere what could do more than show something. */

import DOMPurify from "dompurify";

import { ATTRIBUTE as STYLE_ATTRIBUTE } from "../view/author-styles.ts";

/** What would leave its cell, ask for a password, or load something that is no picture. */
const FORBIDDEN = ["style", "form", "input", "button", "textarea", "select", "option", "dialog", "template"];

/** The attributes that make a widget, which stays what it is. */
const OF_WIDGETS = /^(name|data-element|data-args|data-value|data-markdown)$/;

export function purifyHtml(html: string): string {
  return DOMPurify.sanitize(html, {
    USE_PROFILES: { html: true, svg: true, svgFilters: true, mathMl: true },
    FORBID_TAGS: FORBIDDEN,
    FORBID_ATTR: ["id", "popover", "popovertarget", "command", "commandfor"],
    ALLOW_DATA_ATTR: false,
    ADD_ATTR: [STYLE_ATTRIBUTE], // no more than a style attribute, which stays as well
    CUSTOM_ELEMENT_HANDLING: {
      tagNameCheck: /^tn-(?!sheet$)/,
      attributeNameCheck: OF_WIDGETS,
      allowCustomizedBuiltInElements: false,
    },
  });
}
