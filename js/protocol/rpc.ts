/** The wire between page and worker: every message there is, in both directions. */

/** The notebook's files. */
export interface FilesConfig {
  /** An archive of its own modules, null if it has none. */
  readonly modules: string | null;
  /** Root module -> digest of its source, as keys have it. */
  readonly digests: Readonly<Record<string, string>>;
  /** Where the files of `public` lie, with a slash at the end. */
  readonly base: string;
  /** Path in `public` -> bytes and the beginning of its digest. */
  readonly public: Readonly<Record<string, readonly [size: number, digest: string]>>;
}

/** Engines in which WebAssembly's table of functions is the same after Pyodide's start. */
export type EngineFamily = "chromium" | "webkit";

/** An archive that Python imports from; its size is known before it is there. */
export interface ArchiveConfig {
  readonly url: string;
  readonly size: number;
}

/** Libraries in WebAssembly that a snapshot holds, and the handles that Python has of them. */
export interface LibraryConfig {
  /** The file with all of them, one after another; null without any. */
  readonly url: string | null;
  readonly modules: readonly { readonly path: string; readonly size: number }[];
  readonly handles: readonly (readonly [handle: number, name: string])[];
}

/** An interpreter snapshot, for one family of engines. */
export interface SnapshotConfig {
  readonly family: EngineFamily;
  readonly url: string;
  /** Functions in WebAssembly's table before Python's start. */
  readonly table: number;
  /** Bytes of Python's memory. */
  readonly heap: number;
  readonly libraries: LibraryConfig;
  /** The packages whose modules it holds, without their files. */
  readonly packages: readonly string[];
}

/** The runtime's files. */
export interface RuntimeConfig {
  readonly loader: string;
  /** Null where the loader finds it by itself. */
  readonly glue: string | null;
  readonly wasm: string;
  readonly stdlib: ArchiveConfig;
  readonly kernel: ArchiveConfig;
  /** Fetched when a script first sends code. */
  readonly scratchpad: ArchiveConfig;
  /** Modules of the kernel's packages that Python reads when one is first imported. */
  readonly ondemand: ArchiveConfig;
  readonly lock: string;
  /** Whether `stdlib`, `kernel`, `scratchpad` and `ondemand` hold bytecode. */
  readonly bytecode: boolean;
  /** Whether WebAssembly is there compressed by gzip, too, with `.gz` after its name. */
  readonly packed: boolean;
  readonly snapshots: readonly SnapshotConfig[];
}

/** How Python came to life: from a snapshot, or by its ordinary start from bytecode or from sources. */
export type BootPath = "snapshot" | "bytecode" | "sources";

/** All that a worker needs to boot; URLs are absolute. */
export interface BootConfig {
  readonly runtime: RuntimeConfig;
  /** Whether the host compresses what it sends; where it does not, there are compressed files. */
  readonly compressing: boolean;
  readonly notebook: string;
  /** The notebook as it was edited, in place of the one at `notebook`; null if it was not. */
  readonly edited: string | null;
  /** The text of the index of stored results; null where it is to be fetched from `cache`. */
  readonly index: string | null;
  readonly cache: string;
  /** What the kernel knows of packages; the page only hands it on. */
  readonly packages: Readonly<Record<string, unknown>>;
  readonly files: FilesConfig;
  /** Whether the notebook uses modules on demand: then their archive is fetched with everything else. */
  readonly ondemand: boolean;
  /**
   * Shared memory through which a running body is interrupted, where the page is isolated: two words, a signal, and
   * the number of the run of code that it is meant for.
   */
  readonly interrupt: SharedArrayBuffer | null;
  /** Whether files may come to the notebook's folder while it is open: then the page hears of those that cells write. */
  readonly folder: boolean;
  /** What an earlier worker of this page stored. */
  readonly kept: readonly KeptEntry[];
}

/** A manifest or a blob that was made in this page. */
export interface KeptEntry {
  readonly kind: "manifests" | "blobs";
  readonly key: string;
  readonly data: Uint8Array<ArrayBuffer>;
}

/** A file of the notebook's folder as cells left it; null if they removed it. Names have `/` between folders. */
export interface WrittenFile {
  readonly name: string;
  readonly data: Uint8Array<ArrayBuffer> | null;
}

/** A package of an index that would bring a module which `cells` import. */
export interface PackageOffer {
  readonly module: string;
  readonly name: string;
  readonly cells: readonly string[];
}

/** The phases of a boot, in order. */
export type BootPhase = "fetching" | "initialising" | "importing" | "starting" | "installing";

export type ToWorker =
  /** The page shows what was restored: what nobody has waited for may be fetched. */
  | { readonly kind: "settled" }
  /** Boot; through `memory` another worker sends the snapshot that fits this engine. */
  | { readonly kind: "boot"; readonly config: BootConfig; readonly memory: MessagePort | null }
  /** Load the scratchpad: code will come. */
  | { readonly kind: "scratchpad" }
  /** `text` is the JSON of a command. */
  | { readonly kind: "command"; readonly text: string }
  /** The content of a file that a reader chose, which values name by its digest. */
  | { readonly kind: "content"; readonly digest: string; readonly data: Uint8Array<ArrayBuffer> }
  /** A file of the notebook's folder, or that it is there no longer; it comes before the commands that are sent later. */
  | { readonly kind: "place"; readonly name: string; readonly data: Uint8Array<ArrayBuffer> | null }
  /** The reader wants the packages for these modules. */
  | { readonly kind: "allow"; readonly modules: readonly string[] }
  /** To a worker that does nothing else: fetch this, unpack it, send it through `to`, and end. */
  | { readonly kind: "fetch"; readonly url: string; readonly what: string; readonly to: MessagePort }
  /** The worker that fetches has died: nothing comes from it. */
  | { readonly kind: "unfetched" }
  /** What have you loaded? */
  | { readonly kind: "resources" };

export type FromWorker =
  /** A phase began, `at` milliseconds after the worker started; `detail` names what it works on. */
  | { readonly kind: "phase"; readonly phase: BootPhase; readonly at: number; readonly detail?: string }
  /** `reason` says why there was a snapshot, and yet `path` is another one; `filesKept` of its files were kept here. */
  | { readonly kind: "path"; readonly path: BootPath; readonly reason: string | null; readonly filesKept: number }
  | { readonly kind: "booted"; readonly at: number; readonly jspi: boolean }
  /** The scratchpad is there, or cannot be had; `problem` is a sentence. */
  | { readonly kind: "scratchpad"; readonly problem: string | null }
  /** Code is under way: the `number`th of this worker, which may take `timeout` seconds. */
  | { readonly kind: "begun"; readonly run: string; readonly number: number; readonly timeout: number | null }
  /** What there is to tell whoever sent code; `data` is JSON. */
  | { readonly kind: "piece"; readonly run: string; readonly event: string; readonly data: string }
  /** The notebook is another one: its JSON. Comes before the event that says so. */
  | { readonly kind: "edited"; readonly notebook: string }
  /** `text` is the JSON of an event. */
  | { readonly kind: "event"; readonly text: string }
  /** Packages that cells of an edited notebook have from now on. */
  | { readonly kind: "installed"; readonly names: readonly string[] }
  /** A cell imports what only an index of packages has, and its reader has not asked for. */
  | { readonly kind: "offered"; readonly offer: PackageOffer }
  /** What cells did to files; comes before the end of their run. */
  | { readonly kind: "written"; readonly files: readonly WrittenFile[] }
  /** Something was stored in the worker's memory, which ends with the worker. */
  | { readonly kind: "stored"; readonly entry: KeptEntry }
  | { readonly kind: "resources"; readonly urls: readonly string[] }
  /** The kernel cannot go on; `reason` is a sentence. */
  | { readonly kind: "failed"; readonly reason: string };
