/** The page's configuration, as the exporter wrote it into `index.html`. */

import type { BootConfig, FilesConfig, KeptEntry, RuntimeConfig } from "../protocol/rpc.ts";

export type BootPolicy = "eager" | "intent" | "never";

export interface PlaygroundConfig {
  /** The document of the frame in which notebooks from elsewhere run. */
  readonly sandbox: string;
  /** An index of stored results in which there are none, as text. */
  readonly index: string;
}

export interface PageConfig {
  readonly notebook: string;
  readonly cache: string;
  readonly worker: string;
  readonly runtime: RuntimeConfig;
  readonly packages: Readonly<Record<string, unknown>>;
  readonly files: FilesConfig;
  readonly boot: BootPolicy;
  readonly mode: "run" | "edit";
  /** What a playground needs, which opens other notebooks in the place of its own; null on any other page. */
  readonly playground: PlaygroundConfig | null;
  readonly version: string;
  /** Where the site begins, which may hold several notebooks. */
  readonly root: string;
  /** Whether the site has a service worker. */
  readonly offline: boolean;
  /** Whether the notebook uses modules on demand. */
  readonly ondemand: boolean;
  /** The digests of the code and styles of anywidgets that are files of the site. */
  readonly widgets: readonly string[];
  /** Cell -> key of the result that `index.html` shows. */
  readonly keys: Readonly<Record<string, string>>;
}

const POLICIES: readonly BootPolicy[] = ["eager", "intent", "never"];

/** Reads the configuration; null where the page has none (a site's list of notebooks). */
export function readConfig(document: Document): PageConfig | null {
  const element = document.getElementById("tn-config");
  return element === null ? null : (JSON.parse(element.textContent) as PageConfig);
}

/** When to boot: what the address says (`?boot=eager`), else what the exporter said. */
export function bootPolicy(config: PageConfig, address: URL): BootPolicy {
  const asked = address.searchParams.get("boot");
  return POLICIES.find((policy) => policy === asked) ?? config.boot;
}

/** Whether memory can be shared with the worker. WebKitGTK says that a page is isolated, and still has none. */
export function sharesMemory(page: { readonly crossOriginIsolated: boolean }): boolean {
  return page.crossOriginIsolated && "SharedArrayBuffer" in page;
}

/** Whether the host compressed a script that it sent: then it compresses the others, too. */
export function isCompressing(timings: Performance, script: string): boolean {
  const found = timings.getEntriesByName(script).find((entry) => entry instanceof PerformanceResourceTiming);
  return found === undefined || found.encodedBodySize === 0 || found.encodedBodySize < found.decodedBodySize;
}

/**
 * How long a run may take to stop, in milliseconds, before Python is restarted. Without shared memory only code that
 * waits can hear that it is to stop, and that does so at once.
 */
export function stopPatience(page: { readonly crossOriginIsolated: boolean }): number {
  return sharesMemory(page) ? 3000 : 700;
}

/** What engine and host do for this page: memory shared with the worker, files compressed on their way. */
export interface Surroundings {
  readonly shared: boolean;
  readonly compressing: boolean;
}

/**
 * What the worker needs, with absolute addresses; `kept` is what an earlier worker stored, `edited` the notebook that
 * it has left; `index` is the text of an index of stored results that is not fetched.
 */
export function bootConfig(
  config: PageConfig,
  base: string,
  { shared, compressing }: Surroundings,
  kept: readonly KeptEntry[] = [],
  edited: string | null = null,
  index: string | null = null,
): BootConfig {
  const absolute = (url: string): string => new URL(url, base).href;
  return {
    runtime: absoluteRuntime(config.runtime, absolute),
    compressing,
    notebook: absolute(config.notebook),
    edited,
    index,
    cache: absolute(config.cache),
    packages: config.packages,
    files: {
      ...config.files,
      modules: config.files.modules === null ? null : absolute(config.files.modules),
      base: absolute(config.files.base),
    },
    ondemand: config.ondemand,
    folder: config.playground !== null,
    interrupt: shared ? new SharedArrayBuffer(8) : null,
    kept,
  };
}

function absoluteRuntime(runtime: RuntimeConfig, absolute: (url: string) => string): RuntimeConfig {
  return {
    ...runtime,
    loader: absolute(runtime.loader),
    glue: runtime.glue === null ? null : absolute(runtime.glue),
    wasm: absolute(runtime.wasm),
    lock: absolute(runtime.lock),
    stdlib: { ...runtime.stdlib, url: absolute(runtime.stdlib.url) },
    kernel: { ...runtime.kernel, url: absolute(runtime.kernel.url) },
    scratchpad: { ...runtime.scratchpad, url: absolute(runtime.scratchpad.url) },
    ondemand: { ...runtime.ondemand, url: absolute(runtime.ondemand.url) },
    snapshots: runtime.snapshots.map((snapshot) => ({
      ...snapshot,
      url: absolute(snapshot.url),
      libraries: {
        ...snapshot.libraries,
        url: snapshot.libraries.url === null ? null : absolute(snapshot.libraries.url),
      },
    })),
  };
}
