/**
 * Interpreter snapshots: Python's memory after its start, with the kernel imported, put back instead of made again.
 *
 * Pyodide makes and loads them through private options. Memory holds numbers of functions in WebAssembly's table, and
 * these depend on the engine: a snapshot is restored by the family of engines that it was made in, into a table
 * of the length that it had.
 */

import type { LibraryConfig } from "../protocol/rpc.ts";
import type { Allocator } from "./memory.ts";
import type { CreateModule, EmscriptenModule, EmscriptenSettings, Sys } from "./pyodide.ts";

/** Words at the beginning of Emscripten's record of a library, in which it says where the library's file is. */
const RECORD = 12;

/** Libraries in WebAssembly that are linked before Python starts, in this order. */
export interface Library {
  readonly path: string;
  readonly module: WebAssembly.Module;
}

/** What a snapshot was made with, and what has to be the same when it is restored. */
export interface Linked {
  readonly table: number;
  readonly heap: number;
}

/**
 * Pyodide's glue, with libraries linked before Python starts: `loaded` has the module when nothing in it has run, `fill` when
 * it is created, and its memory not yet used.
 */
export function linking(
  create: CreateModule,
  libraries: readonly Library[],
  fill: (module: EmscriptenModule) => Promise<void> | void,
  loaded: (module: EmscriptenModule) => void = () => undefined,
): CreateModule {
  return async (settings: EmscriptenSettings) => {
    // Pyodide makes this the length of what it is to restore, which here is only a part of it.
    delete settings.INITIAL_MEMORY;
    let fail: (error: unknown) => void = () => undefined;
    const failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    const link = (given?: EmscriptenModule): void => {
      // Older versions hand over nothing: there the settings become the module.
      const module = given ?? (settings as unknown as EmscriptenModule);
      try {
        for (const library of libraries) linkLibrary(module, library, library === libraries.at(-1));
        loaded(module);
      } catch (error) {
        fail(error); // thrown here, it would leave the module waiting for ever
      }
    };
    settings.preRun = [...(settings.preRun ?? []), link];
    const module = await Promise.race([create(settings), failed]);
    await fill(module);
    return module;
  };
}

/** Links a library. What it needs and does not have is looked for once, with the `last`: each time costs milliseconds. */
function linkLibrary(module: EmscriptenModule, library: Library, last: boolean): void {
  const linked = module.newDSO(library.path, undefined, "loading");
  linked.refcount = Infinity;
  linked.global = false;
  linked.exports = module.loadWebAssemblyModule(library.module, { allowUndefined: !last }, library.path, {});
}

/** Makes room for a snapshot's memory; throws if it would not fit what was linked. */
export function makeRoom(module: EmscriptenModule, wanted: Linked): void {
  const table = module.wasmTable.length;
  if (table !== wanted.table) {
    throw new Error(`it was made for a table of ${wanted.table} functions, and this engine has ${table}`);
  }
  if (wanted.heap > module.HEAP8.length) module.growMemory(wanted.heap);
}

/** Lets Python find the libraries again that it had opened, by the handles that it remembers. */
export function reopenLibraries(module: EmscriptenModule, handles: LibraryConfig["handles"]): void {
  for (const [handle, name] of handles) {
    const linked = module.LDSO.loadedLibsByName[name];
    if (linked !== undefined) module.LDSO.loadedLibsByHandle[handle] = linked;
  }
}

/** The handles that Python has of libraries; 0 is itself. */
export function openHandles(module: EmscriptenModule): [handle: number, name: string][] {
  return Object.entries(module.LDSO.loadedLibsByHandle)
    .filter(([handle]) => handle !== "0")
    .map(([handle, linked]) => [Number(handle), linked.name]);
}

/** The handles of those that are libraries, in files of their own. */
export function openLibraries(module: EmscriptenModule): [handle: number, path: string][] {
  return openHandles(module).filter(([, name]) => name.endsWith(".so"));
}

/**
 * Frees the files of libraries that Python has opened. Emscripten keeps each in Python's memory, where nothing reads it
 * once the library is linked, and its address and length in the library's record (`struct dso` in its `dynlink.c`), which a
 * handle is the address of. `readFile` gives the file that was opened. Returns how many bytes were freed.
 */
export function freeLibraryFiles(module: EmscriptenModule & Allocator, readFile: (path: string) => Uint8Array): number {
  let freed = 0;
  for (const [handle, path] of openLibraries(module)) {
    const file = readFile(path);
    const record = new Uint32Array(module.HEAP8.buffer, handle, RECORD);
    const at = record.findIndex((address, index) => record[index + 1] === file.length && isAt(module.HEAP8, address, file));
    if (at === -1) continue;
    module._PyMem_RawFree(record[at] ?? 0);
    record.fill(0, at, at + 2);
    freed += file.length;
  }
  return freed;
}

function isAt(heap: Int8Array, address: number, file: Uint8Array): boolean {
  const bytes = new Uint8Array(heap.buffer, 0, heap.length).subarray(address, address + file.length);
  return bytes.length === file.length && bytes.every((byte, index) => byte === file[index]);
}

/** What was drawn by lot before the snapshot was made would be the same for everybody: it is drawn again. */
export function reseed(sys: Sys): void {
  for (const name of ["random", "numpy.random"]) sys.modules.get(name)?.seed();
}
