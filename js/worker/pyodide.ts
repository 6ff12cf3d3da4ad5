/** The part of Pyodide's interface that the worker uses, the same in all supported versions. */

import type { Body } from "./blobs.ts";

/** Python's ways to wait inside code that is not async (JSPI), where there are any. */
export interface Ffi {
  readonly can_run_sync: () => boolean;
  readonly run_sync: (promise: Promise<unknown>) => unknown;
}

/** What Python code that runs may use: to wait, and to fetch without. */
export interface Inside extends Ffi {
  readonly fetch_now: (urls: string) => Body[];
}

export interface PyModule {
  readonly start: (
    config: string,
    notebook: string,
    index: string,
    post: (text: string) => void,
    fetchBatch: (urls: string) => Promise<Body[]>,
    loadPackages: (names: string) => Promise<void>,
    inside: Inside,
  ) => Handle;
}

/** Carries out the command in `text`. */
export type Handle = (text: string) => Promise<void>;

export interface Pyodide {
  readonly version: string;
  readonly FS: { writeFile(path: string, data: Uint8Array): void };
  runPython(code: string): unknown;
  pyimport(name: "tiffin.host.browser.entry"): PyModule;
  pyimport(name: "pyodide.ffi"): Ffi;
  loadPackage(
    names: readonly string[],
    options: { readonly messageCallback: (text: string) => void; readonly errorCallback: (text: string) => void },
  ): Promise<unknown>;
  setInterruptBuffer(buffer: Uint8Array): void;
}

export interface PyodideModule {
  loadPyodide(options: {
    readonly indexURL: string;
    readonly lockFileURL: string;
    readonly packageBaseUrl: string;
    readonly stdLibURL?: string;
    readonly stdout: (text: string) => void;
    readonly stderr: (text: string) => void;
  }): Promise<Pyodide>;
}
