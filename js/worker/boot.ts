/** Booting: Python from a snapshot where that fits, by its ordinary start otherwise; all files side by side. */

import type { BootConfig, BootPath, BootPhase, LibraryConfig, RuntimeConfig, SnapshotConfig } from "../protocol/rpc.ts";
import { findSnapshot } from "../protocol/families.ts";
import { reasonOf } from "../protocol/reason.ts";
import { receive } from "./aside.ts";
import { fetchBatch } from "./blobs.ts";
import { placeArchive, placeFiles, placeLazily } from "./files.ts";
import type { KeptRuntime } from "./kept-runtime.ts";
import { HEAD, unpackMemory } from "./memory.ts";
import type { CreateModule, Pyodide, PyodideModule } from "./pyodide.ts";
import {
  compileModule,
  fetchBytes,
  fetchText,
  findUnpacked,
  getUnpacked,
  importScripts,
  type Scripts,
  withFiles,
} from "./runtime.ts";
import { type Library, linking, makeRoom, reopenLibraries, reseed } from "./snapshot.ts";

/** What a boot brings to life. */
export interface Booted {
  readonly pyodide: Pyodide;
  readonly notebook: string;
  readonly index: string;
  readonly path: BootPath;
  /** Why a snapshot that there was is not what Python came from; null if it is, or if there was none. */
  readonly reason: string | null;
  /** Packages whose modules are there, but not their files. */
  readonly restored: readonly string[];
  /** Fetches what Python has not needed until now, but may any time. */
  readonly fetchRest: () => Promise<void>;
}

const KERNEL = "/lib/tiffin_kernel.whl";
/** Where Python finds modules that it imports on demand. */
export const ONDEMAND = "/lib/tiffin_ondemand.zip";
/** What Pyodide calls the archive of the standard library. */
const STDLIB = /^python\d+\.zip$/;

/** The files that every boot needs, on their way. */
interface Files {
  readonly scripts: Promise<Scripts>;
  readonly wasm: Promise<WebAssembly.Module>;
  readonly lock: Promise<string>;
  readonly notebook: Promise<string>;
  readonly index: Promise<string>;
  readonly modules: Promise<Uint8Array> | null;
  /** Undefined where it is not needed at once, or could not be had: Python asks for it when it needs it. */
  readonly ondemand: Promise<Uint8Array | undefined>;
}

/** Boots; throws an `Error` whose message is a sentence for the reader when something cannot be had. */
export async function boot(
  config: BootConfig,
  memory: MessagePort | null,
  kept: KeptRuntime,
  phase: (name: BootPhase) => void,
): Promise<Booted> {
  phase("fetching");
  const modules = config.files.modules;
  const packed = config.runtime.packed && !config.compressing;
  const files: Files = {
    scripts: importScripts(config.runtime),
    wasm: compilePython(config.runtime.wasm, packed, kept),
    lock: fetchText(config.runtime.lock, "the list of packages"),
    notebook: config.edited === null ? fetchText(config.notebook, "the notebook") : Promise.resolve(config.edited),
    index: fetchIndex(config),
    modules: modules === null ? null : fetchBytes(modules, "the notebook's modules"),
    ondemand: config.ondemand ? fetchEarly(config.runtime.ondemand.url) : Promise.resolve(undefined),
  };
  const snapshot = findSnapshot(config.runtime.snapshots, navigator.userAgent);
  let reason: string | null = null;
  if (snapshot !== null) {
    try {
      return await finish(config, files, await restore(config, files, snapshot, memory, kept, phase), snapshot, null);
    } catch (error) {
      reason = reasonOf(error);
      await forgetRuntime(config, kept); // should it be to blame, the next visit has another one
    }
  }
  return finish(config, files, await startPython(config, files, phase), null, reason);
}

/** Compiles Python from what is kept of it, or while it arrives. */
async function compilePython(url: string, packed: boolean, kept: KeptRuntime): Promise<WebAssembly.Module> {
  const code = await kept.get(url);
  if (code === null) return compileModule(url, packed);
  try {
    return await WebAssembly.compile(code);
  } catch {
    await kept.forget(url); // it is not what was kept
    return compileModule(url, packed);
  }
}

/** Keeps what a boot from a snapshot takes longest to unpack, for the next one. Never rejects. */
export async function keepRuntime(config: BootConfig, kept: KeptRuntime): Promise<void> {
  await kept.keepHeld();
  const { wasm, packed } = config.runtime;
  await kept.keep(wasm, () => findUnpacked(packed && !config.compressing ? `${wasm}.gz` : wasm));
}

async function forgetRuntime(config: BootConfig, kept: KeptRuntime): Promise<void> {
  for (const url of keptOf(config)) await kept.forget(url);
}

/** The files of a runtime that are kept unpacked. */
function keptOf({ runtime }: BootConfig): readonly string[] {
  const snapshot = findSnapshot(runtime.snapshots, navigator.userAgent);
  if (snapshot === null) return [];
  return [runtime.wasm, snapshot.url, snapshot.libraries.url].filter((url) => url !== null);
}

async function fetchEarly(url: string): Promise<Uint8Array | undefined> {
  return (await fetchBatch(JSON.stringify([url])))[0];
}

/** The index of stored results, without cells that were deleted since. */
async function fetchIndex(config: BootConfig): Promise<string> {
  const text = config.index ?? (await fetchText(`${config.cache}/index.json`, "the index of stored results"));
  return config.edited === null ? text : indexOf(text, config.edited);
}

/** An index with those cells alone that the notebook has; one that cannot be read is left to the kernel. */
export function indexOf(index: string, notebook: string): string {
  try {
    const { cells } = JSON.parse(notebook) as { cells: readonly { id: string }[] };
    const read = JSON.parse(index) as { cells: Readonly<Record<string, string>> };
    const there = new Set(cells.map((cell) => cell.id));
    const kept = Object.entries(read.cells).filter(([cell]) => there.has(cell));
    return JSON.stringify({ ...read, cells: Object.fromEntries(kept) });
  } catch {
    return index;
  }
}

async function finish(
  config: BootConfig,
  files: Files,
  pyodide: Pyodide,
  snapshot: SnapshotConfig | null,
  reason: string | null,
): Promise<Booted> {
  const [notebook, index, modules, early] = await Promise.all([
    files.notebook,
    files.index,
    files.modules,
    files.ondemand,
  ]);
  placeFiles(pyodide, config.files, modules);
  const { url, size } = config.runtime.ondemand;
  const archive = placeLazily(pyodide.FS, ONDEMAND, size, url);
  if (early?.length === size) archive.fill(early);
  if (config.interrupt !== null) pyodide.setInterruptBuffer(new Uint8Array(config.interrupt));
  if (snapshot === null) {
    const path = config.runtime.bytecode ? "bytecode" : "sources";
    return { pyodide, notebook, index, path, reason, restored: [], fetchRest: () => Promise.resolve() };
  }
  const fetchRest = placeArchives(config, pyodide);
  return { pyodide, notebook, index, path: "snapshot", reason, restored: snapshot.packages, fetchRest };
}

/** Python with its memory as it was when the snapshot was made: the kernel is imported. */
async function restore(
  config: BootConfig,
  files: Files,
  snapshot: SnapshotConfig,
  port: MessagePort | null,
  kept: KeptRuntime,
  phase: (name: BootPhase) => void,
): Promise<Pyodide> {
  // The longest of all: everything is linked while it arrives.
  const packed = receive(port, snapshot.url, "the snapshot of Python", kept);
  packed.catch(() => undefined);
  const [scripts, wasm, libraries] = await Promise.all([
    files.scripts,
    files.wasm,
    compileLibraries(snapshot.libraries, kept),
  ]);
  phase("initialising");
  if (scripts.glue === null) throw new Error("its glue is not at hand");
  const head = new Uint8Array(HEAD);
  const create = linking(scripts.glue, libraries, async (module) => {
    makeRoom(module, snapshot);
    const memory = unpackMemory(await packed);
    memory.place(module.HEAP8);
    head.set(memory.head);
  });
  const pyodide = await loadPyodide(config.runtime, () => files.lock, scripts.loader, wasm, create, noArchive, {
    _loadSnapshot: head, // read when the module is there, and filled
  });
  reopenLibraries(pyodide._module, snapshot.libraries.handles);
  // Nothing is compiled at such a start: Python's compiler alone takes WebAssembly's some milliseconds.
  reseed(pyodide.pyimport("sys"));
  return pyodide;
}

/** Compiles the libraries that a snapshot was made with, all at once. */
async function compileLibraries({ url, modules }: LibraryConfig, kept: KeptRuntime): Promise<Library[]> {
  if (url === null) return [];
  const code = await getUnpacked(url, "the libraries of Python's packages", kept);
  let end = 0;
  const parts = modules.map(({ path, size }) => ({ path, data: code.subarray(end, (end += size)) }));
  return Promise.all(parts.map(async ({ path, data }) => ({ path, module: await WebAssembly.compile(data) })));
}

async function startPython(config: BootConfig, files: Files, phase: (name: BootPhase) => void): Promise<Pyodide> {
  const [stdlib, kernel, scripts, wasm] = await Promise.all([
    fetchBytes(config.runtime.stdlib.url, "the standard library"),
    fetchBytes(config.runtime.kernel.url, "the kernel"),
    files.scripts,
    files.wasm,
  ]);
  phase("initialising");
  const given = (): Promise<Response> => Promise.resolve(new Response(stdlib));
  const pyodide = await loadPyodide(config.runtime, () => files.lock, scripts.loader, wasm, scripts.glue, given, {});
  phase("importing");
  addKernel(pyodide, kernel);
  return pyodide;
}

/** Puts the kernel where Python imports from. */
export function addKernel(pyodide: Pyodide, kernel: Uint8Array): void {
  pyodide.FS.writeFile(KERNEL, kernel);
  pyodide.pyimport("sys").path.append(KERNEL);
}

/** Python has read the directories of its archives before the snapshot was made: any will do for a start. */
function noArchive(): Promise<Response> {
  return Promise.resolve(new Response(new Uint8Array(0)));
}

type LoadOptions = Parameters<PyodideModule["loadPyodide"]>[0];

/** Loads Pyodide with our files instead of those of its folder. */
export async function loadPyodide(
  runtime: RuntimeConfig,
  lock: () => Promise<string> | string,
  loader: PyodideModule,
  wasm: WebAssembly.Module,
  create: CreateModule | null,
  stdlib: () => Promise<Response>,
  options: Pick<LoadOptions, "_loadSnapshot" | "_makeSnapshot">,
): Promise<Pyodide> {
  // Where older versions look for packages, and all for a glue that is not given.
  const folder = new URL(".", create === null ? runtime.loader : runtime.lock).href;
  if (create !== null) (globalThis as { _createPyodideModule?: CreateModule })._createPyodideModule = create;
  const given = {
    [`${folder}pyodide.asm.wasm`]: noArchive, // it is compiled already
    [runtime.stdlib.url]: stdlib,
    [runtime.lock]: async () => new Response(await lock()),
  };
  return withFiles(given, wasm, () =>
    loader.loadPyodide({
      indexURL: folder,
      lockFileURL: runtime.lock,
      packageBaseUrl: new URL(".", runtime.lock).href,
      stdLibURL: runtime.stdlib.url,
      stdout: logQuietly,
      stderr: logQuietly,
      ...(create === null ? {} : { createPyodideModule: create }),
      ...options,
    }),
  );
}

/** Puts the archives where Python has found them, to be fetched when it reads them. */
function placeArchives(config: BootConfig, pyodide: Pyodide): () => Promise<void> {
  const { stdlib, kernel } = config.runtime;
  const name = pyodide.FS.readdir("/lib").find((entry) => STDLIB.test(entry)) ?? "";
  const places = [
    placeArchive(pyodide.FS, `/lib/${name}`, stdlib),
    placeArchive(pyodide.FS, KERNEL, kernel),
  ];
  return async () => {
    await Promise.all(places.map((fill) => fill()));
  };
}

/** What Python prints outside of cells is for somebody with the console open. */
function logQuietly(text: string): void {
  console.debug(text);
}
