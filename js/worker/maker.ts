/** The worker that makes interpreter snapshots: in the very engine that will restore them, by the same steps. */

import type { LibraryConfig, RuntimeConfig } from "../protocol/rpc.ts";
import { reasonOf } from "../protocol/reason.ts";
import { addKernel, loadPyodide } from "./boot.ts";
import { clearFreed, type Fresh, packMemory } from "./memory.ts";
import type { EmscriptenModule, Pyodide } from "./pyodide.ts";
import { compileModule, fetchBytes, fetchText, importScripts } from "./runtime.ts";
import { freeLibraryFiles, type Library, linking, openHandles, openLibraries } from "./snapshot.ts";

/** What to make: Python with the kernel imported, after `code` has run, with `packages` of the runtime's lock loaded before. */
export interface MakeConfig {
  readonly runtime: RuntimeConfig;
  readonly packages: readonly string[];
  readonly code: string;
  /** Where the snapshot's memory, and its libraries by number, are sent to. */
  readonly target: string;
}

/** What was made; its memory and the libraries went to the target. */
export type Made =
  | {
      readonly kind: "made";
      readonly table: number;
      readonly heap: number;
      readonly libraries: readonly string[];
      readonly handles: LibraryConfig["handles"];
      /** The packages that were loaded, those that others need included. */
      readonly packages: readonly string[];
    }
  | { readonly kind: "failed"; readonly reason: string };

/** What is in every snapshot: the kernel, and a codec of Python's that is imported only when a key is made. */
const KERNEL = "tiffin.host.browser.entry, encodings.utf_16_be";

/** What has a look at a module as `linking` says. */
type Look = Record<"loaded" | "created", (module: EmscriptenModule) => void>;

const BLIND: Look = { loaded: () => undefined, created: () => undefined };

async function make(config: MakeConfig): Promise<Made> {
  const { runtime } = config;
  const [scripts, wasm, lock, stdlib, kernel] = await Promise.all([
    importScripts(runtime),
    compileModule(runtime.wasm, false),
    fetchText(runtime.lock, "the list of packages"),
    fetchBytes(runtime.stdlib.url, "the standard library"),
    fetchBytes(runtime.kernel.url, "the kernel"),
  ]);
  const glue = scripts.glue;
  if (glue === null) throw new Error("there is no glue to make a snapshot with");
  const start = async (libraries: readonly Library[], look: Look): Promise<Pyodide> => {
    const pyodide = await loadPyodide(
      runtime,
      () => lock,
      scripts.loader,
      wasm,
      linking(glue, libraries, look.created, look.loaded),
      () => Promise.resolve(new Response(stdlib)),
      { _makeSnapshot: true },
    );
    addKernel(pyodide, kernel);
    await loadPackages(pyodide, config.packages);
    return pyodide;
  };
  const libraries = config.packages.length === 0 ? [] : await findLibraries(await start([], BLIND), config);
  let table = 0;
  let fresh: Fresh = { loaded: new Int8Array(0), created: new Int8Array(0) };
  const pyodide = await start(libraries, {
    loaded: (module) => {
      fresh = { ...fresh, loaded: module.HEAP8.slice() };
    },
    created: (module) => {
      table = module.wasmTable.length;
      fresh = { ...fresh, created: module.HEAP8.slice() };
    },
  });
  pyodide.runPython(`import ${KERNEL}`);
  pyodide.runPython(config.code);
  const packages = Object.keys(pyodide.loadedPackages);
  // Nothing that JavaScript made may be in it, and nothing that nobody needs should be.
  for (const name of packages) Reflect.deleteProperty(pyodide.loadedPackages, name);
  pyodide.runPython("import gc; gc.collect()");
  freeLibraryFiles(pyodide._module, (path) => pyodide.FS.readFile(path));
  clearFreed(pyodide._module);
  await send(`${config.target}memory`, packMemory(pyodide.makeMemorySnapshot(), fresh));
  return {
    kind: "made",
    table,
    heap: pyodide._module.HEAP8.length,
    libraries: libraries.map((library) => library.path),
    handles: openHandles(pyodide._module),
    packages,
  };
}

/** The libraries that the code opens, by name, so that every engine has them in the same order; they are sent, too. */
async function findLibraries(pyodide: Pyodide, config: MakeConfig): Promise<Library[]> {
  pyodide.runPython(config.code);
  const found: Library[] = [];
  const opened = new Set(openLibraries(pyodide._module).map(([, path]) => path));
  for (const path of [...opened].sort()) {
    const data = pyodide.FS.readFile(path);
    await send(`${config.target}library-${found.length}`, data);
    found.push({ path, module: await WebAssembly.compile(data) });
  }
  return found;
}

async function loadPackages(pyodide: Pyodide, names: readonly string[]): Promise<void> {
  const problems: string[] = [];
  await pyodide.loadPackage(names, {
    messageCallback: () => undefined,
    errorCallback: (problem) => problems.push(problem),
  });
  if (problems.length > 0) throw new Error(problems.join("; "));
}

async function send(url: string, data: Uint8Array<ArrayBuffer>): Promise<void> {
  const answer = await fetch(url, { method: "PUT", body: data });
  if (!answer.ok) throw new Error(`${url} was not taken: status ${answer.status}`);
}

self.addEventListener("message", (event: MessageEvent<MakeConfig>) => {
  make(event.data).then(
    (made) => {
      self.postMessage(made);
    },
    (error: unknown) => {
      const reason = reasonOf(error);
      self.postMessage({ kind: "failed", reason } satisfies Made);
    },
  );
});
