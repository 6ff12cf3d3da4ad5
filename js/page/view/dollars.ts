/**
 * Formulas between dollar signs, for markdown-it: the rules of Python's `mdit_py_plugins.dollarmath`, as the exporter
 * has it set up. Held to them by `tests/contracts/markdown.json`.
 */

import type MarkdownIt from "markdown-it";

export type Parser = InstanceType<typeof MarkdownIt>;
type InlineRule = Parameters<Parser["inline"]["ruler"]["push"]>[1];
type BlockRule = Parameters<Parser["block"]["ruler"]["push"]>[1];

/** Neither blanks just inside nor digits just outside, so that prices stay prices. */
const SINGLE = /\$(?!\s)((?:\\[^]|[^\\$])+)(?<!\s)\$(?!\d)/y;
const DOUBLE = /\$\$((?:\\[^]|[^\\$]|\$(?!\$))+)\$\$(?!\d)/y;

/** Has `parser` make tokens `math_inline`, `math_inline_double` and `math_block`. */
export function readDollars(parser: Parser): void {
  parser.inline.ruler.after("escape", "math_inline", inline);
  parser.block.ruler.before("fence", "math_block", block);
}

const inline: InlineRule = (state, silent) => {
  const { src, pos } = state;
  if (src[pos] !== "$" || /\d/.test(src[pos - 1] ?? "")) return false;
  const isDouble = src[pos + 1] === "$";
  const pattern = isDouble ? DOUBLE : SINGLE;
  pattern.lastIndex = pos;
  const content = pattern.exec(src)?.[1];
  if (content === undefined) return false;
  if (!silent) state.push(isDouble ? "math_inline_double" : "math_inline", "math", 0).content = content;
  state.pos = pattern.lastIndex;
  return true;
};

const block: BlockRule = (state, startLine, endLine, silent) => {
  if ((state.sCount[startLine] ?? 0) - state.blkIndent >= 4) return false;
  const lineOf = (line: number): string =>
    state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line]).trim();
  const first = lineOf(startLine);
  if (!first.startsWith("$$")) return false;
  const lines = [first.slice(2)];
  let last = startLine;
  if (!first.slice(2).endsWith("$$")) {
    if (first.slice(2).includes("$$")) return false;
    do {
      last += 1;
      const line = last < endLine ? lineOf(last) : "";
      if (line === "") return false;
      lines.push(line);
    } while (lines.at(-1)?.endsWith("$$") !== true);
  }
  if (silent) return true;
  state.line = last + 1;
  const token = state.push("math_block", "math", 0);
  token.block = true;
  token.map = [startLine, state.line];
  token.content = lines.join("\n").slice(0, -2);
  return true;
};
