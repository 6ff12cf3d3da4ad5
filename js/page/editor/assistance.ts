/** Help while code is written: completions, what a name is, and how a function is called. Python answers, once it is up. */

import { autocompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { globalCompletion, localCompletionSource } from "@codemirror/lang-python";
import { syntaxTree } from "@codemirror/language";
import { type EditorState, type Extension, Prec, StateEffect, StateField } from "@codemirror/state";
import { type EditorView, hoverTooltip, keymap, showTooltip, type Tooltip, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import type { SyntaxNode } from "@lezer/common";

import type { Description } from "../../protocol/messages.ts";
import type { AnswerTo, Question } from "../session.ts";

/** Asks Python; null if it has no answer, or does not run. */
export type Ask = <Asked extends Question>(question: Asked) => Promise<AnswerTo<Asked>>;

/** Milliseconds that names wait for Python, which may be busy with a cell; attributes, which nobody else knows, longer. */
const PATIENCE = { names: 300, attributes: 5000 };

/** As many as Python tells at most: then there may be more for a longer word. */
const MOST = 400;

/** Characters before the cursor that Python is shown. */
const SHOWN = 4000;

const OPAQUE = new Set(["String", "FormatString", "Comment"]);

/** All of it, for an editor of code. */
export function assistance(ask: Ask): Extension {
  return [
    autocompletion({ icons: false, defaultKeymap: false, override: [(context) => complete(ask, context)] }),
    hoverTooltip((view, at) => describeAt(ask, view, at), { hoverTime: 400 }),
    signatures(ask),
  ];
}

// -- completions ---------------------------------------------------------------------------------------------

async function complete(ask: Ask, context: CompletionContext): Promise<CompletionResult | null> {
  const word = context.matchBefore(/[\w.]+/);
  if (isOpaque(syntaxTree(context.state).resolveInner(context.pos, -1))) return null;
  if (!context.explicit && (word === null || /^\d/.test(word.text))) return null;
  const code = codeBefore(context.state, context.pos);
  const path = /(?:\w+\s*\.\s*)+(?=\w*$)/.exec(code)?.[0] ?? "";
  const patience = path === "" ? PATIENCE.names : PATIENCE.attributes;
  const [local, found] = await Promise.all([findLocally(context), within(ask({ type: "Complete", code }), patience)]);
  const known = new Map<string, Completion>(local.map((option) => [option.label, option]));
  for (const { label, kind } of found?.items ?? []) {
    known.set(label, { label, type: kind, boost: kind === "keyword" ? -1 : 0, info: () => explain(ask, path + label) });
  }
  if (known.size === 0) return null;
  const from = context.pos - (/\w*$/.exec(code)?.[0].length ?? 0);
  const isWhole = found !== null && found.items.length < MOST;
  return { from, options: [...known.values()], ...(isWhole ? { validFor: /^\w*$/ } : {}) };
}

/** What the editor itself knows: names of this cell, built-in ones, and words of the language. */
async function findLocally(context: CompletionContext): Promise<readonly Completion[]> {
  const [own, others] = [localCompletionSource(context), await globalCompletion(context)];
  return [...(own?.options ?? []), ...(others?.options ?? [])];
}

function isOpaque(node: SyntaxNode): boolean {
  for (let at: SyntaxNode | null = node; at !== null && at.name !== "FormatReplacement"; at = at.parent) {
    if (OPAQUE.has(at.name)) return true;
  }
  return false;
}

function codeBefore(state: EditorState, at: number): string {
  return state.sliceDoc(Math.max(0, at - SHOWN), at);
}

async function within<Value>(answer: Promise<Value | null>, milliseconds: number): Promise<Value | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, milliseconds, null);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

// -- what a name is ------------------------------------------------------------------------------------------

async function describeAt(ask: Ask, view: EditorView, at: number): Promise<Tooltip | null> {
  const node = syntaxTree(view.state).resolveInner(at, 0);
  if (node.name !== "VariableName" && node.name !== "PropertyName") return null;
  const found = await ask({ type: "Describe", code: codeBefore(view.state, node.to) });
  if (found === null) return null;
  return { pos: node.from, end: node.to, above: true, create: () => ({ dom: renderDescription(found) }) };
}

async function explain(ask: Ask, code: string): Promise<Node | null> {
  const found = await ask({ type: "Describe", code });
  return found === null ? null : renderDescription(found);
}

function renderDescription(found: Description): HTMLElement {
  const dom = document.createElement("div");
  dom.className = "tn-description";
  const title = document.createElement("strong");
  title.textContent = found.signature === "" ? found.title : found.signature;
  dom.append(title);
  for (const [name, text] of [["tn-description-value", found.value], ["tn-description-words", found.documentation]] as const) {
    if (text === "") continue;
    const part = document.createElement("div");
    part.className = name;
    part.textContent = text;
    dom.append(part);
  }
  return dom;
}

// -- how a function is called --------------------------------------------------------------------------------

/** A call that is being written: what is called, and the position of the argument at hand. */
interface Call {
  readonly from: number;
  readonly to: number;
  readonly argument: number;
}

interface Shown extends Call {
  readonly description: Description;
}

const show = StateEffect.define<Shown | null>();

const SHOWN_CALL = StateField.define<Shown | null>({
  create: () => null,
  update: (shown, transaction) => {
    let next = shown;
    for (const effect of transaction.effects) if (effect.is(show)) next = effect.value;
    return next;
  },
  provide: (field) => showTooltip.from(field, (shown) => (shown === null ? null : { pos: shown.to, above: true, create: () => ({ dom: renderCall(shown) }) })),
});

function signatures(ask: Ask): Extension {
  const following = ViewPlugin.define((view) => new CallFollower(view, ask));
  const close = (view: EditorView): boolean => {
    if (view.state.field(SHOWN_CALL) === null) return false;
    view.dispatch({ effects: show.of(null) });
    return true;
  };
  return [SHOWN_CALL, following, Prec.highest(keymap.of([{ key: "Escape", run: close }]))];
}

class CallFollower {
  readonly #view: EditorView;
  readonly #ask: Ask;
  /** What was asked for last. */
  #asked = 0;

  constructor(view: EditorView, ask: Ask) {
    this.#view = view;
    this.#ask = ask;
  }

  update(update: ViewUpdate): void {
    if (!update.docChanged && !update.selectionSet && !update.focusChanged) return;
    const shown = update.state.field(SHOWN_CALL);
    const call = update.view.hasFocus ? findCall(update.state) : null;
    const isSame = call !== null && shown !== null && call.from === shown.from && call.to === shown.to;
    if (isSame && call.argument === shown.argument) return;
    const number = (this.#asked += 1);
    if (isSame) this.#show(number, { ...shown, ...call });
    else if (call === null || !update.docChanged) this.#show(number, null);
    else void this.#find(number, call);
  }

  async #find(number: number, call: Call): Promise<void> {
    const description = await this.#ask({ type: "Describe", code: codeBefore(this.#view.state, call.to) });
    this.#show(number, description === null || description.parameters.length === 0 ? null : { ...call, description });
  }

  /** An update may not start another one. */
  #show(number: number, shown: Shown | null): void {
    queueMicrotask(() => {
      if (number !== this.#asked || (shown === null && this.#view.state.field(SHOWN_CALL) === null)) return;
      this.#view.dispatch({ effects: show.of(shown) });
    });
  }
}

/** The innermost call around the cursor. */
export function findCall(state: EditorState): Call | null {
  const at = state.selection.main.head;
  for (let node: SyntaxNode | null = syntaxTree(state).resolveInner(at, -1); node !== null; node = node.parent) {
    if (node.name !== "ArgList" || at <= node.from) continue;
    const isClosed = node.lastChild?.name === ")";
    if (isClosed && at >= node.to) continue;
    const callee = node.prevSibling;
    if (callee === null) return null;
    let argument = 0;
    for (let child = node.firstChild; child !== null && child.to <= at; child = child.nextSibling) {
      if (child.name === ",") argument += 1;
    }
    return { from: callee.from, to: callee.to, argument };
  }
  return null;
}

function renderCall({ description, argument }: Shown): HTMLElement {
  const dom = document.createElement("div");
  dom.className = "tn-signature";
  const { parameters, signature } = description;
  dom.append(`${signature.slice(0, signature.indexOf("("))}(`);
  parameters.forEach((text, index) => {
    const isLast = index === parameters.length - 1;
    const part = document.createElement(index === argument || (isLast && argument >= index) ? "strong" : "span");
    part.textContent = text;
    dom.append(part, isLast ? "" : ", ");
  });
  dom.append(")");
  return dom;
}
