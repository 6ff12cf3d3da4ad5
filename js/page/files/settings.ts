/** Settings in comments, `# tiffin: key=value ...`, and options behind `# %%`: `notebook/settings.py` in TypeScript. */

import type { Json } from "../../protocol/messages.ts";
import type { Settings } from "./draft-cells.ts";

const PAIR = /[ \t]*([A-Za-z_][A-Za-z0-9_.-]*)=/y;
const KEY = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const BARE = /^[A-Za-z][A-Za-z0-9_.+/-]*$/;
const COMMENT = /^#[ \t]?tiffin:[ \t]*(.*)$/s;
const NOT_BARE = new Set(["true", "false", "null", "NaN", "Infinity"]);

/** Settings, or the end of a sentence on what is wrong with them. */
export type ReadSettings = { readonly settings: Settings } | { readonly settings: null; readonly problem: string };

/** The values of `key=value` pairs separated by blanks; a value is JSON, or a word that stands for itself. */
export function readSettings(given: string): ReadSettings {
  const text = given.replace(/[ \t]+$/, "");
  const settings: Record<string, Json> = {};
  for (let at = 0; at < text.length; ) {
    PAIR.lastIndex = at;
    const key = PAIR.exec(text)?.[1];
    if (key === undefined) return malformed(`${quote(text.slice(at).trim())} is not of the form key=value`);
    const start = PAIR.lastIndex;
    const end = /["[{]/.test(text.charAt(start)) ? endOfJson(text, start) : endOfWord(text, start);
    if (end === start) return malformed(`nothing stands behind ${quote(lastWord(text.slice(0, start)))}`);
    const value = parseValue(text.slice(start, end ?? undefined), end !== null);
    if (end === null || value === undefined) return malformed(`${quote(text.slice(start))} is not a JSON value`);
    if (!/^[ \t]?$/.test(text.charAt(end))) return malformed(`a blank is missing before ${quote(text.slice(end))}`);
    settings[key] = value;
    at = end;
  }
  return { settings };
}

/** The settings on a comment line `# tiffin: key=value ...`; null for another line, prose about tiffin among them. */
export function readComment(line: string): ReadSettings | null {
  const text = COMMENT.exec(line)?.[1];
  if (text === undefined) return null;
  PAIR.lastIndex = 0;
  return PAIR.test(text) ? readSettings(text) : null;
}

/** The comment line that holds these settings. */
export function writeComment(settings: Settings): string {
  return `# tiffin: ${writeSettings(settings)}`;
}

/** `key=value` pairs that are read back as equal settings; throws a sentence for a key that is no word. */
export function writeSettings(settings: Settings): string {
  return Object.entries(settings)
    .map(([key, value]) => {
      if (!KEY.test(key)) throw new Error(`the setting ${quote(key)} cannot be written: a key is a word of ASCII letters`);
      const isBare = typeof value === "string" && BARE.test(value) && !NOT_BARE.has(value);
      return `${key}=${isBare ? value : writeJson(value)}`;
    })
    .join(" ");
}

/** JSON with the blanks that Python's `json.dumps` writes. */
export function writeJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(writeJson).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${writeJson(item ?? null)}`).join(", ")}}`;
  }
  return JSON.stringify(value);
}

function malformed(problem: string): ReadSettings {
  return { settings: null, problem };
}

function quote(text: string): string {
  return text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text.replaceAll("'", "\\'")}'`;
}

function lastWord(text: string): string {
  return text.trim().split(/\s+/).at(-1) ?? "";
}

function endOfWord(text: string, start: number): number {
  const length = text.slice(start).search(/[ \t]/);
  return length < 0 ? text.length : start + length;
}

/** Where the JSON value that starts with a quote or bracket ends; null if it does not. */
function endOfJson(text: string, start: number): number | null {
  const token = /"(?:[^"\\]|\\.)*"|[[\]{}]/gs;
  token.lastIndex = start;
  let depth = 0;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    if (found[0] === "[" || found[0] === "{") depth += 1;
    else if (found[0] === "]" || found[0] === "}") depth -= 1;
    if (depth <= 0) return token.lastIndex;
  }
  return null;
}

/** The value that text stands for; undefined if it looks like JSON and is none. */
function parseValue(text: string, isWhole: boolean): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return isWhole && !/^["[{]/.test(text) ? text : undefined;
  }
}
