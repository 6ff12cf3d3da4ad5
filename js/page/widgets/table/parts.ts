/** What a table is made of that knows nothing of rows. */

import type { Cell } from "./rows.ts";

export interface Column {
  readonly title: string;
  readonly number: boolean;
}

/** Letters that a column has room for. */
const NARROWEST = 5;
export const WIDEST = 36;

/** Widths of columns for what the first rows have; the rest of the room goes to all. */
export function widthsFor(columns: readonly Column[], rows: readonly (readonly Cell[])[]): readonly string[] {
  return columns.map(({ title }, column) => {
    const longest = Math.max(title.length + 2, ...rows.slice(0, 100).map((cells) => cells[column]?.length ?? 1));
    return `(${String(Math.min(Math.max(longest, NARROWEST), WIDEST))}ch + 1.5rem)`;
  });
}

/** A number with its thousands apart. */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

export function button(text: string, title: string): HTMLButtonElement {
  const made = make("button", "tn-tb-button");
  made.type = "button";
  made.textContent = text;
  made.title = title;
  made.setAttribute("aria-label", title);
  return made;
}

export function make<K extends keyof HTMLElementTagNameMap>(tag: K, name: string): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}

/** Has the reader keep a text as a CSV file. */
export function download(text: string, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  link.download = `${name}.csv`;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 10_000);
}
