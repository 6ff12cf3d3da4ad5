/** The kernel in Python, started with the worker's own functions. */

import type { BootConfig, KeptEntry, PackageOffer } from "../protocol/rpc.ts";
import { type Body, fetchBatch, fetchBatchNow } from "./blobs.ts";
import { type Booted, ONDEMAND } from "./boot.ts";
import { FOLDER } from "./files.ts";
import type { FullHost, Inside, Keeping, Pyodide } from "./pyodide.ts";

/** Who hears of what the kernel does. */
export interface KernelListener {
  /** The JSON of every event. */
  readonly post: (text: string) => void;
  /** The names of packages on their way. */
  readonly installing: (names: readonly string[]) => void;
  /** The names of packages that cells have from now on. */
  readonly installed: (names: readonly string[]) => void;
  readonly stored: (entry: KeptEntry) => void;
  readonly offered: (offer: PackageOffer) => void;
  /** A run is about to be over. */
  readonly rested: () => void;
}

/** Starts the kernel. */
export function startKernel(booted: Booted, config: BootConfig, jspi: boolean, listener: KernelListener): FullHost {
  const { post, installing, installed, stored, offered, rested } = listener;
  // WebKit ends a worker only where WebAssembly calls JavaScript: looking into a buffer, even one that nobody else
  // has, is such a call, and a loop in Python makes it again and again.
  if (config.interrupt === null) booted.pyodide.setInterruptBuffer(new Uint8Array(1));
  const settings = {
    cache: config.cache,
    packages: { ...config.packages, restored: booted.restored },
    digests: config.files.digests,
    jspi,
    signals: config.interrupt !== null,
    ondemand: ONDEMAND,
    folder: config.folder ? FOLDER : null,
  };
  const load = (names: string): Promise<void> => loadPackages(booted.pyodide, names, installing);
  const entry = booted.pyodide.pyimport("tiffin.host.browser.entry");
  const fetchAll = (urls: string): Promise<Body[]> => fetchBatch(urls);
  const ffi = booted.pyodide.pyimport("pyodide.ffi");
  const fetchNow = (urls: string): Body[] => fetchBatchNow(urls);
  const inside: Inside = {
    can_run_sync: ffi.can_run_sync,
    run_sync: ffi.run_sync,
    fetch_now: fetchNow,
    pause: makePause(config.interrupt),
    loops: booted.pyodide.pyimport("pyodide.webloop").WebLoop,
  };
  const keeping: Keeping = {
    kept: config.kept.map(({ kind, key, data }) => [kind, key, data]),
    keep: (kind, key, data) => {
      const view = data.getBuffer("u8");
      stored({ kind, key, data: new Uint8Array(view.data) });
      view.release();
    },
    rest: rested,
  };
  const parsed = (tell: (names: readonly string[]) => void) => (names: string): void => {
    tell(JSON.parse(names) as readonly string[]);
  };
  const offer = (text: string): void => {
    offered(JSON.parse(text) as PackageOffer);
  };
  const packages = { load, say: parsed(installing), installed: parsed(installed), offer };
  return entry.start(JSON.stringify(settings), booted.notebook, booted.index, post, fetchAll, packages, inside, keeping);
}

/** What `time.sleep` does where nothing can be suspended: it blocks, in shared memory until an interrupt. */
export function makePause(interrupt: SharedArrayBuffer | null): (milliseconds: number) => void {
  if (interrupt !== null) {
    const flag = new Int32Array(interrupt);
    return (milliseconds) => {
      Atomics.wait(flag, 0, 0, milliseconds);
    };
  }
  return (milliseconds) => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end); // nobody can ask a worker without shared memory to wait
  };
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
