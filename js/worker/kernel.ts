/** The kernel in Python, started with the worker's own functions. */

import type { BootConfig } from "../protocol/rpc.ts";
import { type Body, fetchBatch, fetchBatchNow } from "./blobs.ts";
import type { Booted } from "./boot.ts";
import type { Handle, Pyodide } from "./pyodide.ts";

/** Starts the kernel; `post` gets the JSON of every event, `installing` the names of packages on their way. */
export function startKernel(
  booted: Booted,
  config: BootConfig,
  jspi: boolean,
  post: (text: string) => void,
  installing: (names: readonly string[]) => void,
): Handle {
  const packages = { ...config.packages, restored: booted.restored };
  const settings = { cache: config.cache, packages, digests: config.files.digests, jspi };
  const load = (names: string): Promise<void> => loadPackages(booted.pyodide, names, installing);
  const entry = booted.pyodide.pyimport("tiffin.host.browser.entry");
  const fetchAll = (urls: string): Promise<Body[]> => fetchBatch(urls);
  const ffi = booted.pyodide.pyimport("pyodide.ffi");
  const fetchNow = (urls: string): Body[] => fetchBatchNow(urls);
  const inside = { can_run_sync: ffi.can_run_sync, run_sync: ffi.run_sync, fetch_now: fetchNow };
  const say = (names: string): void => {
    installing(JSON.parse(names) as readonly string[]);
  };
  return entry.start(JSON.stringify(settings), booted.notebook, booted.index, post, fetchAll, { load, say }, inside);
}

async function loadPackages(
  pyodide: Pyodide,
  text: string,
  installing: (names: readonly string[]) => void,
): Promise<void> {
  const names = JSON.parse(text) as readonly string[];
  installing(names);
  const problems: string[] = [];
  await pyodide.loadPackage(names, {
    messageCallback: () => undefined,
    errorCallback: (problem) => problems.push(problem),
  });
  if (problems.length > 0) throw new Error(`packages could not be installed: ${problems.join("; ")}`);
}
