/** Starting the worker: what it says before anybody listens is kept. */

import { findSnapshot } from "../protocol/families.ts";
import type { BootConfig, FromWorker, KeptEntry, ToWorker } from "../protocol/rpc.ts";
import { bootConfig, isCompressing, type PageConfig, sharesMemory } from "./config.ts";

/** The part of `Worker` that a session uses; tests bring their own. */
export interface WorkerLike {
  postMessage(message: ToWorker, transfer?: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<FromWorker>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
}

/** How a session hears a worker. */
export type WorkerListener = Required<Pick<WorkerLike, "onmessage" | "onerror" | "onmessageerror">>;

/** A worker that boots with `config`. */
export interface BootingWorker<W extends WorkerLike = Worker> {
  readonly worker: W;
  readonly config: BootConfig;
  /** What it has said, one call of a listener each. */
  readonly said: ((listener: WorkerListener) => void)[];
}

declare global {
  interface Window {
    /** The worker that was started before the page's own script ran; null once the page has seen to it. */
    tiffinWorker?: BootingWorker | null;
  }
}

/** When a worker that has been started is told to boot: calls `tell`, once. */
export type When = (tell: () => void) => void;

const atOnce: When = (tell) => {
  tell();
};

/** Has a worker boot; `startFetcher` starts another one, which fetches Python's memory meanwhile. */
export function boot<W extends WorkerLike>(
  worker: W,
  config: BootConfig,
  startFetcher: (() => WorkerLike) | null = null,
  when = atOnce,
): BootingWorker<W> {
  const said: BootingWorker["said"] = [];
  worker.onmessage = (event) => said.push((listener) => listener.onmessage?.(event));
  worker.onerror = (event) => {
    event.preventDefault();
    said.push((listener) => listener.onerror?.(event));
  };
  worker.onmessageerror = (event) => said.push((listener) => listener.onmessageerror?.(event));
  const snapshot = findSnapshot(config.runtime.snapshots, navigator.userAgent);
  // Where there are no libraries to link meanwhile, starting a second worker takes as long as it saves.
  const apart = snapshot !== null && snapshot.libraries.url !== null && startFetcher !== null;
  when(() => {
    const memory = apart ? fetchFor(worker, startFetcher(), snapshot.url) : null;
    worker.postMessage({ kind: "boot", config, memory }, memory === null ? [] : [memory]);
  });
  return { worker, config, said };
}

/** Has `fetcher` fetch a snapshot for `worker`; returns where that receives it. */
function fetchFor(worker: WorkerLike, fetcher: WorkerLike, url: string): MessagePort {
  const { port1, port2 } = new MessageChannel();
  fetcher.onerror = (event) => {
    event.preventDefault();
    worker.postMessage({ kind: "unfetched" });
  };
  fetcher.postMessage({ kind: "fetch", url, what: "the snapshot of Python", to: port1 }, [port1]);
  return port2;
}

/** Gives a worker a listener, which hears first what was said before. */
export function listen({ worker, said }: BootingWorker<WorkerLike>, listener: WorkerListener): void {
  for (const repeat of said.splice(0)) repeat(listener);
  worker.onmessage = listener.onmessage;
  worker.onerror = listener.onerror;
  worker.onmessageerror = listener.onmessageerror;
}

/** Starts a page's worker; `script` is the address of one of the page's own, `kept` and `edited` are as in `bootConfig`. */
export function bootWorker(
  config: PageConfig,
  script: string,
  kept: readonly KeptEntry[] = [],
  edited: string | null = null,
  when = atOnce,
): BootingWorker {
  const address = new URL(config.worker, document.baseURI);
  const start = (name: string): Worker => new Worker(address, { type: "module", name });
  const around = { shared: sharesMemory(window), compressing: isCompressing(performance, script) };
  const told = bootConfig(config, document.baseURI, around, kept, edited);
  return boot(start("tiffin"), told, () => start("tiffin: fetching"), when);
}
