/** A session with a kernel in a web worker. */

import type { KernelEvent, RunCompleted } from "../protocol/messages.ts";
import type { BootConfig, FromWorker, ToWorker } from "../protocol/rpc.ts";
import type { RunCommand, Session, SessionListener } from "./session.ts";

/** The part of `Worker` that a session uses; tests bring their own. */
export interface WorkerLike {
  postMessage(message: ToWorker): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
}

interface PendingRun {
  readonly resolve: (completed: RunCompleted) => void;
  readonly reject: (error: Error) => void;
}

/** Python's SIGINT, as Pyodide's interrupt buffer takes it. */
const SIGINT = 2;

/** Boots a worker and speaks with its kernel; commands sent before it is ready wait. */
export class WorkerSession implements Session {
  readonly ready: Promise<void>;
  readonly #worker: WorkerLike;
  readonly #listener: SessionListener;
  readonly #interrupt: Uint8Array | null;
  readonly #pending = new Map<string, PendingRun>();
  #waiting: string[] | null = [];
  #failure: string | null = null;
  #settleReady: { resolve: () => void; reject: (error: Error) => void };

  constructor(worker: WorkerLike, config: BootConfig, listener: SessionListener) {
    this.#worker = worker;
    this.#listener = listener;
    this.#interrupt = config.interrupt === null ? null : new Uint8Array(config.interrupt);
    const { promise, resolve, reject } = withResolvers();
    this.#settleReady = { resolve, reject };
    this.ready = promise;
    this.ready.catch(() => undefined); // the failure is also reported to the listener
    worker.onmessage = (event) => {
      this.#receive(event.data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      // A file that is not there gives an event without a message.
      const message = typeof event.message === "string" ? event.message : "";
      this.#worker.terminate();
      this.#fail(message === "" ? "its worker could not be loaded" : `its worker failed: ${message}`);
    };
    worker.onmessageerror = () => {
      this.#fail("a message of its worker could not be read");
    };
    worker.postMessage({ kind: "boot", config });
  }

  run(command: RunCommand): Promise<RunCompleted> {
    if (this.#failure !== null) return Promise.reject(new Error(this.#failure));
    return new Promise((resolve, reject) => {
      this.#pending.set(command.run_id, { resolve, reject });
      this.#send(JSON.stringify(command));
    });
  }

  interrupt(): boolean {
    if (this.#interrupt === null || this.#failure !== null) return false;
    this.#interrupt[0] = SIGINT;
    return true;
  }

  close(): void {
    this.#worker.terminate();
    this.#fail("it was ended");
  }

  #send(text: string): void {
    if (this.#waiting === null) this.#worker.postMessage({ kind: "command", text });
    else this.#waiting.push(text);
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case "phase":
        this.#listener.notice({ ...message, detail: message.detail ?? null });
        break;
      case "booted": {
        const waiting = this.#waiting ?? [];
        this.#waiting = null;
        this.#listener.notice({ kind: "ready", at: message.at, jspi: message.jspi });
        this.#settleReady.resolve();
        for (const text of waiting) this.#send(text);
        break;
      }
      case "event":
        this.#deliver(JSON.parse(message.text) as KernelEvent);
        break;
      case "resources":
        break; // an answer to whoever keeps the page for later
      case "failed":
        this.#worker.terminate();
        this.#fail(message.reason);
        break;
    }
  }

  #deliver(event: KernelEvent): void {
    this.#listener.event(event);
    if (event.type !== "RunCompleted") return;
    const pending = this.#pending.get(event.run_id);
    this.#pending.delete(event.run_id);
    pending?.resolve(event);
  }

  #fail(reason: string): void {
    if (this.#failure !== null) return;
    this.#failure = reason;
    const error = new Error(reason);
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    this.#settleReady.reject(error);
    for (const run of pending) run.reject(error);
    this.#listener.notice({ kind: "failed", reason });
  }
}

function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
