/** What readers do to widgets, on its way to the kernel. */

import type { ElementChanged, Json } from "../protocol/messages.ts";
import { messageOf } from "./problems.ts";
import { ValueQueue } from "./state/values.ts";
import { showNotice } from "./view/notices.ts";
import { elementsOf, type TnChange } from "./widgets/element.ts";

/** What the page does for changes. */
export interface ChangesPage {
  /** Whether a change may start Python. */
  readonly bootOnChange: boolean;
  /** Whether Python runs, or is about to. */
  isStarted(): boolean;
  boot(): Promise<void>;
  /** Has the kernel take values, once it is up; resolves when all that depends on them has run. */
  send(values: Readonly<Record<string, Json>>): Promise<void>;
  /** Why a change that comes to nothing because of a restart need not be told: what depends on it is stale, and named. */
  readonly restarted: string;
}

export class WidgetChanges {
  readonly #page: ChangesPage;
  readonly #values: ValueQueue;
  /** What readers opened before there was a kernel to hear of it. */
  readonly #early = new Map<string, Json>();

  constructor(page: ChangesPage) {
    this.#page = page;
    this.#values = new ValueQueue((values) => page.send(values));
    document.body.addEventListener("tn-change", (event) => {
      this.#take(event.detail);
    });
  }

  /** Sets a widget, by name or element id; resolves when all that depends on it has run. */
  set(name: string, value: Json): Promise<void> {
    this.#page.boot().catch(() => undefined); // the queue waits for the very same, and rejects
    return this.#values.set(name, value);
  }

  /** Shows a value that the kernel tells of, unless a reader is ahead of it. */
  hear(event: ElementChanged): void {
    if (this.#values.isWaiting(event.element) || this.#values.isWaiting(event.name)) return;
    show(event.element, event.value);
  }

  /** Tells a kernel that has come up what happened before it did. */
  catchUp(): void {
    for (const [id, value] of this.#early) this.set(id, value).catch(() => undefined);
    this.#early.clear();
  }

  /** A reader changed a widget. Nothing may look as if it had been worked out when it was not. */
  #take(change: TnChange): void {
    if (!this.#page.isStarted() && change.quiet) {
      show(change.element, change.value);
      this.#early.set(change.element, change.value);
      return;
    }
    if (!this.#page.isStarted() && !this.#page.bootOnChange) {
      show(change.element, change.previous);
      showNotice({ level: "info", text: "Python is not started on this page, so the widgets stay as they are." });
      return;
    }
    for (const element of elementsOf(change.element)) {
      if (element.value !== change.value) element.show(change.value);
    }
    this.set(change.element, change.value)
      .catch((error: unknown) => {
        if (messageOf(error) === this.#page.restarted) return;
        const text = `The change of ${change.name} was not worked out, the results are still the earlier ones: ${messageOf(error)}.`;
        showNotice({ level: "error", text });
      })
      .finally(() => {
        for (const element of elementsOf(change.element)) element.settle();
      });
  }
}

/** Shows a value wherever its widget is. */
function show(id: string, value: Json): void {
  for (const element of elementsOf(id)) element.show(value);
}
