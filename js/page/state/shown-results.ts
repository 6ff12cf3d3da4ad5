/** What the page shows, as the next kernel has to know it: keys of results, and the values of widgets. */

import type { Json, KernelEvent } from "../../protocol/messages.ts";
import { TnElement } from "../widgets/element.ts";

export class ShownResults {
  readonly #keys: Map<string, string>;
  readonly #running = new Set<string>();
  readonly #values = new Map<string, Json>();

  constructor(keys: Readonly<Record<string, string>>) {
    this.#keys = new Map(Object.entries(keys));
  }

  /** Forgets what it knew, and takes what another page has shown. */
  adopt(keys: Readonly<Record<string, string>>, values: Readonly<Record<string, Json>>): void {
    this.#keys.clear();
    this.#running.clear();
    this.#values.clear();
    for (const [cell, key] of Object.entries(keys)) this.#keys.set(cell, key);
    for (const [element, value] of Object.entries(values)) this.#values.set(element, value);
  }

  /** The values that a first kernel is to give widgets; null where nothing is known of any. */
  get wanted(): Readonly<Record<string, Json>> | null {
    return this.#values.size === 0 ? null : Object.fromEntries(this.#values);
  }

  /** Learns from an event what the page shows from now on. */
  hear(event: KernelEvent): void {
    if (event.type === "CellStarted") this.#running.add(event.cell);
    if (event.type === "ElementChanged") this.#values.set(event.element, event.value);
    if (event.type !== "CellEnded") return;
    this.#running.delete(event.cell);
    this.#keys.delete(event.cell);
    if (event.status === "idle" && event.key !== null) this.#keys.set(event.cell, event.key);
  }

  /** Cell -> key of its result; cells whose bodies have begun to write show no result. */
  keys(): Readonly<Record<string, string>> {
    for (const cell of this.#running) this.#keys.delete(cell);
    this.#running.clear();
    return Object.fromEntries(this.#keys);
  }

  /** Element -> front-end value, of widgets on the page as they stand there, of others as they were set last. */
  values(document: Document): Readonly<Record<string, Json>> {
    const values = Object.fromEntries(this.#values);
    for (const element of document.querySelectorAll("[data-element]")) {
      const id = element.getAttribute("data-element");
      if (id !== null && element instanceof TnElement && !element.isDraft) values[id] = element.value;
    }
    return values;
  }
}
