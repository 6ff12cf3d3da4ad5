/** The worker that runs Python: boots when told to, then takes commands and sends events. */

import type { Notice } from "../protocol/messages.ts";
import type { BootConfig, FromWorker, ToWorker } from "../protocol/rpc.ts";
import { reasonOf } from "../protocol/reason.ts";
import { fetchedAside, giveUpAside, send as sendAside } from "./aside.ts";
import { boot, keepRuntime } from "./boot.ts";
import { FOLDER } from "./files.ts";
import { Folder } from "./folder.ts";
import { KeptRuntime } from "./kept-runtime.ts";
import { startKernel } from "./kernel.ts";
import type { FullHost, Handle, KernelHost, Pyodide } from "./pyodide.ts";
import { addScratchpad } from "./scratchpad.ts";

/** More than any notebook loads: a browser remembers 250 by itself. */
const MOST_RESOURCES = 10_000;
performance.setResourceTimingBufferSize(MOST_RESOURCES);

const started = performance.now();
const kept = new KeptRuntime(navigator.storage);
let handle: Handle | null = null;
let take: FullHost["take"] | null = null;
/** What was told before Python was ready; null since then. */
let waiting: (() => void)[] | null = [];
let replaced: FullHost["replaced"] | null = null;
let allow: FullHost["allow"] | null = null;
/** The notebook's folder, where files may come to it. */
let folder: Folder | null = null;
/** Gives the kernel its scratchpad. */
let add: (() => Promise<KernelHost>) | null = null;
/** Fetches what is still to be fetched, once nobody waits for anything, and keeps what the next visit needs. */
let rest: { readonly fetch: () => Promise<void>; readonly keep: () => Promise<void> } | null = null;
/** That it is being fetched. */
let fetching: Promise<void> = Promise.resolve();

function send(message: FromWorker): void {
  self.postMessage(message);
}

function now(): number {
  return Math.round(performance.now() - started);
}

async function start(config: BootConfig, memory: MessagePort | null): Promise<void> {
  const booted = await boot(config, memory, kept, (phase) => {
    send({ kind: "phase", phase, at: now() });
  });
  if (booted.path === "snapshot") rest = { fetch: booted.fetchRest, keep: () => keepRuntime(config, kept) };
  send({ kind: "path", path: booted.path, reason: booted.reason, filesKept: kept.read.length });
  send({ kind: "phase", phase: "starting", at: now() });
  const jspi = await canRunSync(booted.pyodide);
  // A fatal error inside a task of Python's loop comes out nowhere else; a rejection that nobody handles may be a cell's.
  const inner = booted.pyodide._api;
  if (inner !== undefined) inner.on_fatal = fail;
  if (config.folder) folder = new Folder(booted.pyodide.FS, FOLDER);
  const host = startKernel(booted, config, jspi, {
    post: (text) => {
      send({ kind: "event", text });
    },
    installing: (names) => {
      send({ kind: "phase", phase: "installing", at: now(), detail: names.join(", ") });
    },
    installed: (names) => {
      send({ kind: "installed", names });
    },
    stored: (entry) => {
      self.postMessage({ kind: "stored", entry } satisfies FromWorker, [entry.data.buffer]);
    },
    offered: (offer) => {
      send({ kind: "offered", offer });
    },
    rested: tellWritten,
  });
  handle = host.handle;
  take = host.take;
  replaced = host.replaced;
  allow = host.allow;
  add = () => addScratchpad(booted.pyodide, host, config, send);
  send({ kind: "booted", at: now(), jspi });
  // The page may be busy with being laid out: nothing waits for it to hear that Python is ready.
  const held = waiting ?? [];
  waiting = null;
  for (const carryOut of held) carryOut();
}

/** Does what takes Python as soon as there is one. */
function onceReady(carryOut: () => void): void {
  if (waiting === null) carryOut();
  else waiting.push(carryOut);
}

/** Whether cells may wait in sync code. Only Python itself knows, and only where cells run: in a call that may wait. */
async function canRunSync(pyodide: Pyodide): Promise<boolean> {
  try {
    return await pyodide.pyimport("pyodide.ffi").can_run_sync.callPromising();
  } catch {
    return false; // where no call may
  }
}

/** Fetches the rest in the background; what cannot be had is fetched, or missed, when Python reads it. */
function finishFetching(): void {
  if (rest === null) return;
  const { fetch, keep } = rest;
  rest = null;
  fetching = fetch().catch(() => undefined);
  void fetching.then(keep);
}

/** The page asks once, and again where it could not be had. */
async function loadScratchpad(): Promise<void> {
  let problem: string | null = null;
  // Code may import what is on its way: reading that now would fetch it once more, and block until it is there. In
  // WebKit other tasks run meanwhile, and must not: Python is in the middle of a read.
  await fetching;
  try {
    if (add === null) throw new Error("code came before Python was ready");
    handle = (await add()).handle;
  } catch (error) {
    problem = reasonOf(error);
  }
  send({ kind: "scratchpad", problem });
}

function receive(digest: string, data: Uint8Array): void {
  try {
    take?.(digest, data);
  } catch (error) {
    fail(error);
  }
}

/** Puts a file where cells read it; that it cannot be there is no reason to end. */
function place(name: string, data: Uint8Array | null): void {
  if (folder === null) return;
  try {
    folder.place(name, data);
    replaced?.(name);
  } catch (error) {
    warn(reasonOf(error));
  }
}

/** Tells the page of the files that cells have written. */
function tellWritten(): void {
  if (folder === null) return;
  const { files, large } = folder.changes();
  const buffers = files.flatMap(({ data }) => (data === null ? [] : [data.buffer]));
  if (files.length > 0) self.postMessage({ kind: "written", files } satisfies FromWorker, buffers);
  for (const name of large) warn(`${name} is too large to be kept or downloaded: only cells can read it, until Python ends`);
}

/** Shows the reader a sentence. */
function warn(text: string): void {
  const notice: Notice = { type: "Notice", level: "warning", text, cell: null };
  send({ kind: "event", text: JSON.stringify(notice) });
}

function fail(error: unknown): void {
  send({ kind: "failed", reason: reasonOf(error) });
}

self.addEventListener("message", (event: MessageEvent<ToWorker>) => {
  const message = event.data;
  switch (message.kind) {
    case "boot":
      start(message.config, message.memory).catch(fail);
      break;
    case "settled":
      finishFetching();
      break;
    case "scratchpad":
      void loadScratchpad();
      break;
    case "command":
      onceReady(() => void handle?.(message.text).catch(fail));
      break;
    case "content":
      onceReady(() => {
        receive(message.digest, message.data);
      });
      break;
    case "place":
      onceReady(() => {
        place(message.name, message.data);
      });
      break;
    case "allow":
      onceReady(() => allow?.(message.modules));
      break;
    case "fetch":
      void sendAside(message.to, message.url, message.what, kept).finally(() => {
        self.close();
      });
      break;
    case "unfetched":
      giveUpAside();
      break;
    case "resources": {
      const own = performance.getEntriesByType("resource").map((entry) => entry.name);
      send({ kind: "resources", urls: [...own, ...fetchedAside, ...kept.read] });
      break;
    }
  }
});
