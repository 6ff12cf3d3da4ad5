/**
 * marimo notebooks, read from their syntax tree; nothing of them is run. `notebook/marimo_file.py` in TypeScript, for the
 * forms that marimo's own editor writes: `@app.cell`, `with app.setup:`, `@app.function`, `@app.class_definition`.
 */

import { parser } from "@lezer/python";
import type { SyntaxNode } from "@lezer/common";
import type { Json } from "../../protocol/messages.ts";
import type { Draft } from "../editor/draft.ts";
import { assemble, foundCell, type FoundCell, normaliseLineEnds, type Settings, stripBlankLines } from "./draft-cells.ts";
import { readScriptBlock } from "./script-block.ts";

const APP = /^(\w+)[ \t]*=[ \t]*(\w+)\.App\(/m;
const KINDS = new Set(["cell", "function", "class_definition"]);
const BODIES = new Set(["FunctionDefinition", "ClassDefinition"]);

/** Whether the text of a Python file is that of a marimo notebook. */
export function isMarimo(text: string): boolean {
  const module = APP.exec(normaliseLineEnds(text))?.[2];
  if (module === undefined) return false;
  return new RegExp(`^import[ \\t]+marimo[ \\t]*$|^import[ \\t]+marimo[ \\t]+as[ \\t]+${module}\\b`, "m").test(text.replaceAll("\r", ""));
}

/** The notebook in the text of a marimo file. */
export function readMarimo(given: string, filename: string): Draft {
  const text = normaliseLineEnds(given);
  const app = APP.exec(text)?.[1] ?? "app";
  const file = new MarimoFile(text, app);
  const { app_title: title, ...settings } = file.options;
  const requirements = (readScriptBlock(text)?.requirements ?? []).filter((entry) => !/^marimo(?![\w-])/i.test(entry.trim()));
  return assemble(filename, file.readCells(), { requirements, settings, title: typeof title === "string" ? title : null });
}

class MarimoFile {
  readonly #text: string;
  readonly #lines: readonly string[];
  readonly #app: string;
  readonly #top: readonly SyntaxNode[];
  readonly #aliases: ReadonlySet<string>;

  constructor(text: string, app: string) {
    this.#text = text;
    this.#lines = text.split("\n");
    this.#app = app;
    this.#top = childrenOf(parser.parse(text).topNode);
    this.#aliases = new Set([...text.matchAll(/^[ \t]*import[ \t]+marimo(?:[ \t]+as[ \t]+(\w+))?[ \t]*$/gm)].map((found) => found[1] ?? "marimo"));
  }

  /** The constant options that the app was made with. */
  get options(): Settings {
    const node = this.#top.find((found) => found.name === "AssignStatement" && this.#of(found).startsWith(`${this.#app} `));
    return node === undefined ? {} : this.#optionsIn(node.getChild("CallExpression"));
  }

  readCells(): readonly FoundCell[] {
    return this.#top.flatMap((node) => this.#read(node)).map((cell) => this.#finish(cell));
  }

  #read(node: SyntaxNode): readonly FoundCell[] {
    if (node.name === "DecoratedStatement") return this.#readDecorated(node);
    if (node.name === "WithStatement" && this.#of(node).startsWith(`with ${this.#app}.setup`)) {
      return [this.#readBody(node, "setup", this.#optionsIn(node.getChild("CallExpression")), false)];
    }
    if (node.name === "ExpressionStatement" && this.#of(node).startsWith(`${this.#app}._unparsable_cell(`)) return [this.#readUnparsable(node)];
    if (this.#isFrame(node)) return [];
    return [foundCell("code", this.#of(node), { line: this.#lineOf(node.from) })];
  }

  #readDecorated(node: SyntaxNode): readonly FoundCell[] {
    const body = childrenOf(node).find((child) => BODIES.has(child.name));
    const decorator = childrenOf(node).find((child) => child.name === "Decorator" && KINDS.has(this.#kindOf(child)));
    if (body === undefined || decorator === undefined) {
      return [foundCell("code", this.#of(node), { line: this.#lineOf(node.from) })];
    }
    const named = body.getChild("VariableName");
    const name = named === null ? "" : this.#of(named);
    const options = this.#optionsIn(decorator);
    const own = name.replaceAll("_", "") === "" ? null : name;
    if (this.#kindOf(decorator) === "cell" && body.name === "FunctionDefinition") return [this.#readBody(body, own, options, true)];
    const first = this.#lineOf(body.from);
    const [blank, source] = stripBlankLines(this.#lines.slice(first - 1, this.#endOf(body)));
    return [foundCell("code", source.join("\n"), { name, line: first + blank, settings: options })];
  }

  /** The kind of a decorator `@app.kind` or `@app.kind(...)`. */
  #kindOf(decorator: SyntaxNode): string {
    return new RegExp(`^@\\s*${this.#app}\\.(\\w+)`).exec(this.#of(decorator))?.[1] ?? "";
  }

  #readBody(node: SyntaxNode, name: string | null, settings: Settings, isFunction: boolean): FoundCell {
    const body = node.getChild("Body");
    const statements = body === null ? [] : childrenOf(body).flatMap(statementsOf);
    const last = statements.at(-1);
    const first = this.#lineOf(body?.from ?? node.from) + 1;
    const line = this.#lineOf(node.from);
    if (last !== undefined && this.#lineOf(last.from) < first) {
      const kept = statements.filter((statement) => statement.name !== "ReturnStatement");
      return foundCell("code", kept.map((statement) => this.#of(statement)).join("; "), { name, line, settings });
    }
    let taken = this.#lines.slice(first - 1, this.#endOf(node));
    if (isFunction && last?.name === "ReturnStatement") {
      const end = this.#lineOf(last.from);
      taken = taken.slice(0, end - first + 1);
      const column = last.from - (this.#text.lastIndexOf("\n", last.from - 1) + 1);
      taken[taken.length - 1] = (taken.at(-1) ?? "").slice(0, column).replace(/[ \t;]+$/, "");
    }
    if (!isFunction && statements.length === 1 && last?.name === "PassStatement") taken[this.#lineOf(last.from) - first] = "";
    const [blank, source] = stripBlankLines(this.#dedent(taken, first));
    return foundCell("code", source.join("\n"), { name, line: source.length === 0 ? line : first + blank, settings });
  }

  /** The last line of a body, with the indented comments behind its last statement. */
  #endOf(node: SyntaxNode): number {
    let end = this.#lineOf(node.to - 1);
    for (let number = end + 1; number <= this.#lines.length; number += 1) {
      const line = this.#lines[number - 1] ?? "";
      if (line.trim() !== "" && !/^[ \t]/.test(line)) break;
      if (line.trim() !== "") end = number;
    }
    return end;
  }

  /** Lines without the indentation of the first that is code; those in a string only where every line of it has it. */
  #dedent(lines: readonly string[], first: number): string[] {
    const inside = this.#stringLines();
    const start = lines.find((line, index) => line.trim() !== "" && !inside.has(first + index)) ?? "";
    const indent = /^[ \t]*/.exec(start)?.[0] ?? "";
    const strip = (line: string): string => (line.startsWith(indent) ? line.slice(indent.length) : line.trim() === "" ? "" : line);
    const result: string[] = [];
    for (let index = 0; index < lines.length; ) {
      let end = index + 1;
      const isString = inside.has(first + index);
      while (isString && end < lines.length && inside.has(first + end)) end += 1;
      const block = lines.slice(index, end);
      const stays = isString && block.some((line) => line.trim() !== "" && !line.startsWith(indent));
      result.push(...(stays ? block : block.map(strip)));
      index = end;
    }
    return result;
  }

  /** The lines, counted from 1, that begin inside of a string. */
  #stringLines(): ReadonlySet<number> {
    const found = new Set<number>();
    parser.parse(this.#text).iterate({
      enter: (node) => {
        if (node.name !== "String" && node.name !== "FormatString") return;
        for (let line = this.#lineOf(node.from) + 1; line <= this.#lineOf(node.to - 1); line += 1) found.add(line);
      },
    });
    return found;
  }

  #readUnparsable(node: SyntaxNode): FoundCell {
    const call = node.getChild("CallExpression");
    const { name, ...settings } = this.#optionsIn(call);
    const given = call?.getChild("ArgList")?.getChild("String") ?? null;
    const lines = unquote(given === null ? "" : this.#of(given)).split("\n");
    const widths = lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
    const [blank, source] = stripBlankLines(lines.map((line) => line.slice(Math.min(...widths, Infinity))));
    return foundCell("code", source.join("\n"), {
      name: typeof name === "string" && name.replaceAll("_", "") !== "" ? name : null,
      line: this.#lineOf((given ?? node).from) + blank,
      settings,
    });
  }

  /** Whether a statement belongs to marimo's frame around the cells. */
  #isFrame(node: SyntaxNode): boolean {
    const text = this.#of(node);
    switch (node.name) {
      case "Comment":
        return true;
      case "ImportStatement":
        return /^import[ \t]+marimo\b/.test(text);
      case "AssignStatement":
        return text.startsWith("__generated_with") || new RegExp(`^${this.#app}[ \\t]*=`).test(text);
      case "IfStatement":
        return text.slice(0, text.indexOf(":")).includes("__name__");
      case "ExpressionStatement":
        return node.getChild("String") !== null;
      default:
        return false;
    }
  }

  /** A cell that is nothing but `mo.md("constant text")` is Markdown; imports of marimo are imports of tiffin. */
  #finish(cell: FoundCell): FoundCell {
    const call = /^(\w+)\.md\(\s*([rRfF]{0,2}(?:"""|'''|"|').*)\)$/s.exec(cell.source);
    const quoted = call?.[2]?.trim().replace(/,$/, "") ?? "";
    if (call !== null && this.#aliases.has(call[1] ?? "") && isOneString(quoted)) {
      const text = unquote(quoted);
      const at = cell.source.indexOf(quoted);
      const source = stripBlankLines(cleanDoc(text))[1];
      const above = cell.source.slice(0, at).split("\n").length - 1;
      const leading = /^\n*/.exec(text)?.[0].length ?? 0;
      return { ...cell, kind: "markdown", source: source.join("\n"), line: (cell.line ?? 1) + above + leading };
    }
    const code = mapImports(cell.source);
    return { ...cell, code: code === cell.source ? null : code };
  }

  /** The options among the arguments of a call that are constants. */
  #optionsIn(node: SyntaxNode | null): Settings {
    const list = node?.getChild("ArgList") ?? node?.getChild("CallExpression")?.getChild("ArgList") ?? null;
    const found: Record<string, Json> = {};
    if (list === null) return found;
    const parts = childrenOf(list);
    parts.forEach((part, index) => {
      const value = parts[index + 1];
      if (part.name !== "AssignOp" || value === undefined) return;
      const key = parts[index - 1];
      const constant = constantOf(this.#of(value));
      if (key !== undefined && constant !== undefined && constant !== null) found[this.#of(key)] = constant;
    });
    return found;
  }

  #of(node: SyntaxNode): string {
    return this.#text.slice(node.from, node.to).trimEnd();
  }

  #lineOf(at: number): number {
    return this.#text.slice(0, at).split("\n").length;
  }
}

function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) found.push(child);
  return found;
}

/** The source with its imports of marimo made imports of tiffin. */
function mapImports(source: string): string {
  if (!source.includes("marimo")) return source;
  const changes: { readonly from: number; readonly text: string }[] = [];
  parser.parse(source).iterate({
    enter: ({ node }) => {
      if (node.name !== "ImportStatement") return;
      const isFrom = source.startsWith("from", node.from);
      for (const name of node.getChildren("VariableName")) {
        const next = name.nextSibling?.name;
        if (source.slice(name.from, name.to) !== "marimo" || next === "." || name.prevSibling?.name === "as") continue;
        if (isFrom && name.prevSibling?.name !== "from") continue;
        changes.push({ from: name.from, text: isFrom || next === "as" ? "tiffin" : "tiffin as marimo" });
      }
    },
  });
  let made = source;
  for (const { from, text } of changes.reverse()) made = made.slice(0, from) + text + made.slice(from + "marimo".length);
  return made;
}

function statementsOf(node: SyntaxNode): readonly SyntaxNode[] {
  if (node.name === "StatementGroup") return childrenOf(node).filter((child) => child.name !== ";");
  return node.name === ":" || node.name === "Comment" ? [] : [node];
}

function isOneString(text: string): boolean {
  const node = parser.parse(text).topNode.firstChild?.firstChild;
  const isString = node?.name === "String" || (node?.name === "FormatString" && node.getChild("FormatReplacement") === null);
  return isString && node.to === text.length;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", "\\": "\\", "'": "'", '"': '"', "\n": "" };

/** What a string of Python's stands for, with the escapes that text has. */
function unquote(text: string): string {
  const [, prefix = "", , inside = ""] = /^([A-Za-z]*)("""|'''|"|')(.*)\2$/s.exec(text) ?? [];
  const plain = /f/i.test(prefix) ? inside.replaceAll("{{", "{").replaceAll("}}", "}") : inside;
  return /r/i.test(prefix) ? plain : plain.replaceAll(/\\(.)/gs, (whole, letter: string) => ESCAPES[letter] ?? whole);
}

/** Lines without the indentation that all but the first have in common, as `inspect.cleandoc` gives them. */
function cleanDoc(text: string): readonly string[] {
  const [first = "", ...others] = text.split("\n");
  const widths = others.filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
  const width = Math.min(...widths, Infinity);
  return [first.trimStart(), ...others.map((line) => (width === Infinity ? line : line.slice(width)))];
}

/** The value of a constant of Python's; undefined for what is none. */
function constantOf(text: string): Json | undefined {
  if (text === "True" || text === "False") return text === "True";
  if (text === "None") return null;
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (isOneString(text)) return unquote(text);
  if (!text.startsWith("[") || !text.endsWith("]")) return undefined;
  const parts = text.slice(1, -1).split(",").map((part) => part.trim()).filter((part) => part !== "");
  const values = parts.map(constantOf);
  return values.some((value) => value === undefined) ? undefined : values.map((value) => value ?? null);
}
