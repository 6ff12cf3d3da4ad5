/** The worker that runs Python: boots when told to, then takes commands and sends events. */

import type { BootConfig, FromWorker, ToWorker } from "../protocol/rpc.ts";
import { boot } from "./boot.ts";
import { startKernel } from "./kernel.ts";
import type { Handle } from "./pyodide.ts";

/** More than any notebook loads: a browser remembers 250 by itself. */
const MOST_RESOURCES = 10_000;
performance.setResourceTimingBufferSize(MOST_RESOURCES);

const started = performance.now();
let handle: Handle | null = null;

function send(message: FromWorker): void {
  self.postMessage(message);
}

function now(): number {
  return Math.round(performance.now() - started);
}

async function start(config: BootConfig): Promise<void> {
  const jspi = "Suspending" in WebAssembly;
  const booted = await boot(config, (phase) => {
    send({ kind: "phase", phase, at: now() });
  });
  send({ kind: "phase", phase: "starting", at: now() });
  handle = startKernel(
    booted,
    config,
    jspi,
    (text) => {
      send({ kind: "event", text });
    },
    (names) => {
      send({ kind: "phase", phase: "installing", at: now(), detail: names.join(", ") });
    },
  );
  send({ kind: "booted", at: now(), jspi });
}

function fail(error: unknown): void {
  send({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
}

self.addEventListener("message", (event: MessageEvent<ToWorker>) => {
  const message = event.data;
  switch (message.kind) {
    case "boot":
      start(message.config).catch(fail);
      break;
    case "command":
      if (handle === null) fail("a command came before Python was ready");
      else handle(message.text).catch(fail);
      break;
    case "resources":
      send({ kind: "resources", urls: performance.getEntriesByType("resource").map((entry) => entry.name) });
      break;
  }
});
