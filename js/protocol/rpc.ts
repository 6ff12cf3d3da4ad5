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

/** All that a worker needs to boot; URLs are absolute. */
export interface BootConfig {
  readonly runtime: string;
  /** The standard library as bytecode; null for the runtime's own. */
  readonly stdlib: string | null;
  readonly lock: string;
  readonly kernel: string;
  readonly notebook: string;
  readonly cache: string;
  /** What the kernel knows of packages; the page only hands it on. */
  readonly packages: Readonly<Record<string, unknown>>;
  readonly files: FilesConfig;
  /** Shared memory through which a running body is interrupted, where the page is isolated. */
  readonly interrupt: SharedArrayBuffer | null;
}

/** The phases of a boot, in order. */
export type BootPhase = "fetching" | "initialising" | "importing" | "starting" | "installing";

export type ToWorker =
  | { readonly kind: "boot"; readonly config: BootConfig }
  /** `text` is the JSON of a command. */
  | { readonly kind: "command"; readonly text: string }
  /** What have you loaded? */
  | { readonly kind: "resources" };

export type FromWorker =
  /** A phase began, `at` milliseconds after the worker started; `detail` names what it works on. */
  | { readonly kind: "phase"; readonly phase: BootPhase; readonly at: number; readonly detail?: string }
  | { readonly kind: "booted"; readonly at: number; readonly jspi: boolean }
  /** `text` is the JSON of an event. */
  | { readonly kind: "event"; readonly text: string }
  | { readonly kind: "resources"; readonly urls: readonly string[] }
  /** The kernel cannot go on; `reason` is a sentence. */
  | { readonly kind: "failed"; readonly reason: string };
