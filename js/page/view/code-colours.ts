/** What colours code has, as the short classes of `host/export/code.py`: editors and fenced code look alike. */

import { tags } from "@lezer/highlight";

/** Kinds of Python's words -> their class, as a highlighter of Lezer's takes them. */
export const CODE_COLOURS = [
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword, tags.moduleKeyword], class: "k" },
  { tag: [tags.bool, tags.null], class: "kc" },
  { tag: [tags.string, tags.special(tags.string), tags.docString], class: "s" },
  { tag: [tags.escape, tags.special(tags.brace)], class: "se" },
  { tag: [tags.number], class: "m" },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], class: "c" },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.definition(tags.className)], class: "nf" },
];
