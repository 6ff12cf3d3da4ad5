/** The code and the style of anywidgets: where they are, and why they are not to be had. See decision 040. */

import { reasonOf } from "../../../protocol/reason.ts";
import { readConfig } from "../../config.ts";

/** What of a widget travels with its HTML. */
export interface Texts {
  readonly esm?: string;
  readonly css?: string;
}

/** What anywidget's specification has a module export. */
export interface Definition {
  readonly initialize?: (props: object) => unknown;
  readonly render?: (props: object) => unknown;
}

const FOREIGN = "This notebook came from elsewhere: the code of its widgets does not run in your page.";
const NOT_HERE =
  "The code of this widget is not part of this site, and its pages run no other: export the notebook with --execute, or as one to edit.";

/** A sentence that says why a widget’s code is not there. */
export class Unloadable extends Error {}

/** Milliseconds after a failure in which a browser tells of what its policy has refused. */
const TELLING = 100;

/** What HTML has brought, by digest. */
const texts = new Map<string, string>();
const modules = new Map<string, Promise<Definition>>();
const styles = new Map<string, { uses: number; end: () => void }>();

/** Keeps the texts that came with a widget's HTML, under the digests that its arguments name. */
export function keepTexts(digests: Readonly<Record<string, unknown>>, code: string | undefined): void {
  if (code === undefined) return;
  const { esm, css } = JSON.parse(code) as Texts;
  if (esm !== undefined) texts.set(String(digests["esm"]), esm);
  if (css !== undefined) texts.set(String(digests["css"]), css);
}

/** The definition that a module exports, loaded once; rejects with a sentence. */
export function loadDefinition(digest: string): Promise<Definition> {
  const known = modules.get(digest) ?? importDefinition(digest);
  modules.set(digest, known);
  known.catch(() => modules.delete(digest)); // the next view may have more luck
  return known;
}

async function importDefinition(digest: string): Promise<Definition> {
  if (isForeign()) throw new Unloadable(FOREIGN);
  const file = fileOf(digest, ".js");
  const text = texts.get(digest);
  if (file === null && (text === undefined || !runsTexts())) throw new Unloadable(NOT_HERE);
  const url = file ?? URL.createObjectURL(new Blob([text ?? ""], { type: "text/javascript" }));
  const refused = watchRefusals();
  try {
    return await definitionOf((await import(/* @vite-ignore */ url)) as Record<string, unknown>);
  } catch (error) {
    throw new Unloadable((await refused.text(error)) ?? `The code of this widget cannot be loaded: ${reasonOf(error)}`);
  } finally {
    refused.end();
    if (file === null) URL.revokeObjectURL(url);
  }
}

async function definitionOf(module: Readonly<Record<string, unknown>>): Promise<Definition> {
  const found = module["default"];
  if (typeof found === "function") return (await (found as () => unknown)()) as Definition;
  if (typeof found === "object" && found !== null) return found;
  if (typeof module["render"] === "function") return { render: module["render"] as Definition["render"] & object };
  throw new Error("it has no default export: write export default { render }");
}

/** Has a style be in the page until what is returned is called. */
export function useStyle(digest: string): () => void {
  const known = styles.get(digest) ?? { uses: 0, end: addStyle(digest) };
  styles.set(digest, known);
  known.uses += 1;
  return () => {
    known.uses -= 1;
    if (known.uses > 0) return;
    styles.delete(digest);
    known.end();
  };
}

function addStyle(digest: string): () => void {
  if (isForeign()) return () => undefined;
  const file = fileOf(digest, ".css");
  if (file !== null) {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = file;
    document.head.append(link);
    return () => {
      link.remove();
    };
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(texts.get(digest) ?? "");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
  };
}

/** The address of a file of the site, null if it has none with this content. */
function fileOf(digest: string, suffix: ".js" | ".css"): string | null {
  const config = readConfig(document);
  if (config === null || !config.widgets.includes(digest)) return null;
  return new URL(`${config.root}assets/widgets/${digest.slice(0, 20)}${suffix}`, document.baseURI).href;
}

/** Whether the page's policy lets code run that came with results: only where notebooks are edited. */
function runsTexts(): boolean {
  return readConfig(document)?.mode === "edit";
}

function isForeign(): boolean {
  return document.documentElement.dataset["foreign"] !== undefined;
}

/** Hears what the page's policy refuses meanwhile. */
export interface Refusals {
  /** A sentence for a failure that comes of it; null for others. */
  text(error: unknown): Promise<string | null>;
  end(): void;
}

export function watchRefusals(): Refusals {
  const blocked: string[] = [];
  const hear = (event: SecurityPolicyViolationEvent): void => {
    if (event.effectiveDirective.startsWith("script-src")) blocked.push(event.blockedURI);
  };
  document.addEventListener("securitypolicyviolation", hear);
  return {
    text: async (error) => {
      // What every engine says of a module that cannot be had.
      if (!(error instanceof TypeError) || !/import/i.test(error.message)) return null;
      if (blocked.length === 0) await new Promise((resolve) => setTimeout(resolve, TELLING)); // Firefox tells later
      const found = blocked.find((address) => error.message.includes(address)) ?? blocked[0];
      return found === undefined ? null : remoteText(found);
    },
    end: () => {
      document.removeEventListener("securitypolicyviolation", hear);
    },
  };
}

/** Why code of another site is not loaded. */
export function remoteText(address: string): string {
  if (address === "blob") return "The host of this page allows no code that is not a file of the site, and so not that of this widget.";
  return `This widget loads code from ${address}, which pages refuse: let its code hold all that it needs.`;
}
