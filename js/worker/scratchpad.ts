/** The scratchpad: fetched, and given to a kernel that is up, when code first comes. */

import type { BootConfig, FromWorker } from "../protocol/rpc.ts";
import type { KernelHost, Pyodide } from "./pyodide.ts";
import { fetchBytes } from "./runtime.ts";

const ARCHIVE = "/lib/tiffin_scratchpad.zip";

/** Its modules lie in packages of the kernel. */
const ADD = `
import importlib
for name in ("graph", "host.browser", "run", "session"):
    place = f"${ARCHIVE}/tiffin/{name.replace('.', '/')}"
    importlib.import_module(f"tiffin.{name}").__path__.append(place)
`;

/** Returns what takes the kernel's commands from now on, code among them. */
export async function addScratchpad(
  pyodide: Pyodide,
  host: KernelHost,
  config: BootConfig,
  send: (message: FromWorker) => void,
): Promise<KernelHost> {
  const archive = await fetchBytes(config.runtime.scratchpad.url, "the scratchpad");
  pyodide.FS.writeFile(ARCHIVE, archive);
  pyodide.runPython(ADD);
  const shared = config.interrupt === null ? null : new Int32Array(config.interrupt);
  const telling = {
    begun: (run: string, number: number, timeout: number | undefined) => {
      send({ kind: "begun", run, number, timeout: timeout ?? null });
    },
    piece: (run: string, event: string, data: string) => {
      send({ kind: "piece", run, event, data });
    },
    edited: (notebook: string) => {
      send({ kind: "edited", notebook });
    },
    meant: () => (shared === null ? 0 : Atomics.load(shared, 1)),
  };
  return pyodide.pyimport("tiffin.host.browser.scratchpad").add_scratchpad(host, telling, shared !== null);
}
