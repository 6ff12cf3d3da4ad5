/** `tn.ui.file`: files are chosen or dropped; the value names each by its digest, the content goes to Python apart. */

import type { Json } from "../../protocol/messages.ts";
import { reasonOf } from "../../protocol/reason.ts";
import { sizeText } from "../view/sizes.ts";
import type { Definitions } from "./define.ts";
import { type TnContent, TnElement } from "./element.ts";

/** A file as the value has it. */
interface Chosen {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly digest: string;
}

let ids = 0;

/** Whether a file is of one of the kinds, `.csv` or `image/*`; any is where there are none. */
export function isAccepted(file: { readonly name: string; readonly type: string }, kinds: readonly string[]): boolean {
  if (kinds.length === 0) return true;
  return kinds.some((kind) => {
    if (kind.startsWith(".")) return file.name.toLowerCase().endsWith(kind.toLowerCase());
    return kind.endsWith("/*") ? file.type.startsWith(kind.slice(0, -1)) : file.type === kind;
  });
}

/** The SHA-256 of a content, in hexadecimal. */
async function digestOf(content: ArrayBuffer): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", content);
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class TnFile extends TnElement {
  readonly #list = make("ul", "tn-file-list");
  readonly #problem = make("p", "tn-file-problem");
  readonly #status = make("span", "tn-hidden");
  readonly #button = make("button", "tn-button");
  /** Choices are read one after another. */
  #reading: Promise<void> = Promise.resolve();

  protected override get controls(): "none" {
    return "none";
  }

  get #kinds(): readonly string[] {
    const { accept } = this.args;
    return Array.isArray(accept) ? accept.map(String) : [];
  }

  get #isMultiple(): boolean {
    return this.args["multiple"] === true;
  }

  get #most(): number {
    return Number(this.args["max_size"] ?? Infinity);
  }

  protected override makeControl(): HTMLElement {
    const group = make("div", "tn-file-group");
    const label = make("span", "tn-widget-label");
    const hint = make("span", "tn-file-hint");
    ids += 1;
    label.id = `tn-file-${String(ids)}`;
    hint.id = `tn-file-hint-${String(ids)}`;
    label.textContent = this.label;
    group.setAttribute("role", "group");
    group.setAttribute("aria-labelledby", label.id);
    const input = make("input", "");
    input.type = "file";
    input.hidden = true;
    input.multiple = this.#isMultiple;
    input.accept = this.#kinds.join(",");
    input.addEventListener("change", () => {
      this.#choose([...(input.files ?? [])]);
      input.value = ""; // the same file may be chosen again
    });
    this.#button.type = "button";
    this.#button.disabled = this.disabled;
    this.#button.textContent = this.#isMultiple ? "Choose files" : "Choose a file";
    this.#button.setAttribute("aria-describedby", hint.id);
    this.#button.addEventListener("click", () => {
      input.click();
    });
    hint.textContent = this.#hint();
    const drop = make("div", "tn-file-drop");
    drop.append(this.#button, hint, input);
    this.#listen(drop);
    this.#problem.setAttribute("role", "alert");
    this.#status.setAttribute("role", "status");
    const body = make("div", "tn-file-body");
    body.append(drop, this.#list, this.#problem, this.#status);
    if (this.help !== "") {
      const help = make("span", "tn-widget-help");
      help.textContent = this.help;
      help.id = `tn-file-help-${String(ids)}`;
      group.setAttribute("aria-describedby", help.id);
      body.append(help);
    }
    group.append(label, body);
    return group;
  }

  protected override showValue(value: Json): void {
    this.#list.replaceChildren(...filesOf(value).map((file) => this.#item(file)));
  }

  protected override describe(value: Json): string {
    return filesOf(value).map(({ name }) => name).join(", ");
  }

  #hint(): string {
    const where = this.#isMultiple ? "or drop them here" : "or drop it here";
    const kinds = this.#kinds.length === 0 ? "" : `${this.#kinds.join(", ")}, `;
    return `${where} · ${kinds}up to ${sizeText(this.#most)}`;
  }

  #listen(drop: HTMLElement): void {
    const mark = (isOver: boolean): void => {
      drop.classList.toggle("tn-file-over", isOver && !this.disabled);
    };
    drop.addEventListener("dragover", (event) => {
      event.preventDefault(); // or the browser would open it in the page's place
      mark(true);
    });
    drop.addEventListener("dragleave", () => {
      mark(false);
    });
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      mark(false);
      if (!this.disabled) this.#choose([...(event.dataTransfer?.files ?? [])]);
    });
  }

  #item(file: Chosen): HTMLElement {
    const item = make("li", "");
    const name = make("span", "tn-file-name");
    const size = make("span", "tn-file-size");
    const remove = make("button", "tn-file-remove");
    name.textContent = file.name;
    size.textContent = sizeText(file.size);
    remove.type = "button";
    remove.disabled = this.disabled;
    remove.textContent = "×";
    remove.setAttribute("aria-label", `Remove ${file.name}`);
    remove.addEventListener("click", () => {
      this.#take(filesOf(this.value).filter((other) => other.digest !== file.digest || other.name !== file.name));
      this.#status.textContent = `${file.name} removed`;
      this.#button.focus();
    });
    item.append(name, size, remove);
    return item;
  }

  #choose(files: readonly File[]): void {
    if (files.length === 0) return;
    this.#reading = this.#reading.then(() => this.#read(files)).catch((error: unknown) => {
      this.#complain(`The file could not be read: ${reasonOf(error)}`);
    });
  }

  async #read(files: readonly File[]): Promise<void> {
    const why = this.#refusal(files);
    this.#complain(why ?? "");
    if (why !== null) return;
    this.#drop(true);
    try {
      const chosen: Chosen[] = [];
      for (const file of files) {
        const digest = await digestOf(await file.arrayBuffer());
        const detail: TnContent = { digest, content: file };
        this.dispatchEvent(new CustomEvent("tn-content", { bubbles: true, composed: true, detail }));
        chosen.push({ digest, name: file.name, size: file.size, type: file.type });
      }
      const before = this.#isMultiple ? filesOf(this.value) : [];
      const added = chosen.filter((file) => !before.some(({ name, digest }) => name === file.name && digest === file.digest));
      this.#take([...before, ...added]);
      this.#status.textContent = `${chosen.map(({ name }) => name).join(", ")} chosen`;
    } finally {
      this.#drop(false);
    }
  }

  /** Why files are not taken, as a sentence; null if they are. */
  #refusal(files: readonly File[]): string | null {
    if (!this.#isMultiple && files.length > 1) return "One file at a time is taken here.";
    const odd = files.find((file) => !isAccepted(file, this.#kinds));
    if (odd !== undefined) return `${odd.name} is not taken here, only ${this.#kinds.join(", ")}.`;
    const big = files.find((file) => file.size > this.#most);
    if (big !== undefined) return `${big.name} has ${sizeText(big.size)}; at most ${sizeText(this.#most)} are taken here.`;
    if (!isSecureContext) return "Files can be chosen only on pages that come over https.";
    return null;
  }

  #take(files: readonly Chosen[]): void {
    this.changed(files.map(({ digest, name, size, type }) => ({ digest, name, size, type })));
    this.showValue(this.value);
  }

  #drop(isReading: boolean): void {
    this.#button.setAttribute("aria-disabled", String(isReading));
    this.querySelector(".tn-file-group")?.setAttribute("aria-busy", String(isReading));
  }

  #complain(text: string): void {
    this.#problem.textContent = text;
  }
}

function filesOf(value: Json): readonly Chosen[] {
  return Array.isArray(value) ? (value as readonly unknown[]).map((file) => file as Chosen) : [];
}

function make<K extends keyof HTMLElementTagNameMap>(tag: K, name: string): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}

export const WIDGETS: Definitions = { "tn-file": TnFile };
