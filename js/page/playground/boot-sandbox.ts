/** Starting Python for a notebook that came from elsewhere. */

import type { KeptEntry } from "../../protocol/rpc.ts";
import { boot, type BootingWorker, type WorkerLike } from "../boot-worker.ts";
import { bootConfig, isCompressing, type PageConfig, type PlaygroundConfig } from "../config.ts";
import { SandboxedWorker } from "./sandboxed-worker.ts";

/** Starts the page's worker on an opaque origin; `kept` and `edited` are as in `bootConfig`. */
export function bootSandbox(
  config: PageConfig,
  { sandbox, index }: PlaygroundConfig,
  kept: readonly KeptEntry[],
  edited: string | null,
): BootingWorker<WorkerLike> {
  const absolute = (url: string): string => new URL(url, document.baseURI).href;
  // Memory is shared within an origin only.
  const around = { shared: false, compressing: isCompressing(performance, import.meta.url) };
  const told = bootConfig(config, document.baseURI, around, kept, edited, index);
  const start = { worker: absolute(config.worker), name: "tiffin: sandbox" };
  return boot<WorkerLike>(new SandboxedWorker(document, absolute(sandbox), start), told);
}
