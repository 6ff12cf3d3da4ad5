/** The widgets' front-end values, and which of them the kernel has yet to hear of. */

import type { Json } from "../../protocol/messages.ts";

/** Collects changes so that a run at a time is under way, and always with the newest values. */
export class ValueQueue {
  readonly #send: (values: Readonly<Record<string, Json>>) => Promise<void>;
  #waiting = new Map<string, Json>();
  #sending = false;
  #resolvers: (() => void)[] = [];

  constructor(send: (values: Readonly<Record<string, Json>>) => Promise<void>) {
    this.#send = send;
  }

  /** Takes a change; resolves when a run with it, or with a newer value, is over. */
  set(name: string, value: Json): Promise<void> {
    this.#waiting.set(name, value);
    const done = new Promise<void>((resolve) => this.#resolvers.push(resolve));
    if (!this.#sending) void this.#drain();
    return done;
  }

  async #drain(): Promise<void> {
    this.#sending = true;
    while (this.#waiting.size > 0) {
      const values = Object.fromEntries(this.#waiting);
      const resolvers = this.#resolvers;
      this.#waiting = new Map();
      this.#resolvers = [];
      try {
        await this.#send(values);
      } finally {
        for (const resolve of resolvers) resolve();
      }
    }
    this.#sending = false;
  }
}
