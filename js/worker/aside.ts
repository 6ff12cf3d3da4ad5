/** Fetching in a worker of its own: a thread that links WebAssembly cannot read what arrives meanwhile. */

import type { ToWorker } from "../protocol/rpc.ts";
import { fetchUnpacked } from "./runtime.ts";

/** What such a worker answers. */
type Fetched = { readonly data: Uint8Array<ArrayBuffer> } | { readonly problem: string };

/** What was fetched so: only the other workers have it among their resources. */
export const fetchedAside: string[] = [];

/** `fetchUnpacked`, in another worker with this one's script where there can be one. */
export function fetchAside(url: string, what: string): Promise<Uint8Array<ArrayBuffer>> {
  let worker: Worker;
  try {
    worker = new Worker(self.location.href, { type: "module", name: "tiffin: fetching" });
  } catch {
    return fetchUnpacked(url, what); // engines without workers inside workers
  }
  fetchedAside.push(url);
  return new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Fetched>) => {
      if ("data" in data) resolve(data.data);
      else reject(new Error(data.problem));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      resolve(fetchUnpacked(url, what));
    };
    worker.postMessage({ kind: "fetch", url, what } satisfies ToWorker);
  }).finally(() => {
    worker.terminate();
  });
}

/** The other side: fetches, and hands over what it has. */
export async function answerFetch(url: string, what: string): Promise<void> {
  try {
    const data = await fetchUnpacked(url, what);
    self.postMessage({ data } satisfies Fetched, { transfer: [data.buffer] });
  } catch (error) {
    self.postMessage({ problem: error instanceof Error ? error.message : String(error) } satisfies Fetched);
  }
}
