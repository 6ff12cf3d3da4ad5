/**
 * Markdown notebooks: `.md` files whose fenced Python is code, in the form of jupytext's; `notebook/markdown_file.py` in
 * TypeScript. Fences in other languages stay text.
 */

import { parse, stringify } from "yaml";
import type { Draft, DraftCell } from "../editor/draft.ts";
import { normaliseLineEnds, type Settings, stripBlankLines } from "./draft-cells.ts";
import { cellMetadata, fromNodes, metadataOf } from "./ipynb.ts";
import { readSettings, writeSettings } from "./settings.ts";

/** What stands between two ends in a Markdown file, with the line on which its text begins, counted from 1. */
interface Block {
  readonly type: "code" | "markdown" | "raw";
  readonly source: readonly string[];
  readonly metadata: Settings;
  readonly line: number;
}

const HEADER = /^---\n(.*?)\n---[ \t]*(?:\n|$)/s;
/** Languages whose fences jupytext takes for cells: text ends at them. */
const LANGUAGES = new Set(
  (
    "r bash sh python python2 python3 coconut javascript js perl html latex markdown pypy ruby script svg matlab octave idl " +
    "robotframework sas spark sql cython haskell tcl gnuplot julia c++ scheme clojure powershell q wolfram scala rust go java " +
    "typescript groovy csharp fsharp c# f# cs fs lua logtalk maxima stata ocaml sos xonsh"
  ).split(" "),
);
const PYTHON = new Set(["python", "python3"]);
const FENCE = /^(`{3,})\s*([^\s`{]*)(.*)$/;
const REGION = /^<!--\s*#(region|markdown|md|raw)(.*)-->\s*$/;

/** The notebook in the text of a Markdown file; throws a sentence for a header that is not understood. */
export function readMarkdownFile(given: string, filename: string): Draft {
  const text = normaliseLineEnds(given);
  const { metadata, header, end } = readHeader(text);
  const skipped = text.slice(0, end).split("\n").length - 1;
  const blocks = readBlocks(text.slice(end).split("\n"));
  const nodes = blocks.map((block) => ({
    cell_type: block.type,
    source: block.source.join("\n"),
    metadata: block.metadata,
  }));
  const draft = fromNodes(nodes, metadata, filename, blocks.map((block) => block.line + skipped));
  return header === "" ? draft : { ...draft, settings: { ...draft.settings, header } };
}

/** The text of a Markdown file, from which reading makes a notebook with the same cells. */
export function writeMarkdownFile(draft: Draft): string {
  const { header, ...settings } = draft.settings;
  const { kernelspec, tiffin } = metadataOf({ ...draft, settings });
  const top = [
    "---",
    ...(typeof header === "string" ? [header] : []),
    stringify({ jupyter: { kernelspec, ...(tiffin === undefined ? {} : { tiffin }) } }, { indentSeq: false, lineWidth: 0, sortMapEntries: true }).trimEnd(),
    "---",
  ];
  const texts: string[] = [top.join("\n")];
  let wasText = false;
  for (const cell of draft.cells) {
    const { text, isText } = writeCell(cell);
    // Two blank lines are what keeps two texts apart.
    texts.push(`${wasText && isText ? "\n" : ""}${text}`);
    wasText = isText;
  }
  return `${texts.join("\n\n")}\n`;
}

function readHeader(text: string): { readonly metadata: Readonly<Record<string, unknown>>; readonly header: string; readonly end: number } {
  const found = HEADER.exec(text);
  if (found === null) return { metadata: {}, header: "", end: 0 };
  let parsed: unknown;
  try {
    parsed = parse(found[1] ?? "");
  } catch {
    throw new Error("its header is not valid YAML");
  }
  const about = typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {};
  const jupyter = about["jupyter"];
  const metadata = typeof jupyter === "object" && jupyter !== null ? (jupyter as Record<string, unknown>) : {};
  // What is not Jupyter's own is kept as it was written.
  const lines = (found[1] ?? "").split("\n");
  let isJupyter = false;
  const header = lines.filter((line) => {
    if (/^\S/.test(line)) isJupyter = /^jupyter\s*:/.test(line);
    return !isJupyter;
  });
  return { metadata, header: header.join("\n"), end: found[0].length };
}

/** The blocks of a text; every line but blank ones at the ends of text is in one. */
function readBlocks(lines: readonly string[]): readonly Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    const [block, end] = readBlock(lines, at);
    if (block !== null) blocks.push(block);
    at = end;
  }
  return blocks;
}

function readBlock(lines: readonly string[], at: number): readonly [Block | null, number] {
  const line = lines[at] ?? "";
  const region = REGION.exec(line);
  if (region !== null) {
    const name = region[1] ?? "";
    const end = findLine(lines, at + 1, new RegExp(`^<!--\\s*#end${name}\\s*-->\\s*$`));
    const metadata = readMetadata(region[2] ?? "");
    return [{ type: name === "raw" ? "raw" : "markdown", source: lines.slice(at + 1, end), metadata, line: at + 2 }, end + 1];
  }
  const fence = openCell(line);
  if (fence !== null) {
    const end = findLine(lines, at + 1, new RegExp(`^${fence.ticks}\\s*$`));
    if (PYTHON.has(fence.language)) {
      return [{ type: "code", source: lines.slice(at + 1, end), metadata: readMetadata(fence.options), line: at + 2 }, end + 1];
    }
    return [{ type: "markdown", source: lines.slice(at, end + 1), metadata: {}, line: at + 1 }, end + 1];
  }
  const end = endOfText(lines, at);
  const [blank, source] = stripBlankLines(lines.slice(at, end));
  return [source.length === 0 ? null : { type: "markdown", source, metadata: {}, line: at + blank + 1 }, end];
}

/** Where a text ends: before a cell, or behind two blank lines that more text follows. */
function endOfText(lines: readonly string[], start: number): number {
  let blank = 0;
  let ticks: string | null = null;
  for (let at = start; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (ticks !== null) {
      if (new RegExp(`^${ticks}\\s*$`).test(line)) ticks = null;
      continue;
    }
    if (line.trim() === "") {
      blank += 1;
      continue;
    }
    if (REGION.test(line) || openCell(line) !== null) return at;
    if (blank >= 2 && at > start + blank && !line.startsWith("    ")) return at;
    ticks = /^`{3,}/.exec(line)?.[0] ?? null;
    blank = 0;
  }
  return lines.length;
}

/** The fence that begins a cell. */
function openCell(line: string): { readonly ticks: string; readonly language: string; readonly options: string } | null {
  const [found, ticks = "", language = "", options = ""] = FENCE.exec(line) ?? [];
  if (found === undefined || !LANGUAGES.has(language.toLowerCase()) || /(?:^|\s)\.noeval(?:\s|$)/.test(options)) return null;
  return { ticks, language: language.toLowerCase(), options };
}

function findLine(lines: readonly string[], from: number, pattern: RegExp): number {
  const found = lines.findIndex((line, index) => index >= from && pattern.test(line));
  return found < 0 ? lines.length : found;
}

/** What stands behind a fence or in a region's comment; words that are no pairs are a title. */
function readMetadata(given: string): Settings {
  const text = given.trim();
  const start = text.search(/(?:^|\s)[A-Za-z_][\w.-]*=/);
  const pairs = start < 0 ? null : readSettings(text.slice(start));
  return pairs?.settings ?? {};
}

function writeCell(cell: DraftCell): { readonly text: string; readonly isText: boolean } {
  const { metadata, isRaw } = cellMetadata(cell);
  const pairs = Object.keys(metadata).length === 0 ? "" : ` ${writePairs(metadata)}`;
  if (cell.kind === "code") {
    const ticks = "`".repeat(Math.max(3, ...[...cell.source.matchAll(/^`{3,}/gm)].map((found) => found[0].length + 1)));
    const source = cell.source === "" ? "" : `${cell.source}\n`;
    return { text: `${ticks}python${pairs}\n${source}${ticks}`, isText: false };
  }
  if (pairs === "" && !isRaw && isOneText(cell.source)) return { text: cell.source, isText: true };
  const name = isRaw ? "raw" : "region";
  return { text: `<!-- #${name}${pairs} -->\n${cell.source}\n<!-- #end${name} -->`, isText: false };
}

/** Whether a text is read as it stands between others: what is indented would be part of the one above. */
function isOneText(source: string): boolean {
  const lines = source.split("\n");
  const [first, second] = readBlocks([...lines, "", "```python", "```"]);
  const isCell = openCell(lines[0] ?? "") !== null || REGION.test(lines[0] ?? "") || source.startsWith("    ");
  return !isCell && first?.source.length === lines.length && second?.type === "code";
}

/** Pairs whose values are all JSON: jupytext has no bare words. */
function writePairs(metadata: Settings): string {
  return Object.entries(metadata)
    .map(([key, value]) => (typeof value === "string" ? `${key}=${JSON.stringify(value)}` : writeSettings({ [key]: value })))
    .join(" ");
}
