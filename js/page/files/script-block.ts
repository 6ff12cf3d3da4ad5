/** The `# /// script` block of PEP 723, a Python file's requirements: `notebook/script_block.py` in TypeScript. */

import { parse } from "smol-toml";

/** A block as found: its requirements, its TOML text, and the lines it takes, counted from 0, `end` excluded. */
export interface ScriptBlock {
  readonly requirements: readonly string[];
  readonly toml: string;
  readonly first: number;
  readonly end: number;
  /** Whether `writeScriptBlock` would write this very text for these requirements. */
  readonly isCanonical: boolean;
}

/** The expression that PEP 723 gives as the reference. */
const BLOCK = /^# \/\/\/ (?<type>[a-zA-Z0-9-]+)$\s(?<content>(?:^#(?:| .*)$\s)+)^# \/\/\/$/gm;
const DEPENDENCIES = /^[ \t]*(?:dependencies|"dependencies"|'dependencies')[ \t]*=/;

/** The script block in a text, or null; throws a sentence for several, or a broken one. */
export function readScriptBlock(text: string): ScriptBlock | null {
  const [found, second] = [...text.matchAll(BLOCK)].filter((match) => match.groups?.["type"] === "script");
  if (found === undefined) return null;
  const first = text.slice(0, found.index).split("\n").length - 1;
  if (second !== undefined) throw new Error(`line ${first + 1}: several \`# /// script\` blocks; keep one`);
  const toml = (found.groups?.["content"] ?? "").replaceAll(/^# ?/gm, "");
  let dependencies: unknown;
  try {
    dependencies = parse(toml)["dependencies"] ?? [];
  } catch {
    throw new Error(`line ${first + 1}: the script block is not valid TOML`);
  }
  if (!Array.isArray(dependencies) || !dependencies.every((entry) => typeof entry === "string")) {
    throw new Error(`line ${first + 1}: dependencies in the script block must be a list of strings`);
  }
  const end = first + found[0].split("\n").length;
  return { requirements: dependencies, toml, first, end, isCanonical: toml === canonicalToml(dependencies) };
}

/**
 * The block for these requirements; empty if there is nothing to say. `toml` is the text of an earlier block, of which
 * all is kept but dependencies that are others.
 */
export function writeScriptBlock(requirements: readonly string[], toml: string | null): string {
  if (toml === null && requirements.length === 0) return "";
  const text = toml ?? canonicalToml(requirements);
  const kept = same(tomlRequirements(text), requirements) ? text : canonicalToml(requirements) + withoutDependencies(text);
  const lines = kept.replace(/\n$/, "").split("\n");
  return ["# /// script", ...lines.map((line) => (line === "" ? "#" : `# ${line}`)), "# ///"].join("\n");
}

/** The requirements that the TOML text of a script block states. */
export function tomlRequirements(toml: string): readonly string[] {
  const found: unknown = parse(toml)["dependencies"] ?? [];
  return Array.isArray(found) ? found.filter((entry) => typeof entry === "string") : [];
}

function canonicalToml(requirements: readonly string[]): string {
  if (requirements.length === 0) return "dependencies = []\n";
  return `dependencies = [\n${requirements.map((entry) => `    ${JSON.stringify(entry)},\n`).join("")}]\n`;
}

/** TOML without its top-level `dependencies`, which may take several lines. */
function withoutDependencies(toml: string): string {
  const lines = toml.split(/(?<=\n)/);
  const first = lines.findIndex((line) => DEPENDENCIES.test(line));
  for (let end = first + 1; first >= 0 && end <= lines.length; end += 1) {
    try {
      parse(lines.slice(first, end).join(""));
    } catch {
      continue;
    }
    return [...lines.slice(0, first), ...lines.slice(end)].join("");
  }
  return toml;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((entry, index) => entry === b[index]);
}
