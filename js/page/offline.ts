/**
 * The page's side of the site's service worker: registers it when everything else is done, and tells it what the
 * page needs to work without a network. The page works as well where any of this fails.
 */

import type { FromServiceWorker, ToServiceWorker } from "../protocol/offline.ts";
import type { FromWorker, ToWorker } from "../protocol/rpc.ts";
import type { PageConfig } from "./config.ts";

const SCRIPT = "service-worker.js";
/** What a reader does that a reload would undo. */
const TOUCHES = ["pointerdown", "keydown", "wheel", "input", "tn-change"];
/** Milliseconds after which an idle moment has to do. */
const IDLE = 2000;

interface Index {
  readonly blobs: readonly string[];
  readonly manifests: Readonly<Record<string, unknown>>;
}

export class OfflineCopy {
  readonly #config: PageConfig;
  readonly #root: URL;
  #touched = false;
  #worker: Worker | null = null;
  #registered: Promise<ServiceWorker | null> = Promise.resolve(null);
  #keeping: Promise<void> = Promise.resolve();

  constructor(config: PageConfig) {
    this.#config = config;
    this.#root = new URL(config.root, document.baseURI);
  }

  /** Registers the service worker once the page has loaded and has nothing else to do. */
  start(): void {
    for (const kind of TOUCHES) {
      addEventListener(kind, () => { this.touch(); }, { capture: true, once: true, passive: true });
    }
    this.#registered = this.#register().catch((error: unknown) => {
      console.debug(`The service worker was not registered: ${String(error)}`);
      return null;
    });
    void this.#keep(false);
  }

  /** The reader, or a script, has done something: from now on the page does not load itself again. */
  touch(): void {
    this.#touched = true;
  }

  /** Takes note of the worker that Python runs in, whose requests only it knows. */
  watch(worker: Worker): void {
    this.#worker = worker;
  }

  /** Has everything kept that the page needs, Python included; when it is, the root's `data-offline` says so. */
  keepAll(): void {
    void this.#keep(true);
  }

  async #register(): Promise<ServiceWorker | null> {
    if (!("serviceWorker" in navigator)) return null;
    await idle();
    const scope = this.#root.href;
    await navigator.serviceWorker.register(new URL(SCRIPT, scope), { scope, updateViaCache: "none" });
    const { active } = await navigator.serviceWorker.ready;
    this.#isolate();
    return active;
  }

  /** Loads the page again, once, where that isolates it, and nobody has begun to use it. */
  #isolate(): void {
    if (crossOriginIsolated || this.#touched || window.top !== window) return;
    const mark = `tiffin reloaded ${this.#root.href}`;
    try {
      if (sessionStorage.getItem(mark) !== null) return;
      sessionStorage.setItem(mark, "1");
      if (sessionStorage.getItem(mark) === null) return;
    } catch {
      return; // without a memory nobody knows that this was done before
    }
    location.reload();
  }

  #keep(complete: boolean): Promise<void> {
    this.#keeping = this.#keeping.then(async () => {
      const server = await this.#registered;
      if (server === null) return;
      const more = complete ? [...this.#told(), ...(await this.#asked()), ...(await this.#state())] : [];
      const urls = [...this.#loaded(), ...more];
      const told = await ask(server, { kind: "keep", urls, complete });
      if (complete) document.documentElement.dataset["offline"] = told.failed === 0 ? "ready" : "partial";
    });
    this.#keeping = this.#keeping.catch((error: unknown) => {
      console.debug(`The page is not kept for later: ${String(error)}`);
    });
    return this.#keeping;
  }

  /** What the page itself is made of. */
  #loaded(): readonly string[] {
    const seen = performance.getEntriesByType("resource").map((entry) => entry.name);
    const page = new URL(location.href);
    page.search = "";
    return [page.href, ...seen].filter((url) => url.startsWith("http") && !url.endsWith(`/${SCRIPT}`));
  }

  /** What the worker was told to begin with: not every browser counts all of it among what was loaded. */
  #told(): readonly string[] {
    const { notebook, cache, worker, runtime, files } = this.#config;
    const { loader, glue, stdlib, kernel, lock } = runtime;
    const urls = [notebook, `${cache}/index.json`, worker, loader, glue, stdlib.url, kernel.url, lock, files.modules];
    return urls.filter((url) => url !== null).map((url) => new URL(url, document.baseURI).href);
  }

  /** What the worker has loaded. */
  #asked(): Promise<readonly string[]> {
    const worker = this.#worker;
    if (worker === null) return Promise.resolve([]);
    return new Promise((resolve) => {
      const hear = (event: MessageEvent<FromWorker>): void => {
        if (event.data.kind !== "resources") return;
        worker.removeEventListener("message", hear);
        resolve(event.data.urls.filter((url) => url.startsWith("http")));
      };
      worker.addEventListener("message", hear);
      worker.postMessage({ kind: "resources" } satisfies ToWorker);
    });
  }

  /** The manifests and blobs of the state on show: a change of a widget may need any of them. */
  async #state(): Promise<readonly string[]> {
    if (savesData()) return [];
    const base = new URL(`${this.#config.cache}/`, document.baseURI).href;
    const index = (await (await fetch(`${base}index.json`)).json()) as Index;
    const blobs = new Set(index.blobs);
    const found = new Set<string>();
    for (const key of Object.values(this.#config.keys)) {
      let manifest = index.manifests[key];
      if (manifest === undefined) {
        const address = `${base}manifests/${key.slice(0, 2)}/${key}.json`;
        found.add(address);
        manifest = await (await fetch(address)).json();
      }
      for (const text of JSON.stringify(manifest).matchAll(/"([0-9a-f]{64})"/g)) {
        const digest = text[1] ?? "";
        if (blobs.has(digest)) found.add(`${base}blobs/${digest.slice(0, 2)}/${digest}`);
      }
    }
    return [...found];
  }
}

/** Ends what an earlier export of this site left behind, which had a service worker where this one has none. */
export async function dropOffline(root: URL): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  if (navigator.serviceWorker.controller?.scriptURL !== new URL(SCRIPT, root).href) return;
  await (await navigator.serviceWorker.getRegistration())?.unregister();
  for (const name of await caches.keys()) {
    if (name.startsWith(`tiffin ${root.href} `)) await caches.delete(name);
  }
}

function ask(server: ServiceWorker, message: ToServiceWorker): Promise<FromServiceWorker> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event: MessageEvent<FromServiceWorker>) => {
      resolve(event.data);
      port1.close();
    };
    server.postMessage(message, [port2]);
  });
}

function savesData(): boolean {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  return connection?.saveData === true;
}

/** Resolves when the page has loaded and is idle. */
async function idle(): Promise<void> {
  if (document.readyState !== "complete") {
    await new Promise((resolve) => { addEventListener("load", resolve, { once: true }); });
  }
  await new Promise<void>((resolve) => {
    if ("requestIdleCallback" in window) requestIdleCallback(() => { resolve(); }, { timeout: IDLE });
    else setTimeout(resolve);
  });
}
