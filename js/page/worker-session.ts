/** A session with a kernel in a web worker. */

import type { Answered, Ask, ExecuteMessage, Json, KernelCommand, KernelEvent, RunCompleted } from "../protocol/messages.ts";
import type { FromWorker, ToWorker } from "../protocol/rpc.ts";
import { reasonOf } from "../protocol/reason.ts";
import { type BootingWorker, listen, type WorkerLike } from "./boot-worker.ts";
import { newRunId } from "./run-id.ts";
import type { AnswerTo, Question, RunCommand, Session, SessionListener } from "./session.ts";

interface PendingRun {
  readonly resolve: (completed: RunCompleted) => void;
  readonly reject: (error: Error) => void;
}

interface PendingAnswer {
  readonly resolve: (answer: Json) => void;
  readonly reject: (error: Error) => void;
}

/** Python's SIGINT, as Pyodide's interrupt buffer takes it. */
const SIGINT = 2;
/** What `WorkerScratchpad` listens to: SIGALRM and SIGUSR1. */
const SIGNALS = { late: 14, unwanted: 10 } as const;

/** Speaks with the kernel of a worker that boots; commands sent before it is ready wait there. */
export class WorkerSession implements Session {
  readonly ready: Promise<void>;
  readonly #worker: WorkerLike;
  readonly #listener: SessionListener;
  readonly #interrupt: Int32Array | null;
  readonly #pending = new Map<string, PendingRun>();
  readonly #asked = new Map<string, PendingAnswer>();
  #isReady = false;
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

  async assist<Asked extends Question>(question: Asked): Promise<AnswerTo<Asked>> {
    if (!this.#isReady || this.#failure !== null) return null;
    try {
      return (await this.#ask(null, question as unknown as Ask["asked"])) as unknown as AnswerTo<Asked>;
    } catch (error) {
      console.warn(`no help with this cell: ${reasonOf(error)}`);
      return null;
    }
  }

  interrupt(): boolean {
    if (!this.#isReady || this.#failure !== null) return false;
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

  give(digest: string, data: Uint8Array<ArrayBuffer>): void {
    this.#send({ kind: "content", digest, data });
  }

  place(name: string, data: Uint8Array<ArrayBuffer> | null): void {
    this.#send({ kind: "place", name, data });
  }

  allow(modules: readonly string[]): void {
    this.#send({ kind: "allow", modules });
  }

  ask(element: string, asked: Readonly<Record<string, Json>>): Promise<Json> {
    return this.#ask(element, asked);
  }

  settle(): void {
    this.#worker.postMessage({ kind: "settled" });
  }

  close(reason = "it was ended"): void {
    this.#worker.terminate();
    this.#fail(reason);
  }

  #ask(element: string | null, asked: Ask["asked"]): Promise<Json> {
    if (this.#failure !== null) return Promise.reject(new Error(this.#failure));
    const run_id = newRunId();
    return new Promise((resolve, reject) => {
      this.#asked.set(run_id, { resolve, reject });
      this.#command({ type: "Ask", run_id, asked, element });
    });
  }

  #raise(signal: number): void {
    if (this.#interrupt === null) return;
    this.#interrupt[0] = signal;
    Atomics.notify(this.#interrupt, 0);
  }

  #command(command: KernelCommand): void {
    this.#send({ kind: "command", text: JSON.stringify(command) });
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message, "data" in message && message.data !== null ? [message.data.buffer] : []);
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
      case "installed":
      case "offered":
      case "written":
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
      case "booted":
        this.#isReady = true;
        this.#listener.notice({ kind: "ready", at: message.at, jspi: message.jspi });
        this.#settleReady.resolve();
        break;
      case "event":
        this.#deliver(JSON.parse(message.text) as KernelEvent);
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
    if (event.type === "Answered") this.#answer(event);
    if (event.type !== "RunCompleted") return;
    const pending = this.#pending.get(event.run_id);
    this.#pending.delete(event.run_id);
    pending?.resolve(event);
  }

  #answer({ run_id, answer, problem }: Answered): void {
    const asked = this.#asked.get(run_id);
    this.#asked.delete(run_id);
    if (problem === null) asked?.resolve(answer);
    else asked?.reject(new Error(problem));
  }

  #fail(reason: string): void {
    if (this.#failure !== null) return;
    this.#failure = reason;
    const error = new Error(reason);
    const pending = [...this.#pending.values(), ...this.#asked.values()];
    this.#pending.clear();
    this.#asked.clear();
    this.#settleReady.reject(error);
    this.#settleScratchpad?.reject(error);
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
