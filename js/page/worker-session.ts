/** A session with a kernel in a web worker. */

import type { ExecuteMessage, KernelCommand, KernelEvent, RunCompleted } from "../protocol/messages.ts";
import type { FromWorker } from "../protocol/rpc.ts";
import { type BootingWorker, listen, type WorkerLike } from "./boot-worker.ts";
import type { AnswerTo, Question, RunCommand, Session, SessionListener } from "./session.ts";

interface PendingRun {
  readonly resolve: (completed: RunCompleted) => void;
  readonly reject: (error: Error) => void;
}

/** Python's SIGINT, as Pyodide's interrupt buffer takes it. */
const SIGINT = 2;
/** What `WorkerScratchpad` listens to: SIGALRM and SIGUSR1. */
const SIGNALS = { late: 14, unwanted: 10 } as const;

/** Speaks with the kernel of a worker that boots; commands sent before it is ready wait. */
export class WorkerSession implements Session {
  readonly ready: Promise<void>;
  readonly #worker: WorkerLike;
  readonly #listener: SessionListener;
  readonly #interrupt: Int32Array | null;
  readonly #pending = new Map<string, PendingRun>();
  /** Who waits for an answer, by the number of the question. */
  readonly #asking = new Map<number, (text: string) => void>();
  #asked = 0;
  #waiting: string[] | null = [];
  #failure: string | null = null;
  #scratchpad: Promise<void> | null = null;
  #settleScratchpad: { resolve: () => void; reject: (error: Error) => void } | null = null;
  #settleReady: { resolve: () => void; reject: (error: Error) => void };

  constructor(booting: BootingWorker<WorkerLike>, listener: SessionListener) {
    const { worker, config } = booting;
    this.#worker = worker;
    this.#listener = listener;
    this.#interrupt = config.interrupt === null ? null : new Int32Array(config.interrupt);
    const { promise, resolve, reject } = withResolvers();
    this.#settleReady = { resolve, reject };
    this.ready = promise;
    this.ready.catch(() => undefined); // the failure is also reported to the listener
    listen(booting, {
      onmessage: (event) => {
        this.#receive(event.data);
      },
      onerror: (event) => {
        event.preventDefault();
        // A file that is not there gives an event without a message.
        const message = typeof event.message === "string" ? event.message : "";
        this.#worker.terminate();
        this.#fail(message === "" ? "its worker could not be loaded" : `its worker failed: ${message}`);
      },
      onmessageerror: () => {
        this.#worker.terminate();
        this.#fail("a message of its worker could not be read");
      },
    });
  }

  run(command: RunCommand): Promise<RunCompleted> {
    if (this.#failure !== null) return Promise.reject(new Error(this.#failure));
    // An interrupt that nothing heard, because everything had ended, is not for this run.
    if (this.#pending.size === 0) this.#interrupt?.fill(0);
    return new Promise((resolve, reject) => {
      this.#pending.set(command.run_id, { resolve, reject });
      this.#command(command);
    });
  }

  async ask<Asked extends Question>(question: Asked): Promise<AnswerTo<Asked>> {
    if (this.#waiting !== null || this.#failure !== null) return null;
    const number = (this.#asked += 1);
    const text = await new Promise<string>((resolve) => {
      this.#asking.set(number, resolve);
      this.#worker.postMessage({ kind: "ask", number, text: JSON.stringify(question) });
    });
    return JSON.parse(text) as AnswerTo<Asked>;
  }

  interrupt(): boolean {
    if (this.#waiting !== null || this.#failure !== null) return false;
    this.#raise(SIGINT);
    // Code that waits hears messages, and does not look into shared memory.
    this.#command({ type: "Interrupt", run_id: null });
    return true;
  }

  openScratchpad(): Promise<void> {
    if (this.#failure !== null) return Promise.reject(new Error(this.#failure));
    if (this.#scratchpad === null) {
      const { promise, ...settle } = withResolvers();
      promise.catch(() => {
        this.#scratchpad = null; // the next one to ask may have more luck
      });
      this.#scratchpad = promise;
      this.#settleScratchpad = settle;
      this.#worker.postMessage({ kind: "scratchpad" });
    }
    return this.#scratchpad;
  }

  stop(run: string): void {
    this.#command({ type: "Interrupt", run_id: run });
  }

  signal(number: number, why: "late" | "unwanted"): void {
    if (this.#interrupt !== null) Atomics.store(this.#interrupt, 1, number);
    this.#raise(SIGNALS[why]);
  }

  answer(question: string, text: string | null): void {
    this.#command({ type: "AnswerInput", question, text });
  }

  settle(): void {
    this.#worker.postMessage({ kind: "settled" });
  }

  close(reason = "it was ended"): void {
    this.#worker.terminate();
    this.#fail(reason);
  }

  #raise(signal: number): void {
    if (this.#interrupt === null) return;
    this.#interrupt[0] = signal;
    Atomics.notify(this.#interrupt, 0);
  }

  #command(command: KernelCommand): void {
    this.#send(JSON.stringify(command));
  }

  #send(text: string): void {
    if (this.#waiting === null) this.#worker.postMessage({ kind: "command", text });
    else this.#waiting.push(text);
  }

  #receive(message: FromWorker): void {
    if (this.#failure !== null) return; // what was on its way when the worker ended
    switch (message.kind) {
      case "phase":
        this.#listener.notice({ ...message, detail: message.detail ?? null });
        break;
      case "path":
      case "begun":
      case "edited":
        this.#listener.notice(message);
        break;
      case "scratchpad":
        if (message.problem === null) this.#settleScratchpad?.resolve();
        else this.#settleScratchpad?.reject(new Error(message.problem));
        break;
      case "piece": {
        const { run, event } = message;
        const data = JSON.parse(message.data) as unknown;
        this.#listener.notice({ kind: "piece", run, message: { event, data } as ExecuteMessage });
        break;
      }
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
      case "answer":
        this.#asking.get(message.number)?.(message.text);
        this.#asking.delete(message.number);
        break;
      case "stored":
        this.#listener.stored(message.entry);
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
    this.#settleScratchpad?.reject(error);
    for (const run of pending) run.reject(error);
    for (const resolve of this.#asking.values()) resolve("null");
    this.#asking.clear();
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
