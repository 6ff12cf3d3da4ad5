/**
 * The first script of a page that starts Python at once: what every page does before anything of it is seen, and then
 * the start of a worker, which takes its time to be there. What the worker then does waits for the first frame: what is
 * to be seen comes first, and has the processor and the line for itself.
 */

import "./early.ts";
import { bootWorker } from "./boot-worker.ts";
import { bootPolicy, readConfig } from "./config.ts";

/** Milliseconds after which there will be no frame: the page is not to be seen. */
const PATIENCE = 300;

const script = document.currentScript; // as this runs, and never again
try {
  const config = readConfig(document);
  const taken = window.tiffinWorker !== undefined;
  if (config !== null && !taken && bootPolicy(config, new URL(location.href)) === "eager") {
    window.tiffinWorker = bootWorker(config, script instanceof HTMLScriptElement ? script.src : "", [], null, afterFirstFrame);
  }
} catch (error) {
  console.debug(`Python is started by the page itself: ${String(error)}`);
}

function afterFirstFrame(call: () => void): void {
  let isCalled = false;
  const once = (): void => {
    if (!isCalled) call();
    isCalled = true;
  };
  requestAnimationFrame(() => {
    setTimeout(once);
  });
  setTimeout(once, PATIENCE);
}
