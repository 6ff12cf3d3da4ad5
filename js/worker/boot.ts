/** Booting: Pyodide, the kernel's wheel, and the notebook's own data, fetched side by side. */

import type { BootConfig, BootPhase } from "../protocol/rpc.ts";
import { placeFiles } from "./files.ts";
import type { Pyodide, PyodideModule } from "./pyodide.ts";

/** What a boot brings to life. */
export interface Booted {
  readonly pyodide: Pyodide;
  readonly notebook: string;
  readonly index: string;
}

const WHEEL = "/lib/tiffin_kernel.whl";

/** Boots; throws an `Error` whose message is a sentence for the reader when something cannot be had. */
export async function boot(config: BootConfig, phase: (name: BootPhase) => void): Promise<Booted> {
  phase("fetching");
  const modules = config.files.modules;
  const [wheel, notebook, index, archive, module] = await Promise.all([
    fetchBytes(config.kernel, "the kernel"),
    fetchText(config.notebook, "the notebook"),
    fetchText(`${config.cache}/index.json`, "the index of stored results"),
    modules === null ? null : fetchBytes(modules, "the notebook's modules"),
    importPyodide(config.runtime),
  ]);
  phase("initialising");
  const pyodide = await module.loadPyodide({
    indexURL: config.runtime,
    lockFileURL: config.lock,
    packageBaseUrl: new URL(".", config.lock).href,
    ...(config.stdlib === null ? {} : { stdLibURL: config.stdlib }),
    stdout: logQuietly,
    stderr: logQuietly,
  });
  phase("importing");
  pyodide.FS.writeFile(WHEEL, wheel);
  pyodide.runPython(`import sys; sys.path.append(${JSON.stringify(WHEEL)})`);
  placeFiles(pyodide, config.files, archive);
  if (config.interrupt !== null) pyodide.setInterruptBuffer(new Uint8Array(config.interrupt));
  return { pyodide, notebook, index };
}

async function importPyodide(runtime: string): Promise<PyodideModule> {
  try {
    return (await import(`${runtime}pyodide.mjs`)) as PyodideModule;
  } catch (error) {
    throw new Error(`Python could not be loaded from ${runtime}: ${String(error)}`, { cause: error });
  }
}

async function fetchChecked(url: string, what: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new Error(`${what} could not be loaded from ${url}: ${String(error)}`, { cause: error });
  }
  if (!response.ok) throw new Error(`${what} could not be loaded from ${url}: status ${response.status}`);
  return response;
}

async function fetchBytes(url: string, what: string): Promise<Uint8Array> {
  return new Uint8Array(await (await fetchChecked(url, what)).arrayBuffer());
}

async function fetchText(url: string, what: string): Promise<string> {
  return (await fetchChecked(url, what)).text();
}

/** What Python prints outside of cells is for somebody with the console open. */
function logQuietly(text: string): void {
  console.debug(text);
}
