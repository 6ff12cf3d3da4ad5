/**
 * The first script of a page that starts Python at once: what every page does before anything of it is seen, and then
 * the worker's start. Where the page is kept from an earlier visit that waits for nothing; else for the first frame:
 * what is to be seen has to come first, and a host answers only so many requests at a time.
 */

import "./early.ts";
import { bootWorker } from "./boot-worker.ts";
import { bootPolicy, isKept, readConfig } from "./config.ts";

function startPython(script: string): void {
  try {
    const config = readConfig(document);
    const taken = window.tiffinWorker !== undefined;
    if (config !== null && !taken && bootPolicy(config, new URL(location.href)) === "eager") {
      window.tiffinWorker = bootWorker(config, script);
    }
  } catch (error) {
    console.debug(`Python is started by the page itself: ${String(error)}`);
  }
}

const own = document.currentScript; // as this runs, and never again
const address = own instanceof HTMLScriptElement ? own.src : "";
if (isKept(performance, address)) startPython(address);
else {
  requestAnimationFrame(() => {
    setTimeout(() => {
      startPython(address);
    });
  });
}
