/**
 * The first script of a page that starts Python at once. It runs as soon as it is there, before the page is laid out
 * and its own script runs, and does nothing but start the worker.
 */

import { bootWorker } from "./boot-worker.ts";
import { bootPolicy, readConfig } from "./config.ts";

try {
  const config = readConfig(document);
  const taken = window.tiffinWorker !== undefined;
  if (config !== null && !taken && bootPolicy(config, new URL(location.href)) === "eager") {
    window.tiffinWorker = bootWorker(config, import.meta.url);
  }
} catch (error) {
  console.debug(`Python is started by the page itself: ${String(error)}`);
}
