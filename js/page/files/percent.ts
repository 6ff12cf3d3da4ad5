/** Percent `.py`, tiffin's own format: Python with a line `# %%` before each cell. `notebook/percent.py` in TypeScript. */

import type { Json } from "../../protocol/messages.ts";
import type { CellKind, Draft, DraftCell } from "../editor/draft.ts";
import { assemble, foundCell, type FoundCell, isIdentifier, normaliseLineEnds, type Settings, stripBlankLines } from "./draft-cells.ts";
import { rewriteMagics } from "./magics.ts";
import { readScriptBlock, type ScriptBlock, tomlRequirements, writeScriptBlock } from "./script-block.ts";
import { readComment, readSettings, writeComment, writeSettings } from "./settings.ts";

const MARKER = /^#[ \t]?%%(?:[ \t]+(.*))?$/s;
/** What would be read as a marker, or as settings; a backslash more or less keeps it from being so. */
const MARKER_LIKE = /^(#[ \t]?)(\\*)(%%(?:[ \t].*)?)$/s;
const SETTINGS_LIKE = /^(#[ \t]?)(\\*)(tiffin:.*)$/s;
const KIND = /(?:^|[ \t])\[(markdown|md|raw|code)\](?=[ \t]|$)/;
const OPTION = /(?:^|[ \t])[A-Za-z_][A-Za-z0-9_.-]*=/g;

interface Marker {
  readonly kind: CellKind;
  readonly name: string | null;
  readonly settings: Settings;
}

/** The notebook in the text of a percent file; throws a sentence for a broken script block or broken settings. */
export function readPercent(text: string, filename: string): Draft {
  const lines = normaliseLineEnds(text).split("\n");
  const marks = lines.flatMap((line, index) => (MARKER.test(line) ? [index] : []));
  const top = readTop(lines.slice(0, marks[0] ?? lines.length));
  const found = [...top.found, ...marks.flatMap((mark, at) => readCell(lines, mark, marks[at + 1] ?? lines.length))];
  const requirements = [...top.requirements];
  const cells = found.map((cell) => {
    if (cell.kind !== "code") return cell;
    const { code, settings, problem, requirements: stated } = rewriteMagics(cell.source, cell.line ?? 1);
    requirements.push(...stated);
    return { ...cell, code, settings: { ...cell.settings, ...settings }, problem: cell.problem ?? problem };
  });
  return assemble(filename, cells, { requirements, settings: top.settings });
}

/** The text of the percent file for a notebook, from which reading makes an equal one. */
export function writePercent(draft: Draft): string {
  const { header, script, ...others } = draft.settings;
  const settings = draft.order === "graph" ? others : { order: draft.order, ...others };
  const top = [
    typeof header === "string" ? writeHeader(header) : "",
    writeScript(draft, typeof script === "string" ? script : null),
    Object.keys(settings).length === 0 ? "" : writeComment(settings),
  ];
  const parts = [...top.filter((part) => part !== ""), ...draft.cells.map(writeCell)];
  return parts.length === 0 ? "" : `${parts.join("\n\n")}\n`;
}

interface Top {
  readonly requirements: readonly string[];
  readonly settings: Settings;
  readonly found: readonly FoundCell[];
}

/** Reads what stands above the first marker: requirements, settings, and the code there, as a cell. */
function readTop(lines: readonly string[]): Top {
  const block = readScriptBlock(lines.join("\n"));
  const inBlock = (index: number): boolean => block !== null && block.first <= index && index < block.end;
  const code = lines.findIndex((line) => line.trim() !== "" && !line.startsWith("#"));
  let start = code < 0 ? lines.length : code;
  // Comments right above the code are the code's own.
  const isOwn = (index: number): boolean => lines[index]?.startsWith("#") === true && !inBlock(index) && readComment(lines[index]) === null;
  while (code >= 0 && start > 0 && isOwn(start - 1)) start -= 1;
  let settings: Settings = {};
  const above: string[] = [];
  lines.slice(0, start).forEach((line, index) => {
    if (inBlock(index)) return;
    const read = readComment(line);
    if (read === null) above.push(line.trim() === "" ? "" : unescape(line));
    else if (read.settings === null) throw new Error(`line ${index + 1}: settings are key=value pairs, but ${read.problem}`);
    else settings = { ...settings, ...notInComments(read.settings, index + 1) };
  });
  const header = stripBlankLines(above)[1].join("\n").replaceAll(/\n{3,}/g, "\n\n");
  const [skipped, rest] = stripBlankLines(lines.slice(start).map((line) => unescape(line)));
  return {
    requirements: block?.requirements ?? [],
    settings: { ...settings, ...(header === "" ? {} : { header }), ...scriptSetting(block) },
    found: rest.length === 0 ? [] : [foundCell("code", rest.join("\n"), { line: start + skipped + 1 })],
  };
}

function notInComments(settings: Settings, line: number): Settings {
  const found = ["header", "script"].find((key) => key in settings);
  if (found !== undefined) throw new Error(`line ${line}: ${found} is not a setting; it stands in comments`);
  return settings;
}

/** A block that says more than its requirements, or says them in its own way, is kept word for word. */
function scriptSetting(block: ScriptBlock | null): Settings {
  return block === null || block.isCanonical ? {} : { script: block.toml };
}

/** Reads the cell whose marker stands on the line `mark`, counted from 0; two if code follows its Markdown. */
function readCell(lines: readonly string[], mark: number, end: number): readonly FoundCell[] {
  const marker = readMarker(MARKER.exec(lines[mark] ?? "")?.[1] ?? "");
  const body = lines.slice(mark + 1, end).map((line) => unescape(line));
  return marker.kind === "code" ? [readCode(marker, body, mark)] : readMarkdown(marker, body, mark);
}

function readCode(marker: Marker, body: readonly string[], mark: number): FoundCell {
  let settings = marker.settings;
  let problem: string | null = null;
  let skipped = 0;
  for (const [index, line] of body.entries()) {
    if (line.trim() === "") continue;
    const read = readComment(line);
    if (read === null) break;
    if (read.settings === null) {
      problem = `line ${mark + index + 2}: settings are key=value pairs, but ${read.problem}`;
      break;
    }
    settings = { ...settings, ...read.settings };
    skipped = index + 1;
  }
  const [blank, [first, ...others]] = stripBlankLines(body.slice(skipped));
  const source = first === undefined ? [] : [unescape(first, SETTINGS_LIKE), ...others];
  const line = first === undefined ? mark + 1 : mark + 2 + skipped + blank;
  return foundCell("code", source.join("\n"), { name: marker.name, line, settings, problem });
}

function readMarkdown(marker: Marker, body: readonly string[], mark: number): readonly FoundCell[] {
  const { name, settings } = marker;
  const [blank, text] = stripBlankLines(body);
  const quoted = readQuoted(text);
  if (quoted !== null) {
    const [inside, source] = stripBlankLines(normaliseLineEnds(quoted).split("\n"));
    return [foundCell("markdown", source.join("\n"), { name, settings, line: mark + 2 + blank + inside })];
  }
  const code = text.findIndex((line) => line.trim() !== "" && !line.startsWith("#"));
  const comments = code < 0 ? text.length : code;
  const [inside, source] = stripBlankLines(text.slice(0, comments).map((line) => line.slice(line.startsWith("# ") ? 2 : 1)));
  const line = source.length === 0 ? mark + 1 : mark + 2 + blank + inside;
  const found = [foundCell("markdown", source.join("\n"), { name, settings, line })];
  if (comments < text.length) {
    found.push(foundCell("code", text.slice(comments).join("\n"), { line: mark + 2 + blank + comments }));
  }
  return found;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", "\\": "\\", "'": "'", '"': '"', "\n": "" };

/** The Markdown of a cell that is one string, as some editors write it. */
function readQuoted(text: readonly string[]): string | null {
  const found = /^([rRuU]?)("""|'''|"|')(.*)\2\s*$/s.exec(text.join("\n"));
  const [, prefix = "", quote = "", inside = ""] = found ?? [];
  const plain = inside.replaceAll(/\\./gs, "");
  if (found === null || plain.includes(quote) || (quote.length === 1 && plain.includes("\n"))) return null;
  if (prefix.toLowerCase() === "r") return inside;
  return inside.replaceAll(/\\(.)/gs, (whole, letter: string) => ESCAPES[letter] ?? whole);
}

/** What the text behind `# %%` says: `[name or title] [[markdown]] [key=value ...]`. */
function readMarker(given: string): Marker {
  let rest = given;
  let settings: Settings = {};
  for (const option of given.matchAll(OPTION)) {
    const read = readSettings(given.slice(option.index));
    if (read.settings === null) continue;
    settings = read.settings;
    rest = given.slice(0, option.index);
    break;
  }
  const found = KIND.exec(rest);
  const kind: CellKind = found === null || found[1] === "code" ? "code" : "markdown";
  if (found?.[1] === "raw") settings = { raw: true, ...settings };
  if (found !== null) rest = `${rest.slice(0, found.index)} ${rest.slice(found.index + found[0].length)}`;
  const title = rest.trim();
  const { name: given_, ...others } = settings;
  const isName = typeof given_ === "string" && isIdentifier(given_);
  if (isName) settings = others;
  if (!isName && isIdentifier(title)) return { kind, name: title, settings };
  if (title !== "" && !("title" in settings)) settings = { ...settings, title };
  return { kind, name: isName ? given_ : null, settings };
}

function writeCell(cell: DraftCell): string {
  const { tags, ...untagged } = ownSettings(cell);
  let settings: Settings = untagged;
  let onMarker: Settings = tags === undefined ? {} : { tags };
  if (cell.kind === "markdown") [onMarker, settings] = [{ ...onMarker, ...settings }, {}];
  const { title, ...others } = settings;
  if (title !== undefined) [onMarker, settings] = [{ ...onMarker, title }, others];
  const source = stripBlankLines(normaliseLineEnds(cell.source).split("\n"))[1];
  const written = cell.kind === "markdown" ? source.map((line) => (line === "" ? "#" : `# ${line}`)) : source;
  const [first] = written;
  if (cell.kind === "code" && first !== undefined && isSettings(first)) written[0] = escape(first, SETTINGS_LIKE);
  return [
    writeMarker(cell, onMarker),
    ...(Object.keys(settings).length === 0 ? [] : [writeComment(settings)]),
    ...written.map((line) => escape(line, MARKER_LIKE)),
  ].join("\n");
}

/** The marker line; a title that would be read as something else goes among the options. */
function writeMarker(cell: DraftCell, settings: Settings): string {
  const { raw, ...withoutRaw } = settings;
  const isRaw = cell.kind === "markdown" && raw === true;
  const options = isRaw ? withoutRaw : settings;
  const kind = isRaw ? "[raw]" : cell.kind === "markdown" ? "[markdown]" : "";
  const wanted = sorted({ kind: cell.kind, name: cell.name, settings });
  const { title, ...withoutTitle } = options;
  const ways: readonly [string | null, Settings][] =
    cell.name === null && typeof title === "string" ? [[title, withoutTitle], [null, options]] : [[cell.name, options]];
  for (const [words, rest] of ways) {
    const written = [words ?? "", kind, writeSettings(rest)].filter((part) => part !== "").join(" ");
    if (!written.includes("\n") && sorted(readMarker(written)) === wanted) return written === "" ? "# %%" : `# %% ${written}`;
  }
  throw new Error(`the cell name '${cell.name ?? ""}' cannot be written: a name is a Python identifier`);
}

/** JSON that is the same for equal markers, however their settings are ordered. */
function sorted(marker: Marker): string {
  const settings = Object.entries(marker.settings).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([marker.kind, marker.name, settings]);
}

function writeHeader(header: string): string {
  const lines = header.split("\n").map((line) => (line.startsWith("#") || line === "" ? line : `# ${line}`));
  return lines.map((line) => escape(line, MARKER_LIKE)).join("\n");
}

/** The script block of all requirements but those that cells state themselves (`%pip install`). */
function writeScript(draft: Draft, script: string | null): string {
  const stated = script === null ? [] : tomlRequirements(script);
  const byCells = draft.cells.flatMap((cell) => statedBy(cell).requirements);
  return writeScriptBlock(
    draft.requirements.filter((entry) => stated.includes(entry) || !byCells.includes(entry)),
    script,
  );
}

/** The cell's settings without those that its own source states (`%%time`). */
export function ownSettings(cell: DraftCell): Settings {
  const stated = statedBy(cell).settings;
  return Object.fromEntries(Object.entries(cell.settings).filter(([key, value]) => stated[key] !== value));
}

function statedBy(cell: DraftCell): { readonly requirements: readonly string[]; readonly settings: Readonly<Record<string, Json | undefined>> } {
  return cell.kind === "code" ? rewriteMagics(cell.source) : { requirements: [], settings: {} };
}

function isSettings(line: string): boolean {
  return (readComment(line)?.settings ?? null) !== null || /^#[ \t]?\\+tiffin:/.test(line);
}

function escape(line: string, pattern: RegExp): string {
  return line.replace(pattern, "$1\\$2$3");
}

function unescape(line: string, pattern = MARKER_LIKE): string {
  const found = pattern.exec(line);
  return found?.[2] ? `${found[1] ?? ""}${found[2].slice(1)}${found[3] ?? ""}` : line;
}
