/** The runtime's files: everything that a boot needs is on its way before the first of it is used. */

import type { RuntimeConfig } from "../protocol/rpc.ts";
import { readAll } from "../protocol/streams.ts";
import type { KeptFiles } from "./kept-runtime.ts";
import type { CreateModule, PyodideModule } from "./pyodide.ts";

/** A file that could not be had; the message is a sentence for the reader. */
export async function fetchChecked(url: string, what: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new Error(`${what} could not be loaded from ${url}: ${String(error)}`, { cause: error });
  }
  if (!response.ok) throw new Error(`${what} could not be loaded from ${url}: status ${response.status}`);
  return response;
}

export async function fetchBytes(url: string, what: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await fetchChecked(url, what)).arrayBuffer());
}

export async function fetchText(url: string, what: string): Promise<string> {
  return (await fetchChecked(url, what)).text();
}

/** A file as it is kept, or else fetched and unpacked. */
export async function getUnpacked(url: string, what: string, kept: KeptFiles): Promise<Uint8Array<ArrayBuffer>> {
  const found = await kept.get(url);
  if (found !== null) return found;
  const data = await fetchUnpacked(url, what);
  kept.hold(url, data);
  return data;
}

/** A file that the browser has fetched lately and still has, unpacked; null if it would have to be sent again. */
export async function findUnpacked(url: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const response = await fetch(url, { cache: "only-if-cached", mode: "same-origin" }).catch(() => null);
  return response?.ok === true ? unpack(new Uint8Array(await response.arrayBuffer())) : null;
}

/** Fetches bytes that may have come compressed by gzip, whether the host said so or not. */
export async function fetchUnpacked(url: string, what: string): Promise<Uint8Array<ArrayBuffer>> {
  return unpack(await fetchBytes(url, what));
}

async function unpack(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (data[0] !== 0x1f || data[1] !== 0x8b) return data;
  const { readable, writable } = new DecompressionStream("gzip");
  const writer = writable.getWriter();
  // What is wrong with the data is thrown where it is read.
  writer.write(data).catch(() => undefined);
  writer.close().catch(() => undefined);
  // Not by way of a `Response`: Firefox reports a stream that fails in one, whoever catches it.
  return readAll(readable);
}

/** Compiles WebAssembly while it arrives; `packed` for a file of gzip from a host that compresses nothing. */
export async function compileModule(url: string, packed: boolean): Promise<WebAssembly.Module> {
  const response = await fetchChecked(packed ? `${url}.gz` : url, "Python");
  if (packed && response.body !== null) {
    const unpacked = response.body.pipeThrough(new DecompressionStream("gzip"));
    return WebAssembly.compileStreaming(new Response(unpacked, { headers: { "Content-Type": "application/wasm" } }));
  }
  // Compiling while streaming wants the very type, which not every host sends.
  const typed = response.headers.get("Content-Type")?.startsWith("application/wasm") === true;
  return typed ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

/** Pyodide's two scripts: the loader, and the glue between Python and JavaScript. */
export interface Scripts {
  readonly loader: PyodideModule;
  /** Null where the loader finds it by itself. */
  readonly glue: CreateModule | null;
}

export async function importScripts(runtime: RuntimeConfig): Promise<Scripts> {
  const [loader, glue] = await Promise.all([
    importScript(runtime.loader),
    runtime.glue === null ? null : importScript(runtime.glue),
  ]);
  if (glue === null) return { loader: loader as PyodideModule, glue: null };
  const given = (glue as { readonly default?: CreateModule }).default ?? oldGlue();
  if (given === undefined) throw new Error(`Python could not be loaded: ${String(runtime.glue)} is not Pyodide's glue`);
  return { loader: loader as PyodideModule, glue: given };
}

/** Until 0.29 the glue is no module: it leaves its function where everybody finds it. */
function oldGlue(): CreateModule | undefined {
  return (globalThis as { readonly _createPyodideModule?: CreateModule })._createPyodideModule;
}

async function importScript(url: string): Promise<unknown> {
  try {
    return (await import(url)) as unknown;
  } catch (error) {
    throw new Error(`Python could not be loaded from ${url}: ${String(error)}`, { cause: error });
  }
}

type Fetch = (input: Request | URL | string, init?: RequestInit) => Promise<Response>;

type Instantiate = (
  source: Response | PromiseLike<Response>,
  imports?: WebAssembly.Imports,
) => Promise<WebAssembly.WebAssemblyInstantiatedSource>;

/**
 * Does `work`, in which files are not fetched but given: by address, and the WebAssembly module.
 *
 * Pyodide knows one folder with its own file names. Ours are named by their content, and are here already.
 */
export async function withFiles<T>(
  files: Readonly<Record<string, () => Promise<Response>>>,
  compiled: WebAssembly.Module,
  work: () => Promise<T>,
): Promise<T> {
  const scope: { fetch: Fetch } = self;
  const fetchOne = scope.fetch;
  const linker: { instantiateStreaming: Instantiate } = WebAssembly;
  const instantiate = linker.instantiateStreaming;
  scope.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : input.toString();
    return files[url]?.() ?? fetchOne(input, init);
  };
  linker.instantiateStreaming = async (_source, imports) => {
    linker.instantiateStreaming = instantiate; // what Pyodide instantiates first is itself
    return { instance: await WebAssembly.instantiate(compiled, imports), module: compiled };
  };
  try {
    return await work();
  } finally {
    scope.fetch = fetchOne;
    linker.instantiateStreaming = instantiate;
  }
}
