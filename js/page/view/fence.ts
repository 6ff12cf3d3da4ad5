/** Fenced Python with its colours as classes: the page's side of `host/export/code.py`. */

import { highlightTree, tagHighlighter } from "@lezer/highlight";
import { parser } from "@lezer/python";
import { CODE_COLOURS } from "./code-colours.ts";

const CLASSES = tagHighlighter(CODE_COLOURS);

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
