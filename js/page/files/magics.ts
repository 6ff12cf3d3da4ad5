/**
 * IPython syntax in cells of Jupyter notebooks, as far as it says nothing to Python: lines that set up how Jupyter shows
 * things become `pass`, installations become requirements, `%%time` a setting, and `%time` what `session/magics.py` has for
 * it. Everything else is a problem of its cell. `notebook/magics.py` does the same natively, and more, with IPython's own
 * transformer.
 */

import { parser } from "@lezer/python";
import type { Settings } from "./draft-cells.ts";

/** What became of a cell's source; `code` is null where nothing had to change. */
export interface Rewritten {
  readonly code: string | null;
  readonly settings: Settings;
  readonly requirements: readonly string[];
  readonly problem: string | null;
}

const DROPPED = new Set(
  "matplotlib config autoreload aimport reload_ext pprint xmode colors gui automagic autosave autocall pinfo pinfo2".split(" "),
);
const DROPPED_EXTENSIONS = new Set(["autoreload", "nb_black", "lab_black", "jupyter_black", "black"]);
const LINE = /^([ \t]*)((?:[\w.]+[ \t]*=[ \t]*)?)([%!])(?!=)[ \t]*(\S.*)$/;
const HELP = /^([ \t]*)(?:(\?{1,2})([\w.]+)|([\w.]+)(\?{1,2}))[ \t]*$/;
const TIMED = /^(time|timeit)[ \t]+(?!-)(\S.*)$/;
const INSTALL = /^(?:python[0-9.]*\s+-m\s+)?(?:uv\s+)?(?:pip[0-9.]*|conda|mamba|micromamba)\s+install\s+(.*)$/;
const REQUIREMENT = /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]*\])?(?:[<>=!~]=?.*)?$/;
const QUOTES = /"""|'''/g;

/** The Python of a code cell in which IPython syntax may stand; `firstLine` is its first line's number. */
export function rewriteMagics(source: string, firstLine = 1): Rewritten {
  const requirements: string[] = [];
  const settings: Record<string, boolean> = {};
  let problem: string | null = null;
  let isInString = false;
  const lines = source.split("\n");
  const first = lines.findIndex((line) => line.trim() !== "");
  const code = lines.map((line, index) => {
    const wasInString = isInString;
    if ((line.match(QUOTES)?.length ?? 0) % 2 === 1) isInString = !isInString;
    if (wasInString) return line;
    const [help, margin = "", before = "", object, subject = "", behind = ""] = HELP.exec(line) ?? [];
    if (help !== undefined) return `${margin}pass  # %pinfo${(before + behind).slice(1) === "" ? "" : "2"} ${object ?? subject}`;
    const [found, indent = "", target = "", sign = "", text = ""] = LINE.exec(line) ?? [];
    if (found === undefined) return line;
    if (index === first && sign === "%" && text.trim() === "%time") {
      settings["time"] = true;
      return "";
    }
    const timed = sign === "%" ? writeTimed(text, target !== "") : null;
    if (timed !== null) return `${indent}${target}${timed}`;
    const install = target === "" ? INSTALL.exec(text) : null;
    const why = install === null ? judge(sign, text) : takeInstall(install[1] ?? "", requirements);
    if (why !== null) problem ??= `line ${firstLine + index}: \`${sign}${text}\` ${why}`;
    return target === "" ? `${indent}pass  # ${sign}${text}` : `${indent}${target}None`;
  });
  const made = code.join("\n");
  return { code: made === source ? null : made, settings, requirements: [...new Set(requirements)], problem };
}

/** What times an expression, or a statement; null for a line that does something else. */
function writeTimed(text: string, isAssigned: boolean): string | null {
  const [, name, code = ""] = TIMED.exec(text) ?? [];
  if (name === undefined) return null;
  if (parser.parse(code).topNode.firstChild?.name === "ExpressionStatement") return `__tiffin__.${name}(lambda: (${code}))`;
  return isAssigned ? null : `with __tiffin__.timer(): ${code}`;
}

/** Why a line cannot be left out, as the end of a sentence; null if it can. */
function judge(sign: string, text: string): string | null {
  if (sign === "!") return "is a shell command, and there is no shell in a browser; use Python instead";
  const [name = "", argument = ""] = text.trim().split(/\s+/);
  if (DROPPED.has(name) || (name === "load_ext" && DROPPED_EXTENSIONS.has(argument))) return null;
  return "works only in Jupyter; use Python instead";
}

function takeInstall(text: string, requirements: string[]): string | null {
  for (const word of text.trim().split(/\s+/)) {
    if (word.startsWith("-")) continue;
    const entry = word.replaceAll(/^["']|["']$/g, "");
    if (!REQUIREMENT.test(entry)) return `asks for '${word}', which is not the name of a package`;
    requirements.push(entry);
  }
  return null;
}
