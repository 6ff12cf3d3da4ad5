/** What a service worker knows of the site that it serves. */

/** The exporter writes this before the service worker's code. */
export interface Site {
  /** A digest of everything in the site. */
  readonly version: string;
  /** Paths of what Python may need beyond what a page has loaded so far. */
  readonly files: readonly string[];
  /** Where else than in the site its runtime and wheels lie: releases, which never change. */
  readonly foreign: readonly string[];
}

/** Names made of their content's digest, as `host/server/static.py` has them: what they hold never changes. */
const HASHED = /-[0-9A-Z]{8}\.(?:js|css|woff2)$|\/[0-9a-f]{20,}(?:\.(?!json)\w+)?$/;

/** Whether an address is the site's business: of its own folder, or of its runtime elsewhere. */
export function belongs(address: string, scope: string, site: Site): boolean {
  return address.startsWith(scope) || isForeign(address, site);
}

/** Whether what lies at an address stays the same for ever. */
export function isImmutable(address: string, site: Site): boolean {
  return HASHED.test(new URL(address).pathname) || isForeign(address, site);
}

function isForeign(address: string, site: Site): boolean {
  return site.foreign.some((prefix) => address.startsWith(prefix));
}

/** The address under which an answer is kept: a page is the same with every query. */
export function keyOf(address: string, isPage: boolean): string {
  const url = new URL(address);
  url.hash = "";
  if (isPage) url.search = "";
  return url.href;
}

/** The same answer with the headers that isolate a page, which its host could not send. */
export function isolated(response: Response): Response {
  // The answer to a redirected navigation is the browser's to follow, and has nothing in it.
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  if (response.type !== "cors") headers.set("Cross-Origin-Resource-Policy", "same-origin");
  // The body has been decoded by now.
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  const empty = [204, 205, 304].includes(response.status);
  const { status, statusText } = response;
  return new Response(empty ? null : response.body, { status, statusText, headers });
}
