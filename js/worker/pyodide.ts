/** The part of Pyodide's interface that the worker uses, the same in all supported versions. */

import type { KeptEntry } from "../protocol/rpc.ts";
import type { Body } from "./blobs.ts";
import type { Allocator } from "./memory.ts";

/** Python's ways to wait inside code that is not async (JSPI), where there are any. */
export interface Ffi {
  readonly can_run_sync: {
    (): boolean;
    /** Calls it so that it may wait. */
    callPromising(): Promise<boolean>;
  };
  readonly run_sync: (promise: Promise<unknown>) => unknown;
}

/** What Python code that runs may use: to wait, and to fetch or to pause without. */
export interface Inside extends Ffi {
  readonly fetch_now: (urls: string) => Body[];
  readonly pause: (milliseconds: number) => void;
  /** Python's class of event loops. */
  readonly loops: unknown;
}

/** Python's module `sys`. */
export interface Sys {
  readonly path: { append(folder: string): void; insert(index: number, folder: string): void };
  readonly modules: { get(name: string): { seed(): void } | undefined };
}

/** Python's bytes; the view is to be released. */
export interface PyBytes {
  getBuffer(type: "u8"): { readonly data: Uint8Array; release(): void };
}

/** The page's memory of what is stored here. */
export interface Keeping {
  readonly kept: readonly (readonly [kind: string, key: string, data: Uint8Array])[];
  readonly keep: (kind: KeptEntry["kind"], key: string, data: PyBytes) => void;
  /** Called before the page hears that a run is over. */
  readonly rest: () => void;
}

/** How packages of the lock are loaded, and how the page is told of others; names are a JSON array. */
export interface Installing {
  readonly load: (names: string) => Promise<void>;
  readonly say: (names: string) => void;
  readonly installed: (names: string) => void;
  /** Takes the JSON of a `PackageOffer`. */
  readonly offer: (offer: string) => void;
}

export interface PyModule {
  readonly start: (
    config: string,
    notebook: string,
    index: string,
    post: (text: string) => void,
    fetchBatch: (urls: string) => Promise<Body[]>,
    packages: Installing,
    inside: Inside,
    keeping: Keeping,
  ) => FullHost;
}

/** Carries out the command in `text`. */
export type Handle = (text: string) => Promise<void>;

/** What takes a kernel's commands. */
export interface KernelHost {
  readonly handle: Handle;
}

/** What takes contents, too. */
export interface FullHost extends KernelHost {
  readonly take: (digest: string, data: Uint8Array) => void;
  /** Tells Python that a file of the notebook's folder is another one. */
  readonly replaced: (name: string) => void;
  /** Has the packages for these modules installed when a cell next imports them. */
  readonly allow: (modules: readonly string[]) => void;
}

/** Who hears of code that runs beside the cells. */
export interface Telling {
  readonly begun: (run: string, number: number, timeout: number | undefined) => void;
  readonly piece: (run: string, event: string, data: string) => void;
  readonly edited: (notebook: string) => void;
  /** The number of the run that the page's signal is for. */
  readonly meant: () => number;
}

export interface ScratchpadModule {
  readonly add_scratchpad: (host: KernelHost, page: Telling, signals: boolean) => KernelHost;
}

/** A file of Emscripten's MEMFS. */
export interface FileNode {
  contents: Uint8Array | null;
  usedBytes: number;
}

/** The part of Emscripten's file system that is used here. */
export interface FileSystem {
  writeFile(path: string, data: Uint8Array): void;
  readFile(path: string): Uint8Array<ArrayBuffer>;
  mkdirTree(path: string): void;
  readdir(path: string): readonly string[];
  lookupPath(path: string): { readonly node: FileNode };
  readonly ErrnoError: new (errno: number) => Error;
}

/** What else of it the notebook's folder needs. */
export interface FolderSystem extends FileSystem {
  unlink(path: string): void;
  lstat(path: string): { readonly ino: number; readonly mode: number; readonly size: number; readonly mtime: Date };
  isDir(mode: number): boolean;
  isFile(mode: number): boolean;
}

/** A library in WebAssembly, as Emscripten's linker knows it. */
export interface LinkedLibrary {
  readonly name: string;
  refcount: number;
  global: boolean;
  exports: unknown;
}

/** The part of Emscripten's module that snapshots need. It is Pyodide's own affair: versions are pinned. */
export interface EmscriptenModule {
  readonly HEAP8: Int8Array;
  readonly wasmTable: WebAssembly.Table;
  readonly LDSO: {
    readonly loadedLibsByName: Record<string, LinkedLibrary>;
    readonly loadedLibsByHandle: Record<number, LinkedLibrary>;
  };
  growMemory(size: number): void;
  newDSO(path: string, handle: number | undefined, state: "loading"): LinkedLibrary;
  loadWebAssemblyModule(module: WebAssembly.Module, flags: object, path: string, scope: object): unknown;
}

/** What goes into Emscripten's module when it is created. */
export interface EmscriptenSettings {
  preRun?: ((module?: EmscriptenModule) => void)[];
  /** In bytes; older versions take it from here. */
  INITIAL_MEMORY?: number;
}

/** Pyodide's glue: makes the module, with WebAssembly and file system, in which Python then starts. */
export type CreateModule = (settings: EmscriptenSettings) => Promise<EmscriptenModule>;

export interface Pyodide {
  readonly version: string;
  readonly FS: FolderSystem;
  unpackArchive(archive: Uint8Array, format: "zip", options: { readonly extractDir: string }): void;
  runPython(code: string): unknown;
  pyimport(name: "tiffin.host.browser.entry"): PyModule;
  pyimport(name: "tiffin.host.browser.scratchpad"): ScratchpadModule;
  pyimport(name: "pyodide.ffi"): Ffi;
  pyimport(name: "sys"): Sys;
  pyimport(name: "pyodide.webloop"): { readonly WebLoop: unknown };
  /** Pyodide's inner side: called once nothing can be run any more. */
  readonly _api?: { on_fatal?: (error: unknown) => void };
  loadPackage(
    names: readonly string[],
    options: { readonly messageCallback: (text: string) => void; readonly errorCallback: (text: string) => void },
  ): Promise<unknown>;
  setInterruptBuffer(buffer: Uint8Array): void;
  /** Python's memory, where it was loaded to make a snapshot. */
  makeMemorySnapshot(): Uint8Array<ArrayBuffer>;
  readonly loadedPackages: Record<string, string>;
  /** Pyodide's own, as are the options with an underscore: they are what snapshots are made and loaded with. */
  readonly _module: EmscriptenModule & Allocator;
}

export interface PyodideModule {
  loadPyodide(options: {
    readonly indexURL: string;
    readonly lockFileURL: string;
    readonly packageBaseUrl: string;
    readonly stdLibURL: string;
    readonly stdout: (text: string) => void;
    readonly stderr: (text: string) => void;
    /** Since 0.29; versions before take it from `globalThis._createPyodideModule`. */
    readonly createPyodideModule?: CreateModule;
    readonly _makeSnapshot?: boolean;
    readonly _loadSnapshot?: Uint8Array<ArrayBuffer>;
  }): Promise<Pyodide>;
}
