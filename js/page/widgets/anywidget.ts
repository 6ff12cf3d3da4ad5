/** `tn.ui.anywidget`: what its author's code draws, around a model that Python and all views share. */

import type { Json } from "../../protocol/messages.ts";
import { reasonOf } from "../../protocol/reason.ts";
import { keepTexts, remoteText, Unloadable, useStyle, watchRefusals } from "./anywidget/code.ts";
import { type AnyView, joinWidget, type SharedWidget } from "./anywidget/shared.ts";
import type { Forms } from "./anywidget/traits.ts";
import type { Definitions } from "./define.ts";
import { type TnChange, TnElement } from "./element.ts";

let ids = 0;

export class TnAnywidget extends TnElement implements AnyView {
  readonly #frame = make("div", "tn-any");
  readonly #problem = make("div", "tn-any-problem");
  #shared: SharedWidget | null = null;
  #end: AbortController | null = null;
  #early: readonly (readonly [Json, readonly string[]])[] = [];
  /** Whether it left the page after it had come to life. */
  #isOver = false;

  override async connectedCallback(): Promise<void> {
    if (this.#isOver) {
      this.#isOver = false;
      await this.#draw();
      return;
    }
    await super.connectedCallback();
  }

  disconnectedCallback(): void {
    // It may only be moved.
    queueMicrotask(() => {
      if (this.isConnected || this.#end === null) return;
      this.#leave();
      this.#isOver = true;
    });
  }

  protected override get controls(): "none" {
    return "none";
  }

  protected override makeControl(): HTMLElement {
    return this.#frame;
  }

  protected override async bringToLife(): Promise<void> {
    keepTexts(this.args, this.dataset["code"]);
    delete this.dataset["code"];
    this.#frame.setAttribute("role", "group");
    this.#frame.setAttribute("aria-label", this.label);
    this.#problem.setAttribute("role", "alert");
    this.replaceChildren(this.#frame);
    await this.#draw();
  }

  protected override showValue(value: Json): void {
    this.#shared?.model.receive(value as Forms);
  }

  /** A value has some of the traits; the others stay as they are. */
  override show(value: Json): void {
    super.show({ ...(this.value as Forms), ...(value as Forms) });
    // While its code is being loaded, others may show it already.
    this.showValue(this.value);
  }

  override settle(): void {
    this.#shared?.model.settle();
  }

  override hear(content: Json, buffers: readonly string[]): void {
    if (this.#shared === null) this.#early = [...this.#early, [content, buffers]];
    else this.#shared.hear(content, buffers);
  }

  save(changed: Forms): void {
    const previous = this.value;
    this.show(changed);
    const detail: TnChange = { name: this.name, element: this.element, value: changed, previous, quiet: false };
    this.dispatchEvent(new CustomEvent(this.isDraft ? "tn-draft" : "tn-change", { bubbles: true, composed: true, detail }));
  }

  send(content: Json, buffers: readonly string[]): void {
    this.ask({ what: "message", content, buffers }).catch((error: unknown) => {
      this.#say(`A message of this widget did not reach Python: ${reasonOf(error)}`);
    });
  }

  fail(error: unknown): void {
    this.#say(`The code of this widget failed: ${reasonOf(error)}`);
  }

  async #draw(): Promise<void> {
    this.#leave();
    const end = new AbortController();
    this.#end = end;
    const place = this.#layOut();
    const { loads, css, esm } = this.args as Readonly<Record<string, string | undefined>>;
    if (loads !== undefined) {
      this.#say(remoteText(loads));
      return;
    }
    if (css !== undefined) end.signal.addEventListener("abort", useStyle(css));
    const shared = joinWidget(this.element, esm ?? "", this.value as Forms, this);
    this.#shared = shared;
    this.show(shared.model.forms);
    for (const [content, buffers] of this.#early) shared.hear(content, buffers);
    this.#early = [];
    const refused = watchRefusals(); // what the code imports while it draws
    try {
      await shared.render(place, end.signal);
    } catch (error) {
      if (end.signal.aborted) return;
      const why = error instanceof Unloadable ? error.message : await refused.text(error);
      if (why === null) this.fail(error);
      else this.#say(why);
    } finally {
      refused.end();
    }
  }

  #leave(): void {
    this.#end?.abort();
    this.#end = null;
    this.#shared?.leave(this);
    this.#shared = null;
  }

  /** The label, if one was given, the place that the code draws into, and help. */
  #layOut(): HTMLElement {
    const place = make("div", "tn-any-place");
    place.inert = this.disabled;
    if (this.disabled) this.#frame.setAttribute("aria-disabled", "true");
    const parts: HTMLElement[] = [place, this.#problem];
    this.#problem.textContent = "";
    if (typeof this.args["label"] === "string" && this.args["label"] !== "") {
      const label = make("div", "tn-group-label");
      label.textContent = this.args["label"];
      parts.unshift(label);
    }
    if (this.help !== "") {
      const help = make("div", "tn-group-help");
      help.id = `tn-any-help-${String(++ids)}`;
      help.textContent = this.help;
      this.#frame.setAttribute("aria-describedby", help.id);
      parts.push(help);
    }
    this.#frame.replaceChildren(...parts);
    return place;
  }

  #say(text: string): void {
    this.#problem.textContent = text;
  }
}

function make<K extends keyof HTMLElementTagNameMap>(tag: K, name: string): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}

export const WIDGETS: Definitions = { "tn-anywidget": TnAnywidget };
