/**
 * The model of an anywidget, which all its views share: traits, events and messages, as the anywidget front-end module
 * specification (AFM) has them.
 */

import type { Json } from "../../../protocol/messages.ts";
import { bytesOf, type Forms, fromBase64, fromForm, toBase64, toForm } from "./traits.ts";

export type Handler = (...args: readonly unknown[]) => void;

/** What the author's code gets of a model. */
export interface AnyModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  on(events: string, handler: Handler): void;
  off(events?: string | null, handler?: Handler | null): void;
  send(content: unknown, callbacks?: unknown, buffers?: readonly unknown[]): void;
  readonly widget_manager: { get_model(id: string): Promise<never> };
}

/** Where a model's changes and messages go. */
export interface Wire {
  /** The forms of the traits that the page has changed since the page last settled. */
  save(changed: Forms): void;
  send(content: Json, buffers: readonly string[]): void;
  /** A handler of the author's threw. */
  fail(error: unknown): void;
}

interface Listener {
  readonly event: string;
  readonly handler: Handler;
  readonly scope: object;
}

/** No page knows other widgets by a reference. */
export const NO_OTHERS = "a page of tiffin finds no other widgets by a reference: show each by tn.ui.anywidget";

export class WidgetModel {
  readonly #wire: Wire;
  readonly #values = new Map<string, unknown>();
  /** What Python has, or is about to have, as text. */
  readonly #saved = new Map<string, string>();
  readonly #set = new Set<string>();
  /** What was saved and is under way. */
  #unsettled = new Set<string>();
  #underWay = 0;
  #isSettling = false;
  #listeners: readonly Listener[] = [];

  constructor(forms: Forms, wire: Wire) {
    this.#wire = wire;
    for (const [name, form] of Object.entries(forms)) {
      this.#values.set(name, fromForm(form));
      this.#saved.set(name, JSON.stringify(form));
    }
  }

  /** The forms of all traits, as they were received or saved last. */
  get forms(): Forms {
    return Object.fromEntries([...this.#saved].map(([name, text]) => [name, JSON.parse(text) as Json]));
  }

  /** The model for one part of the author's code: its listeners end with `signal`. */
  scoped(signal: AbortSignal): AnyModel {
    const scope = {};
    signal.addEventListener("abort", () => {
      this.#off(scope, null, null);
    });
    return {
      get: (name) => this.#values.get(name),
      set: (name, value) => {
        this.#setTrait(name, value);
      },
      save_changes: () => {
        this.#save();
      },
      on: (events, handler) => {
        if (signal.aborted) return;
        const added = events.split(/\s+/).map((event) => ({ event, handler, scope }));
        this.#listeners = [...this.#listeners, ...added];
      },
      off: (events = null, handler = null) => {
        this.#off(scope, events, handler);
      },
      send: (content, _callbacks, buffers = []) => {
        const binary = buffers.map((buffer) => toBase64(bytesOf(buffer) ?? new Uint8Array()));
        this.#wire.send(toForm(content), binary);
      },
      widget_manager: { get_model: () => Promise.reject(new Error(NO_OTHERS)) },
    };
  }

  /** Takes what Python says that traits are. */
  receive(forms: Forms): void {
    const changed: string[] = [];
    for (const [name, form] of Object.entries(forms)) {
      const text = JSON.stringify(form);
      if (this.#saved.get(name) === text) continue;
      this.#saved.set(name, text);
      this.#set.delete(name);
      if (this.#values.has(name) && JSON.stringify(toForm(this.#values.get(name))) === text) continue;
      this.#values.set(name, fromForm(form));
      changed.push(name);
    }
    this.#tell(changed);
  }

  /** Takes a message of the object in Python. */
  hear(content: Json, buffers: readonly string[]): void {
    this.#emit("msg:custom", content, buffers.map(fromBase64));
  }

  /** One change that was saved is done with; every view says so. */
  settle(): void {
    if (this.#isSettling) return;
    this.#isSettling = true;
    queueMicrotask(() => {
      this.#isSettling = false;
    });
    this.#underWay = Math.max(0, this.#underWay - 1);
    if (this.#underWay === 0) this.#unsettled.clear();
  }

  #setTrait(name: string, value: unknown): void {
    const text = JSON.stringify(toForm(value));
    const before = this.#values.has(name) ? JSON.stringify(toForm(this.#values.get(name))) : null;
    // A value that was changed in place is the same object, and yet another one than Python has.
    if (text === before && text === this.#saved.get(name)) return;
    this.#values.set(name, value);
    if (this.#saved.has(name)) this.#set.add(name);
    this.#tell([name]);
  }

  #save(): void {
    const changed: string[] = [];
    for (const name of this.#set) {
      const text = JSON.stringify(toForm(this.#values.get(name)));
      if (text === this.#saved.get(name)) continue;
      this.#saved.set(name, text);
      changed.push(name);
    }
    this.#set.clear();
    if (changed.length === 0) return;
    for (const name of changed) this.#unsettled.add(name);
    this.#underWay += 1;
    // What waits to be sent gives way to this: it has to hold that, too.
    this.#wire.save(Object.fromEntries(Object.entries(this.forms).filter(([name]) => this.#unsettled.has(name))));
  }

  #tell(changed: readonly string[]): void {
    for (const name of changed) this.#emit(`change:${name}`, this, this.#values.get(name));
    if (changed.length > 0) this.#emit("change", this);
  }

  #emit(event: string, ...args: readonly unknown[]): void {
    for (const listener of this.#listeners) {
      if (listener.event !== event && listener.event !== "all") continue;
      try {
        listener.handler(...(listener.event === "all" ? [event, ...args] : args));
      } catch (error) {
        this.#wire.fail(error);
      }
    }
  }

  #off(scope: object, events: string | null, handler: Handler | null): void {
    const named = events === null ? null : events.split(/\s+/);
    this.#listeners = this.#listeners.filter(
      (listener) =>
        listener.scope !== scope ||
        (named !== null && !named.includes(listener.event)) ||
        (handler !== null && listener.handler !== handler),
    );
  }
}
