/** What all views of one anywidget have in common: its model, and what its code has set up for all of them. */

import type { Json } from "../../../protocol/messages.ts";
import { type Definition, loadDefinition } from "./code.ts";
import { type AnyModel, NO_OTHERS, WidgetModel } from "./model.ts";
import type { Forms } from "./traits.ts";

/** An element that shows the widget. */
export interface AnyView {
  readonly isConnected: boolean;
  save(changed: Forms): void;
  send(content: Json, buffers: readonly string[]): void;
  fail(error: unknown): void;
}

/** Milliseconds that a command of the object in Python may take. */
const PATIENCE = 3000;

const all = new Map<string, SharedWidget>();
let commands = 0;

/** Joins those that show a widget, by its id and code; `forms` are for the first of them. */
export function joinWidget(id: string, esm: string, forms: Forms, view: AnyView): SharedWidget {
  const name = `${id} ${esm}`;
  const shared = all.get(name) ?? new SharedWidget(esm, forms, () => all.delete(name));
  all.set(name, shared);
  shared.views.add(view);
  return shared;
}

export class SharedWidget {
  readonly model: WidgetModel;
  readonly views = new Set<AnyView>();
  readonly #gone: () => void;
  readonly #end = new AbortController();
  readonly #ready: Promise<Definition>;
  #isReady = false;
  #early: (() => void)[] = [];

  constructor(esm: string, forms: Forms, gone: () => void) {
    this.#gone = gone;
    this.model = new WidgetModel(forms, {
      save: (changed) => {
        this.#view?.save(changed);
      },
      send: (content, buffers) => {
        this.#view?.send(content, buffers);
      },
      fail: (error) => {
        this.#view?.fail(error);
      },
    });
    this.#ready = this.#initialize(esm);
    this.#ready.catch(() => undefined); // each view tells of it
  }

  /** Draws a view into `el`; it ends with `signal`. Rejects with what the author's code throws. */
  async render(el: HTMLElement, signal: AbortSignal): Promise<void> {
    const definition = await this.#ready;
    if (!signal.aborted) await run(definition.render?.bind(definition), this.#props(signal, { el }), signal);
  }

  /** A message of the object in Python; before the code is there, it waits. */
  hear(content: Json, buffers: readonly string[]): void {
    const tell = (): void => {
      this.model.hear(content, buffers);
    };
    if (this.#isReady) tell();
    else this.#early.push(tell);
  }

  leave(view: AnyView): void {
    this.views.delete(view);
    if (this.views.size > 0) return;
    this.#gone();
    this.#end.abort();
  }

  get #view(): AnyView | undefined {
    return [...this.views].find((view) => view.isConnected);
  }

  async #initialize(esm: string): Promise<Definition> {
    const definition = await loadDefinition(esm);
    await run(definition.initialize?.bind(definition), this.#props(this.#end.signal, {}), this.#end.signal);
    this.#isReady = true;
    for (const tell of this.#early.splice(0)) tell();
    return definition;
  }

  #props(signal: AbortSignal, more: object): object {
    const model = this.model.scoped(signal);
    const refuse = (): Promise<never> => Promise.reject(new Error(NO_OTHERS));
    return {
      ...more,
      model,
      signal,
      experimental: { invoke: (name: string, message: unknown, options?: InvokeOptions) => invoke(model, name, message, options) },
      host: { getModel: refuse, getWidget: refuse },
    };
  }
}

/** Calls a part of the author's code; what it returns, or what is over by then, is cleaned up at the end. */
async function run(part: ((props: object) => unknown) | undefined, props: object, signal: AbortSignal): Promise<void> {
  const returned = await part?.(props);
  if (typeof returned !== "function") return;
  const cleanUp = returned as () => unknown;
  if (signal.aborted) cleanUp();
  else signal.addEventListener("abort", () => cleanUp(), { once: true });
}

interface InvokeOptions {
  readonly buffers?: readonly unknown[];
  readonly signal?: AbortSignal;
}

/** Calls a command of the object in Python (`anywidget.experimental.command`). */
function invoke(model: AnyModel, name: string, msg: unknown, options: InvokeOptions = {}): Promise<readonly unknown[]> {
  const id = `command-${String(++commands)}`;
  const signal = options.signal ?? AbortSignal.timeout(PATIENCE);
  return new Promise((resolve, reject) => {
    const end = (): void => {
      model.off("msg:custom", hear);
    };
    const hear = (content: unknown, buffers: unknown): void => {
      const answer = content as { readonly id?: unknown; readonly response?: unknown } | null;
      if (answer?.id !== id) return;
      end();
      resolve([answer.response, buffers]);
    };
    signal.addEventListener("abort", () => {
      end();
      reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    });
    model.on("msg:custom", hear);
    model.send({ id, kind: "anywidget-command", name, msg }, undefined, options.buffers ?? []);
  });
}
