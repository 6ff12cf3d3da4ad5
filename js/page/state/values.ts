/** The widgets' front-end values that the kernel has yet to hear of. */

import type { Json } from "../../protocol/messages.ts";

export type SendValues = (values: Readonly<Record<string, Json>>) => Promise<void>;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Collects changes so that one run at a time is under way, and the next has the newest values of all widgets. */
export class ValueQueue {
  readonly #send: SendValues;
  #waiting = new Map<string, Json>();
  #waiters: Waiter[] = [];
  #sending = false;

  constructor(send: SendValues) {
    this.#send = send;
  }

  /** Takes a change; resolves when a run with it, or with a newer value, is over, rejects when that run cannot be. */
  set(name: string, value: Json): Promise<void> {
    this.#waiting.set(name, value);
    const done = new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }));
    if (!this.#sending) void this.#drain();
    return done;
  }

  /** Whether a value of this widget waits: then what the kernel says of it is out of date already. */
  isWaiting(name: string): boolean {
    return this.#waiting.has(name);
  }

  async #drain(): Promise<void> {
    this.#sending = true;
    while (this.#waiting.size > 0) {
      const values = Object.fromEntries(this.#waiting);
      const waiters = this.#waiters;
      this.#waiting = new Map();
      this.#waiters = [];
      try {
        await this.#send(values);
        for (const waiter of waiters) waiter.resolve();
      } catch (error) {
        for (const waiter of waiters) waiter.reject(error);
      }
    }
    this.#sending = false;
  }
}
