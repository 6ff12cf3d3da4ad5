/** Fenced Python with its colours as classes: the page's side of `host/export/code.py`. */

import { highlightTree, tagHighlighter, tags } from "@lezer/highlight";
import { parser } from "@lezer/python";

const CLASSES = tagHighlighter([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword, tags.moduleKeyword], class: "k" },
  { tag: [tags.bool, tags.null], class: "kc" },
  { tag: [tags.string, tags.special(tags.string), tags.docString], class: "s" },
  { tag: [tags.escape, tags.special(tags.brace)], class: "se" },
  { tag: [tags.number], class: "m" },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], class: "c" },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.definition(tags.className)], class: "nf" },
]);

/** A fenced block of Markdown as HTML. */
export function renderFence(source: string, language: string): string {
  const code = document.createElement("code");
  code.className = `language-${language}`;
  let done = 0;
  highlightTree(parser.parse(source), CLASSES, (from, to, name) => {
    code.append(source.slice(done, from));
    const last = code.lastElementChild;
    if (from === done && last !== null && last === code.lastChild && last.className === name) {
      last.append(source.slice(from, to));
    } else {
      const span = document.createElement("span");
      span.className = name;
      span.append(source.slice(from, to));
      code.append(span);
    }
    done = to;
  });
  code.append(source.slice(done));
  const block = document.createElement("pre");
  block.className = "tn-fence";
  block.append(code);
  return `${block.outerHTML}\n`;
}
