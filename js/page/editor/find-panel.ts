/** The panel that finds and replaces. */

import { makeTextButton } from "../view/button.ts";
import { makeIconButton } from "./icon-button.ts";
import type { Draft } from "./draft.ts";
import { findMatches, type Match, patternOf, type Query, replaceAll, replaceMatch } from "./find.ts";

export interface FindEvents {
  readonly show: (match: Match) => void;
  readonly replace: (next: Draft) => void;
}

export class FindPanel {
  readonly #draft: () => Draft;
  readonly #events: FindEvents;
  readonly #panel: HTMLElement;
  readonly #text = makeField("Find");
  readonly #by = makeField("Replace with");
  readonly #case = makeToggle("Aa", "Match case");
  readonly #pattern = makeToggle(".*", "Regular expression");
  readonly #count: HTMLElement;
  #at = 0;
  #before: Element | null = null;

  constructor(draft: () => Draft, events: FindEvents) {
    this.#draft = draft;
    this.#events = events;
    this.#panel = document.createElement("div");
    this.#panel.className = "tn-find";
    this.#panel.setAttribute("role", "search");
    this.#panel.hidden = true;
    this.#count = document.createElement("output");
    const first = makeRow(this.#text, this.#case, this.#pattern, this.#count);
    first.append(
      makeIconButton("up", "Previous match", () => { this.#go(-1); }),
      makeIconButton("down", "Next match", () => { this.#go(1); }),
      makeIconButton("close", "Close", () => { this.close(); }),
    );
    const second = makeRow(this.#by);
    second.append(
      makeTextButton("Replace", () => { this.#replaceOne(); }),
      makeTextButton("Replace all", () => { this.#replaceAll(); }),
    );
    this.#panel.append(first, second);
    this.#text.addEventListener("input", () => {
      this.#at = 0;
      this.#look();
    });
    for (const toggle of [this.#case, this.#pattern]) {
      toggle.addEventListener("click", () => {
        toggle.setAttribute("aria-pressed", String(toggle.getAttribute("aria-pressed") !== "true"));
        this.#at = 0;
        this.#look();
      });
    }
    this.#panel.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.close();
      else if (event.key === "Enter" && event.target === this.#text) this.#go(event.shiftKey ? -1 : 1);
      else if (event.key === "Enter" && event.target === this.#by) this.#replaceOne();
      else return;
      event.preventDefault();
    });
    document.body.append(this.#panel);
  }

  /** Opens the panel with a text to find, or the one of before. */
  open(text: string): void {
    this.#before = document.activeElement;
    this.#panel.hidden = false;
    if (text !== "" && !text.includes("\n")) this.#text.value = text;
    this.#text.focus();
    this.#text.select();
    this.#at = 0;
    this.#look();
  }

  close(): void {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur(); // what is hidden may still hear keys
    this.#panel.hidden = true;
    if (this.#before instanceof HTMLElement) this.#before.focus();
  }

  get #query(): Query {
    const isOn = (toggle: Element): boolean => toggle.getAttribute("aria-pressed") === "true";
    return { text: this.#text.value, matchCase: isOn(this.#case), isPattern: isOn(this.#pattern) };
  }

  #look(): readonly Match[] {
    const matches = findMatches(this.#draft(), this.#query);
    this.#at = matches.length === 0 ? 0 : (this.#at + matches.length) % matches.length;
    const match = matches[this.#at];
    const isWrong = this.#text.value !== "" && patternOf(this.#query) === null;
    this.#text.setAttribute("aria-invalid", String(isWrong));
    if (isWrong) this.#count.textContent = "No pattern";
    else if (this.#text.value === "") this.#count.textContent = "";
    else this.#count.textContent = match === undefined ? "None" : `${this.#at + 1} of ${matches.length}`;
    if (match !== undefined) this.#events.show(match);
    return matches;
  }

  #go(by: number): void {
    this.#at += by;
    this.#look();
  }

  #replaceOne(): void {
    const match = this.#look()[this.#at];
    if (match === undefined) return;
    this.#events.replace(replaceMatch(this.#draft(), this.#query, match, this.#by.value));
    this.#look();
  }

  #replaceAll(): void {
    const matches = this.#look();
    if (matches.length === 0) return;
    this.#events.replace(replaceAll(this.#draft(), this.#query, this.#by.value));
    this.#look();
    this.#count.textContent = `${matches.length} replaced`;
  }
}

function makeField(label: string): HTMLInputElement {
  const field = document.createElement("input");
  field.type = "text";
  field.placeholder = label;
  field.setAttribute("aria-label", label);
  field.spellcheck = false;
  field.autocomplete = "off";
  return field;
}

function makeToggle(text: string, label: string): HTMLButtonElement {
  const toggle = makeTextButton(text, () => undefined);
  toggle.setAttribute("aria-pressed", "false");
  toggle.setAttribute("aria-label", label);
  toggle.title = label;
  return toggle;
}

function makeRow(...parts: readonly HTMLElement[]): HTMLElement {
  const row = document.createElement("div");
  row.append(...parts);
  return row;
}
