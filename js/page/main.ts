/** The entry point of an exported page. */

import "./styles/page.css";
import { bootConfig, bootPolicy, type PageConfig, readConfig } from "./config.ts";
import { NotebookPage, type PageStats } from "./notebook-page.ts";
import type { Json } from "../protocol/messages.ts";
import { addActions } from "./view/actions.ts";
import { defineWidgets } from "./widgets/define.ts";
import { WorkerSession, type WorkerLike } from "./worker-session.ts";

/** `window.tiffin`: what embedders and tests may rely on. */
export interface TiffinPage {
  readonly ready: Promise<void>;
  boot(): Promise<void>;
  run(ids?: readonly string[]): Promise<boolean>;
  setValue(name: string, value: Json): Promise<void>;
  interrupt(): boolean;
  stats(): PageStats;
}

declare global {
  interface Window {
    tiffin?: TiffinPage;
  }
}

function start(config: PageConfig): void {
  const root = document.documentElement;
  root.dataset["isolated"] = String(window.crossOriginIsolated);
  root.dataset["jspi"] = String("Suspending" in WebAssembly);
  const page = new NotebookPage(config.keys, (listener) => {
    const address = new URL(config.worker, document.baseURI);
    const worker = new Worker(address, { type: "module", name: "tiffin" }) as unknown as WorkerLike;
    return new WorkerSession(worker, bootConfig(config, document.baseURI, window.crossOriginIsolated), listener);
  });
  window.tiffin = {
    ready: page.ready,
    boot: () => page.boot(),
    run: (ids) => page.run(ids),
    setValue: (name, value) => page.setValue(name, value),
    interrupt: () => page.interrupt(),
    stats: () => page.stats(),
  };
  defineWidgets();
  addActions(page);
  switch (bootPolicy(config, new URL(location.href))) {
    case "eager":
      void page.boot();
      break;
    case "intent":
      bootOnIntent(page);
      break;
    case "never":
      break;
  }
}

/** Boots at the first touch of a widget, before its value changes. */
function bootOnIntent(page: NotebookPage): void {
  const touched = (event: Event): void => {
    const target = event.target;
    if (target instanceof Element && target.closest("[data-element]") !== null) void page.boot();
  };
  for (const kind of ["pointerover", "pointerdown", "focusin"]) {
    document.addEventListener(kind, touched, { passive: true });
  }
}

const config = readConfig(document);
if (config !== null) start(config);
