/** Failures of the page's own files and scripts, told in words: what was exported stays to be read. */

import { showNotice } from "./notices.ts";

/** What Chromium and Firefox say when an observer takes more than a frame, which harms nobody. */
const HARMLESS = /^ResizeObserver loop/;

/** Listens to everything that fails to load, and to every error that nobody catches. */
export function watchFailures(page: Window): void {
  page.addEventListener(
    "error",
    (event) => {
      const text = failureText(event);
      if (text !== null) whenParsed(page.document, () => showNotice({ level: "error", text }));
    },
    true,
  );
}

/** The sentence for a failure; null for what the reader need not know. */
export function failureText(event: Event): string | null {
  const { target } = event;
  if (target instanceof HTMLScriptElement) {
    // Without the one that only starts Python early, the page starts it itself.
    if (target.async) return null;
    return `This page’s script could not be loaded (${nameOf(target.src)}): what is shown are the author’s results, and the widgets do not work. Reload the page.`;
  }
  if (target instanceof HTMLLinkElement) {
    if (target.rel !== "stylesheet") return null;
    return `A style sheet could not be loaded (${nameOf(target.href)}), so this page looks plainer than it should. Reload the page.`;
  }
  if (target instanceof HTMLImageElement) {
    if (target.src.startsWith("data:")) return null;
    return `A picture could not be loaded (${nameOf(target.src)}): its description stands in its place. Reload the page.`;
  }
  if (event instanceof ErrorEvent && event.message !== "" && !HARMLESS.test(event.message)) {
    return `Something in this page’s script failed: ${event.message.replace(/[.\s]+$/, "")}. What is shown is still what was worked out; reload the page to go on.`;
  }
  return null;
}

function nameOf(address: string): string {
  return address.split(/[?#]/)[0]?.split("/").at(-1) ?? address;
}

/** Calls once there is a page to show something on. */
function whenParsed(document: Document, act: () => void): void {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", act, { once: true });
  else act();
}
