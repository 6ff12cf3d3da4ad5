/** The entry point of an exported page. */

import "./styles/page.css";
import { type BootingWorker, bootWorker, type WorkerLike } from "./boot-worker.ts";
import {
  bootPolicy,
  type BootPolicy,
  type PageConfig,
  type PlaygroundConfig,
  readConfig,
  sharesMemory,
  stopPatience,
} from "./config.ts";
import { NotebookPage } from "./notebook-page.ts";
import { dropOffline, OfflineCopy } from "./offline.ts";
import type { ExecuteMessage, Json } from "../protocol/messages.ts";
import { reasonOf } from "../protocol/reason.ts";
import type { KeptEntry } from "../protocol/rpc.ts";
import type { ExecuteOptions } from "./executions.ts";
import { AddressValues } from "./state/address.ts";
import type { PageStats } from "./stats.ts";
import { addActions, showCode } from "./view/actions.ts";
import { applyStyles, defineSheets } from "./view/author-styles.ts";
import { ContentsView } from "./view/contents.ts";
import { DiagnosticsView } from "./view/diagnostics.ts";
import { showNotice } from "./view/notices.ts";
import { bringChartsToLife } from "./view/output.ts";
import { addReadingPanel } from "./view/reading-panel.ts";
import { watchScrollers } from "./view/scrollers.ts";
import { StatusView } from "./view/status.ts";
import { defineWidgets } from "./widgets/define.ts";
import { WorkerSession } from "./worker-session.ts";

/** `window.tiffin`: what embedders and tests may rely on. */
export interface TiffinPage {
  /** Of the kernel as it is now: another one after a restart. */
  readonly ready: Promise<void>;
  boot(): Promise<void>;
  run(ids?: readonly string[]): Promise<boolean>;
  setValue(name: string, value: Json): Promise<void>;
  execute(code: string, options?: ExecuteOptions): AsyncIterableIterator<ExecuteMessage>;
  interrupt(runId?: string): boolean;
  restart(): Promise<void>;
  stats(): PageStats;
}

declare global {
  interface Window {
    tiffin?: TiffinPage;
  }
}

function start(config: PageConfig): void {
  defineSheets();
  applyStyles(document);
  const root = document.documentElement;
  root.dataset["isolated"] = String(sharesMemory(window));
  root.dataset["jspi"] = String("Suspending" in WebAssembly);
  const policy = bootPolicy(config, new URL(location.href));
  const status = new StatusView(document);
  const contents = new ContentsView();
  contents.start();
  watchScrollers(document.body);
  const offline = config.offline ? new OfflineCopy(config) : null;
  if (offline === null) void dropOffline(new URL(config.root, document.baseURI));
  const settings = { keys: config.keys, bootOnChange: policy !== "never", patience: stopPatience(window) };
  const edited = (): void => {
    contents.rebuild();
  };
  let early = window.tiffinWorker ?? null;
  window.tiffinWorker = null;
  const elsewhere: Elsewhere = { boot: null };
  const page = new NotebookPage(settings, status, (listener, kept, edited) => {
    const contained = elsewhere.boot?.(kept, edited);
    if (contained !== undefined) return new WorkerSession(contained, listener);
    const booting = early ?? bootWorker(config, import.meta.url, kept, edited);
    early = null;
    offline?.watch(booting.worker);
    return new WorkerSession(booting, listener);
  }, edited);
  window.tiffin = {
    get ready() {
      return page.ready;
    },
    boot: () => page.boot(),
    run: (ids) => {
      offline?.touch();
      return page.run(ids);
    },
    setValue: (name, value) => {
      offline?.touch();
      return page.setValue(name, value);
    },
    execute: (code, options) => {
      offline?.touch();
      return page.execute(code, options);
    },
    interrupt: (runId) => page.interrupt(runId),
    restart: () => page.restart(),
    stats: () => page.stats(),
  };
  addBar(page, status, config.version, policy === "never");
  if (offline !== null) {
    offline.start();
    status.onKernel((state) => {
      if (state === "ready") offline.keepAll();
    });
  }
  switch (policy) {
    case "eager":
      bootNow(page);
      break;
    case "intent":
      if (config.playground === null) bootOnIntent(page); // a playground knows when
      break;
    case "never":
      break;
  }
  const address = new AddressValues(document);
  // To link to a state is to mean it: this starts Python.
  void address.apply(new URL(location.href), policy === "never" ? null : (id, value) => page.setValue(id, value));
  address.follow(window);
  if (config.playground !== null) play(page, config, config.playground, policy, elsewhere);
  else if (config.mode === "edit") edit(page, config);
  defineWidgets(); // last: Python need not wait for them
  bringChartsToLife(document);
}

/** Where Python runs for a notebook that came from elsewhere; null for all others. */
export interface Elsewhere {
  boot: ((kept: readonly KeptEntry[], edited: string | null) => BootingWorker<WorkerLike>) | null;
}

/** Makes the page a playground. */
function play(page: NotebookPage, config: PageConfig, playground: PlaygroundConfig, policy: BootPolicy, elsewhere: Elsewhere): void {
  const opened = import("./playground/start.ts").then(async ({ startPlayground, bootSandbox }) => {
    const contain = (): void => {
      elsewhere.boot = (kept, edited) => bootSandbox(config, playground, kept, edited);
    };
    await startPlayground(page, policy, contain);
  });
  opened.catch(showProblem);
}

/** Has the notebook be edited; what does that is no part of pages that are only read. */
function edit(page: NotebookPage, config: PageConfig): void {
  const opened = import("./editor/start.ts").then(async ({ fetchDraft, startEditing }) =>
    startEditing(page, await fetchDraft(new URL(config.notebook, document.baseURI).href)),
  );
  opened.catch(showProblem);
}

/** Adds buttons and diagnostics to the bar, and keeps them in step with the kernel. */
function addBar(page: NotebookPage, status: StatusView, version: string, onRequest: boolean): void {
  const bar = document.querySelector<HTMLElement>(".tn-actions");
  if (bar === null) return;
  const data = document.documentElement.dataset;
  const reload = (): void => {
    location.reload();
  };
  const buttons = addActions(bar, page, { onRequest, reload });
  addReadingPanel(bar, (view) => {
    showCode(view === "notebook");
  });
  const diagnostics = new DiagnosticsView(bar, () => ({
    kernel: status.kernel,
    python: data["python"],
    jspi: data["jspi"],
    isolated: data["isolated"],
    version,
    stats: page.stats(),
    runs: page.log,
  }));
  status.onKernel((state) => {
    buttons(state);
    diagnostics.refresh();
  });
}

/** Boots; that it failed is in the status line. */
function bootNow(page: NotebookPage): void {
  page.boot().catch(() => undefined);
}

/** Boots at the first touch of a widget, before its value changes. */
function bootOnIntent(page: NotebookPage): void {
  const touched = (event: Event): void => {
    const target = event.target;
    if (target instanceof Element && target.closest("[data-element]") !== null) bootNow(page);
  };
  for (const kind of ["pointerover", "pointerdown", "focusin"]) {
    document.addEventListener(kind, touched, { passive: true });
  }
}

/** Says what went wrong with the page itself; what was exported stays where it is. */
function showProblem(error: unknown): void {
  const text = reasonOf(error);
  showNotice({ level: "error", text: `This page did not come to life as it should: ${text}` });
  console.error(error);
}

window.addEventListener("unhandledrejection", (event) => {
  showProblem(event.reason);
});

try {
  const config = readConfig(document);
  if (config !== null) start(config);
} catch (error) {
  showProblem(error);
}
