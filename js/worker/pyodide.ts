/** The part of Pyodide's interface that the worker uses, the same in all supported versions. */

import type { Body } from "./blobs.ts";

export interface PyModule {
  readonly start: (
    config: string,
    notebook: string,
    index: string,
    post: (text: string) => void,
    fetchBatch: (urls: string) => Promise<Body[]>,
    loadPackages: (names: string) => Promise<void>,
  ) => Handle;
}

/** Carries out the command in `text`. */
export type Handle = (text: string) => Promise<void>;

export interface Pyodide {
  readonly version: string;
  readonly FS: { writeFile(path: string, data: Uint8Array): void };
  runPython(code: string): unknown;
  pyimport(name: string): PyModule;
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
    readonly stdout: (text: string) => void;
    readonly stderr: (text: string) => void;
  }): Promise<Pyodide>;
}
