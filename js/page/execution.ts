/** The answer to code that a script sent: read message by message, while the code runs. */

import type { ExecuteMessage } from "../protocol/messages.ts";

/** How long text may wait for the rest of its line, in milliseconds: `print` writes its end apart. */
const REST_OF_LINE = 50;

export class Execution implements AsyncIterableIterator<ExecuteMessage> {
  readonly #abandon: () => void;
  #queue: ExecuteMessage[] = [];
  /** Whether nothing more will come, or nobody wants it. */
  #isOver = false;
  #wake: (() => void) | null = null;
  /** Readers take turns. */
  #turn: Promise<unknown> = Promise.resolve();

  /** `abandon` is called when nobody wants the rest of the answer. */
  constructor(abandon: () => void) {
    this.#abandon = abandon;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Returns the next message; neighbouring texts of one stream come as one. */
  next(): Promise<IteratorResult<ExecuteMessage, undefined>> {
    const taken = this.#turn.then(() => this.#take());
    this.#turn = taken;
    return taken;
  }

  /** Stops the run; what ends a loop over the messages early calls it. */
  return(): Promise<IteratorResult<ExecuteMessage, undefined>> {
    if (!this.#isOver) {
      this.#abandon();
      this.#end();
    }
    this.#queue = [];
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Adds a message; `done` is the last one. */
  tell(message: ExecuteMessage): void {
    if (this.#isOver) return;
    const last = this.#queue.at(-1);
    if (last !== undefined && isText(last) && isText(message) && last.event === message.event) {
      this.#queue[this.#queue.length - 1] = { event: last.event, data: { data: last.data.data + message.data.data } };
    } else {
      this.#queue.push(message);
    }
    if (message.event === "done") this.#end();
    else this.#wake?.();
  }

  #end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  async #take(): Promise<IteratorResult<ExecuteMessage, undefined>> {
    while (this.#queue.length === 0 && !this.#isOver) await this.#change(null);
    const until = performance.now() + REST_OF_LINE;
    for (let left = REST_OF_LINE; left > 0 && this.#breaksOff(); left = until - performance.now()) {
      await this.#change(left);
    }
    const value = this.#queue.shift();
    return value === undefined ? { done: true, value } : { done: false, value };
  }

  /** Whether all there is ends in the midst of a line, which may go on. */
  #breaksOff(): boolean {
    const [only, ...others] = this.#queue;
    return !this.#isOver && others.length === 0 && only !== undefined && isText(only) && !only.data.data.endsWith("\n");
  }

  /** Resolves when something has come, or after so many milliseconds. */
  async #change(most: number | null): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (most !== null) timer = setTimeout(resolve, most);
    });
    clearTimeout(timer);
    this.#wake = null;
  }
}

function isText(message: ExecuteMessage): message is Extract<ExecuteMessage, { event: "stdout" | "stderr" }> {
  return message.event === "stdout" || message.event === "stderr";
}
