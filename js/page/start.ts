/**
 * The first script of a page that starts Python at once: what every page does before anything of it is seen, and then
 * the worker's start, which waits for no style, no layout and no other script.
 */

import "./early.ts";
import { bootWorker } from "./boot-worker.ts";
import { bootPolicy, readConfig } from "./config.ts";

const script = document.currentScript; // as this runs, and never again
try {
  const config = readConfig(document);
  const taken = window.tiffinWorker !== undefined;
  if (config !== null && !taken && bootPolicy(config, new URL(location.href)) === "eager") {
    window.tiffinWorker = bootWorker(config, script instanceof HTMLScriptElement ? script.src : "");
  }
} catch (error) {
  console.debug(`Python is started by the page itself: ${String(error)}`);
}
