/** The page's configuration, as the exporter wrote it into `index.html`. */

import type { BootConfig, FilesConfig } from "../protocol/rpc.ts";

export type BootPolicy = "eager" | "intent" | "never";

export interface PageConfig {
  readonly notebook: string;
  readonly cache: string;
  readonly worker: string;
  readonly kernel: string;
  readonly runtime: string;
  /** The standard library as bytecode, if there is one; else the runtime has its own as source. */
  readonly stdlib: string | null;
  readonly lock: string;
  readonly packages: Readonly<Record<string, unknown>>;
  readonly files: FilesConfig;
  readonly boot: BootPolicy;
  readonly mode: "run" | "edit";
  readonly version: string;
  /** Where the site begins, which may hold several notebooks. */
  readonly root: string;
  /** Whether the site has a service worker. */
  readonly offline: boolean;
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

/** What the worker needs, with absolute addresses. */
export function bootConfig(config: PageConfig, base: string, shared: boolean): BootConfig {
  const absolute = (url: string): string => new URL(url, base).href;
  return {
    runtime: absolute(config.runtime),
    stdlib: config.stdlib === null ? null : absolute(config.stdlib),
    kernel: absolute(config.kernel),
    notebook: absolute(config.notebook),
    cache: absolute(config.cache),
    lock: absolute(config.lock),
    packages: config.packages,
    files: {
      ...config.files,
      modules: config.files.modules === null ? null : absolute(config.files.modules),
      base: absolute(config.files.base),
    },
    interrupt: shared ? new SharedArrayBuffer(1) : null,
  };
}
