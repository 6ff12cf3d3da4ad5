/** Widgets in the page's address: `?k=7` sets the widget called k, and what a reader changes is written there. */

import type { Json } from "../../protocol/messages.ts";
import type { TnChange } from "../widgets/element.ts";

/** What else an address says. */
const OTHERS: readonly string[] = ["boot"];
/** Widgets whose values are texts; an empty one is None, but for those where it is text. */
const TEXTS: readonly string[] = ["tn-text", "tn-text-area", "tn-dropdown", "tn-radio", "tn-date", "tn-datetime", "tn-time", "tn-tabs"];
const WRITTEN: readonly string[] = ["tn-text", "tn-text-area"];
/** Widgets whose values mean nothing to somebody else. */
const PASSING: readonly string[] = ["tn-button", "tn-run-button", "tn-refresh", "tn-form", "tn-file"];
/** Widgets whose values have parts by name: an address names those that are not as they were at first. */
const PARTED = "tn-anywidget";
/** Letters of such a value that an address has room for. */
const MOST_LETTERS = 1000;
/** Milliseconds of rest before a change is written: browsers take no more than a few in a second. */
const REST = 300;

/** A widget's value as text of an address. */
export function toText(tag: string, value: Json): string {
  if (!TEXTS.includes(tag)) return JSON.stringify(value);
  return typeof value === "string" ? value : "";
}

/** The value that a text stands for; what cannot be read stays text, which the kernel then refuses. */
export function fromText(tag: string, text: string): Json {
  if (TEXTS.includes(tag)) return text === "" && !WRITTEN.includes(tag) ? null : text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** The parts of a value that are not as at first, as text; empty if there are none, or for bytes and long ones. */
export function partsText(initial: string, present: string): string {
  const before = JSON.parse(initial) as Readonly<Record<string, Json>>;
  const moved = Object.entries(JSON.parse(present) as Readonly<Record<string, Json>>).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]),
  );
  const text = JSON.stringify(Object.fromEntries(moved));
  return moved.length === 0 || text.includes('"$bytes"') || text.length > MOST_LETTERS ? "" : text;
}

/** Whether a widget's value may stand in an address. */
function mayBeTold(element: HTMLElement): boolean {
  const isPassword = /"kind":"password"/.test(element.dataset["args"] ?? "");
  return !PASSING.includes(element.localName) && !isPassword;
}

/** The widgets of the page, by their names. */
function widgets(document: Document): ReadonlyMap<string, HTMLElement> {
  const found = [...document.querySelectorAll<HTMLElement>("[data-element][name]")].filter(mayBeTold);
  return new Map(found.reverse().map((element) => [element.getAttribute("name") ?? "", element]));
}

export class AddressValues {
  readonly #document: Document;
  readonly #initial = new Map<string, string>();
  readonly #changed = new Map<string, string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Takes what the widgets say now for their initial values. */
  constructor(document: Document) {
    this.#document = document;
    for (const [name, element] of widgets(document)) this.#initial.set(name, element.dataset["value"] ?? "null");
  }

  /**
   * Sets the widgets that an address names, one after another: a wrong value must not keep others from being set. Where
   * nobody takes them (`set` is null), the page hears of them as of a reader's changes.
   */
  async apply(address: URL, set: ((id: string, value: Json) => Promise<void>) | null): Promise<void> {
    const known = widgets(this.#document);
    for (const [name, text] of address.searchParams) {
      const element = known.get(name);
      if (element === undefined || OTHERS.includes(name)) continue;
      const previous = JSON.parse(element.dataset["value"] ?? "null") as Json;
      const value = fromText(element.localName, text);
      const id = element.dataset["element"] ?? name;
      if (set !== null) {
        // Those that have not come to life yet read it there.
        const copies = this.#document.querySelectorAll<HTMLElement>(`[data-element="${CSS.escape(id)}"]`);
        const parts = element.localName === PARTED && typeof value === "object";
        const whole = parts ? { ...(previous as object), ...(value as object) } : value;
        for (const copy of copies) copy.dataset["value"] = JSON.stringify(whole);
        await set(id, value).catch(() => undefined); // what went wrong is told by whoever knows it
        continue;
      }
      const detail: TnChange = { name, element: id, value, previous, quiet: false };
      element.dispatchEvent(new CustomEvent("tn-change", { bubbles: true, composed: true, detail }));
    }
  }

  /** Writes what readers change from now on into the address, where it is not as it was at first. */
  follow(page: Pick<Window, "location" | "history">): void {
    this.#document.body.addEventListener("tn-change", (event) => {
      const { name, value } = event.detail;
      const element = event.target;
      if (!(element instanceof HTMLElement) || !mayBeTold(element)) return;
      if (!this.#initial.has(name) || OTHERS.includes(name)) return;
      this.#changed.set(name, this.#textOf(element, name, value));
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.#write(page);
      }, REST);
    });
  }

  /** What an address says of a value after the name; nothing where it is as at first. */
  #textOf(element: HTMLElement, name: string, value: Json): string {
    const initial = this.#initial.get(name) ?? "";
    if (element.localName === PARTED) {
      const text = partsText(initial, element.dataset["value"] ?? initial);
      return text === "" ? "" : `=${text}`;
    }
    return initial === JSON.stringify(value) ? "" : `=${toText(element.localName, value)}`;
  }

  #write(page: Pick<Window, "location" | "history">): void {
    const address = new URL(page.location.href);
    for (const [name, text] of this.#changed) {
      if (text === "") address.searchParams.delete(name);
      else address.searchParams.set(name, text.slice(1));
    }
    if (address.href !== page.location.href) page.history.replaceState(page.history.state, "", address);
  }
}
