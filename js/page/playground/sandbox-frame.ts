/**
 * Runs in a frame on an opaque origin, and starts the worker there: what that does reaches neither the page that the
 * frame is in, nor anything that the page's origin keeps. All they have in common is one port.
 */

import type { FromSandbox, StartSandbox } from "./sandboxed-worker.ts";

/**
 * A script that imports the worker's own. An origin of this kind has no address to start a worker from, Chromium starts
 * none of it that is a module itself, and what is sent before the import is done would find nobody.
 */
function programOf(worker: string): string {
  return `
const early = [];
onmessage = (event) => early.push(event.data);
import(${JSON.stringify(worker)}).then(
  () => {
    onmessage = null;
    early.forEach((data) => dispatchEvent(new MessageEvent("message", { data })));
  },
  (error) => setTimeout(() => { throw error; }),
);`;
}

window.addEventListener(
  "message",
  (event: MessageEvent<StartSandbox>) => {
    const [port] = event.ports;
    if (port === undefined) return;
    const tell = (message: FromSandbox): void => {
      port.postMessage(message);
    };
    try {
      const source = new Blob([programOf(event.data.worker)], { type: "text/javascript" });
      const worker = new Worker(URL.createObjectURL(source), { name: event.data.name });
      worker.onmessage = (said: MessageEvent<unknown>) => {
        tell({ kind: "message", data: said.data });
      };
      worker.onerror = (error) => {
        error.preventDefault();
        const message: unknown = error.message; // a script that cannot be loaded gives an event without one
        tell({ kind: "error", message: typeof message === "string" ? message : "" });
      };
      worker.onmessageerror = () => {
        tell({ kind: "messageerror" });
      };
      port.onmessage = (sent: MessageEvent<unknown>) => {
        worker.postMessage(sent.data);
      };
    } catch (error) {
      tell({ kind: "error", message: String(error) });
    }
  },
  { once: true },
);
