/** Jupyter notebooks, `.ipynb` of the formats 3 and 4, read and written as `notebook/ipynb.py` does it. */

import type { Json } from "../../protocol/messages.ts";
import type { Draft, DraftCell } from "../editor/draft.ts";
import { assemble, foundCell, type FoundCell, isIdentifier, normaliseLineEnds, type Settings } from "./draft-cells.ts";
import { rewriteMagics } from "./magics.ts";
import { ownSettings } from "./percent.ts";
import { readScriptBlock } from "./script-block.ts";

type Entries = Readonly<Record<string, unknown>>;

const LATEST = 4;

/** The notebook in the text of an `.ipynb` file; throws a sentence for what is none, or none in Python. */
export function readIpynb(text: string, filename: string): Draft {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new Error("this is not valid JSON");
  }
  const notebook = entriesOf(data);
  const { nbformat } = notebook;
  if (typeof nbformat !== "number") throw new Error("this is JSON, but not a Jupyter notebook");
  if (nbformat > LATEST || nbformat < 3) {
    throw new Error(`it has notebook format ${nbformat}: save it in format ${LATEST}`);
  }
  const given = nbformat === 3 ? listOf(notebook["worksheets"]).flatMap((sheet) => listOf(entriesOf(sheet)["cells"])) : listOf(notebook["cells"]);
  const nodes = given.map((cell) => (nbformat === 3 ? upgrade(entriesOf(cell)) : entriesOf(cell)));
  return fromNodes(nodes, entriesOf(notebook["metadata"]), filename);
}

/** The notebook in nodes of format 4, and in what a file says beside them. */
export function fromNodes(nodes: readonly Entries[], metadata: Entries, filename: string, lines: readonly number[] = []): Draft {
  const language = entriesOf(metadata["kernelspec"])["language"] ?? entriesOf(metadata["language_info"])["name"] ?? "python";
  if (typeof language !== "string" || !["python", "python3", "ipython"].includes(language.toLowerCase())) {
    throw new Error(`it is a notebook in ${JSON.stringify(language)}; tiffin runs Python only`);
  }
  const own = entriesOf(metadata["tiffin"]);
  const requirements = listOf(own["requirements"]).filter((entry) => typeof entry === "string");
  const found = nodes.map((node, index) => readCell(node, index, lines[index] ?? null, requirements));
  const settings = { order: (own["order"] ?? "auto") as Json, ...(entriesOf(own["settings"]) as Settings) };
  const { title } = metadata;
  return assemble(filename, found, { requirements, settings, title: typeof title === "string" ? title : null });
}

/** The text of an `.ipynb` file, format 4.5, from which reading makes an equal notebook. */
export function writeIpynb(draft: Draft): string {
  const notebook = { cells: draft.cells.map(toNode), metadata: metadataOf(draft), nbformat: 4, nbformat_minor: 5 };
  return `${JSON.stringify(sortKeys(notebook), null, 1)}\n`;
}

/** What a notebook says beside its cells, as a Jupyter notebook has it. */
export function metadataOf(draft: Draft): Readonly<Record<string, Json>> {
  const own = {
    ...(draft.order === "auto" ? {} : { order: draft.order }),
    ...(draft.requirements.length === 0 ? {} : { requirements: [...draft.requirements] }),
    ...(Object.keys(draft.settings).length === 0 ? {} : { settings: draft.settings }),
  };
  return {
    kernelspec: { display_name: "Python 3", language: "python", name: "python3" },
    language_info: { name: "python" },
    ...(Object.keys(own).length === 0 ? {} : { tiffin: own }),
    ...(draft.title === null || draft.title === "" ? {} : { title: draft.title }),
  };
}

/** Where the parts of a cell's settings stand in a Jupyter notebook. */
export function cellMetadata(cell: DraftCell): { readonly metadata: Settings; readonly isRaw: boolean; readonly attachments: Json | undefined } {
  const settings: Readonly<Record<string, Json | undefined>> = ownSettings(cell);
  const { tags, hide_code: hidden, raw, attachments } = settings;
  const isRaw = cell.kind === "markdown" && raw === true;
  const isAttached = cell.kind === "markdown" && areAttachments(attachments);
  const elsewhere = { tags: areTags(tags), hide_code: hidden === true, raw: isRaw, attachments: isAttached };
  const own = Object.fromEntries(Object.entries(settings).filter(([key]) => !(key in elsewhere && elsewhere[key as keyof typeof elsewhere])));
  const metadata = {
    ...(cell.name === null ? {} : { name: cell.name }),
    ...(tags !== undefined && areTags(tags) ? { tags } : {}),
    ...(hidden === true ? { jupyter: { source_hidden: true } } : {}),
    ...(Object.keys(own).length === 0 ? {} : { tiffin: own as Json }),
  };
  return { metadata, isRaw, attachments: isAttached ? attachments : undefined };
}

function toNode(cell: DraftCell): Readonly<Record<string, Json>> {
  const { metadata, isRaw, attachments } = cellMetadata(cell);
  const id = cell.id.replaceAll(/[^A-Za-z0-9_-]/g, "-").slice(0, 64);
  const source = cell.source === "" ? [] : cell.source.split(/(?<=\n)/);
  const node = { id, metadata, source, ...(attachments === undefined ? {} : { attachments }) };
  if (cell.kind === "code") return { ...node, cell_type: "code", execution_count: null, outputs: [] };
  return { ...node, cell_type: isRaw ? "raw" : "markdown" };
}

function readCell(node: Entries, index: number, line: number | null, requirements: string[]): FoundCell {
  const { cell_type: type, id, attachments } = node;
  const source = textOf(node["source"]);
  if (source === null || (type !== "code" && type !== "markdown" && type !== "raw")) {
    throw new Error(`cell ${index + 1} is not a cell of a Jupyter notebook`);
  }
  const metadata = entriesOf(node["metadata"]);
  const { tags, name, tiffin, jupyter } = metadata;
  const settings = {
    ...(areTags(tags) ? { tags: tags as Json } : {}),
    ...(entriesOf(jupyter)["source_hidden"] === true ? { hide_code: true } : {}),
    ...(Object.keys(entriesOf(attachments)).length > 0 ? { attachments: attachments as Json } : {}),
    ...(type === "raw" ? { raw: true } : {}),
    ...(entriesOf(tiffin) as Settings),
  };
  const cell = foundCell(type === "code" ? "code" : "markdown", normaliseLineEnds(source), {
    name: typeof name === "string" && isIdentifier(name) ? name : null,
    ownId: typeof id === "string" ? id : null,
    line,
    settings,
  });
  return cell.kind === "code" ? readCode(cell, requirements) : cell;
}

function readCode(cell: FoundCell, requirements: string[]): FoundCell {
  const rewritten = rewriteMagics(cell.source);
  let { problem } = rewritten;
  requirements.push(...rewritten.requirements);
  try {
    requirements.push(...(readScriptBlock(cell.source)?.requirements ?? []));
  } catch (error) {
    problem ??= error instanceof Error ? error.message : null;
  }
  return { ...cell, code: rewritten.code, problem, settings: { ...cell.settings, ...rewritten.settings } };
}

/** A cell of format 3 as one of format 4. */
function upgrade(cell: Entries): Entries {
  switch (cell["cell_type"]) {
    case "code":
      return { ...cell, source: cell["input"] };
    case "heading": {
      const words = (textOf(cell["source"]) ?? "").replaceAll("\n", " ");
      return { ...cell, cell_type: "markdown", source: `${"#".repeat(Number(cell["level"] ?? 1))} ${words}` };
    }
    case "html":
      return { ...cell, cell_type: "markdown" };
    default:
      return cell;
  }
}

function textOf(source: unknown): string | null {
  if (Array.isArray(source)) return source.every((line) => typeof line === "string") ? source.join("") : null;
  return typeof source === "string" ? source : null;
}

function entriesOf(value: unknown): Entries {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Entries) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Whether a value is what Jupyter takes for tags: different words, without commas. */
function areTags(value: unknown): boolean {
  const tags = listOf(value);
  const areWords = tags.every((tag) => typeof tag === "string" && tag !== "" && !tag.includes(","));
  return tags.length > 0 && areWords && new Set(tags).size === tags.length;
}

function areAttachments(value: Json | undefined): boolean {
  const found = Object.values(entriesOf(value));
  return found.length > 0 && found.every((entry) => typeof entry === "object" && entry !== null && !Array.isArray(entry));
}

/** JSON whose objects have their keys in order. */
export function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item ?? null)]));
}
