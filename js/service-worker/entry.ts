/** The service worker of a site: isolates its pages, and keeps them working without a network. */

import type { ToServiceWorker } from "../protocol/offline.ts";
import { Copies } from "./copies.ts";
import { belongs, isImmutable, isolated, keyOf, type Site } from "./site.ts";

declare const self: ServiceWorkerGlobalScope & { readonly tiffinSite: Site };

const scope = self.registration.scope;
const site = self.tiffinSite;
const copies = new Copies(scope, site);

self.addEventListener("install", (event) => {
  // Nothing is lost: what an open page still needs of an older version is found there.
  event.waitUntil(self.skipWaiting());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const isOurs = request.method === "GET" && belongs(request.url, scope, site);
  // Parts of files, as videos ask for them, are the host's business.
  if (isOurs && !request.headers.has("Range")) event.respondWith(answer(event));
});

self.addEventListener("message", (event) => {
  const message = event.data as ToServiceWorker;
  const [port] = event.ports;
  event.waitUntil(copies.keep(message.urls, message.complete).then((told) => port?.postMessage(told)));
});

/** What never changes comes from the copy; all else from the host, and from the copy where there is no host. */
async function answer(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const key = keyOf(request.url, request.mode === "navigate");
  if (isImmutable(request.url, site)) {
    const found = await copies.find(key);
    if (found !== undefined) return isolated(found);
  }
  try {
    const response = await fetch(request);
    event.waitUntil(copies.put(key, response.clone()));
    return isolated(response);
  } catch {
    const found = await copies.find(key);
    return found === undefined ? Response.error() : isolated(found);
  }
}
