/** Markdown as HTML: the page's side of `host/export/markdown.py`. Loaded when an output first has some. */

import { alert } from "@mdit/plugin-alert";
import MarkdownIt from "markdown-it";
import { amsmathPlugin } from "markdown-it-amsmath";

import { type Parser, readDollars } from "./dollars.ts";
import type * as Fence from "./fence.ts";
import type * as Formulas from "./formulas.ts";

/** LaTeX that is one formula and nothing else. */
const WHOLE =
  /^\s*(?:\$\$([^$]+)\$\$|\$([^$]+)\$|\\\[([^]+)\\\]|\\\(([^]+)\\\)|(\\begin\{(\w+\*?)\}[^]*\\end\{\6\}))\s*$/;

/** What few texts need; here once one of them did. */
let formulas: typeof Formulas | null = null;
let fence: typeof Fence | null = null;

const PYTHON = /^(?:i?python3?|py3?)$/i;

const parser = makeParser();

/** Renders Markdown: CommonMark with tables, strikethrough, notes, formulas, and colours in Python. */
export async function renderMarkdown(text: string): Promise<string> {
  const environment = {};
  const tokens = parser.parse(text, environment);
  const all = tokens.flatMap((token) => [token, ...(token.children ?? [])]);
  if (all.some(({ type }) => isFormula(type))) formulas ??= await import("./formulas.ts");
  if (all.some(({ type, info }) => type === "fence" && isPython(info))) fence ??= await import("./fence.ts");
  return parser.renderer.render(tokens, parser.options, environment);
}

/** Renders what `text/latex` holds: one formula as a block, else text with formulas in it. */
export async function renderLatex(text: string): Promise<string> {
  const parts: readonly (string | undefined)[] = WHOLE.exec(text)?.slice(1, 6) ?? [];
  const found = parts.find((part) => part !== undefined);
  if (found === undefined) return renderMarkdown(text);
  formulas ??= await import("./formulas.ts");
  return block(found);
}

function isFormula(type: string): boolean {
  return type.startsWith("math_") || type === "amsmath";
}

function isPython(info: string): boolean {
  return PYTHON.test(info.trim().split(/\s+/, 1)[0] ?? "");
}

function draw(formula: string, display: boolean): string {
  if (formulas === null) throw new Error("what draws formulas was not loaded");
  return formulas.renderFormula(formula, display);
}

function block(formula: string): string {
  return `<div class="tn-math">${draw(formula, true)}</div>\n`;
}

function makeParser(): Parser {
  const made = new MarkdownIt("commonmark", {
    html: true,
    highlight: (text, language) => (isPython(language) ? (fence?.renderFence(text, language) ?? "") : ""),
  });
  made.enable(["table", "strikethrough"]);
  // Their types are those of an earlier markdown-it.
  const use = made.use.bind(made) as (plugin: unknown, options?: object) => Parser;
  use(alert, { deep: true });
  made.use(readDollars);
  use(amsmathPlugin);
  const { rules } = made.renderer;
  rules["alert_title"] = (tokens, at) => `<p class="markdown-alert-title">${capitalised(contentOf(tokens[at]))}</p>\n`;
  rules["math_inline"] = (tokens, at) => draw(contentOf(tokens[at]), false);
  rules["math_inline_double"] = (tokens, at) => draw(contentOf(tokens[at]), true);
  rules["math_block"] = (tokens, at) => block(contentOf(tokens[at]));
  rules["amsmath"] = (tokens, at) => block(contentOf(tokens[at]));
  return made;
}

function contentOf(token: { readonly content: string } | undefined): string {
  return token?.content.trim() ?? "";
}

function capitalised(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();
}
