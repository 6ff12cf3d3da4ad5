/**
 * Memory that another worker fetches: a thread that links WebAssembly cannot read what arrives meanwhile. The page
 * starts both, so that neither waits for the other, and joins them by a channel.
 */

import { reasonOf } from "../protocol/reason.ts";
import { fetchUnpacked } from "./runtime.ts";

/** What comes through the channel. */
type Fetched = { readonly data: Uint8Array<ArrayBuffer> } | { readonly problem: string };

/** What was fetched so: only the other workers have it among their resources. */
export const fetchedAside: string[] = [];

let giveUp: () => void;
const givenUp = new Promise<void>((resolve) => {
  giveUp = resolve;
});

/** The other worker has died: nothing will come from it. */
export function giveUpAside(): void {
  giveUp();
}

/** What another worker sends through `port`; fetched here where there is none, or where it dies. */
export async function receive(port: MessagePort | null, url: string, what: string): Promise<Uint8Array<ArrayBuffer>> {
  if (port === null) return fetchUnpacked(url, what);
  fetchedAside.push(url);
  const coming = new Promise<Fetched>((resolve) => {
    port.onmessage = (event: MessageEvent<Fetched>) => {
      resolve(event.data);
    };
  });
  const fetched = await Promise.race([coming, givenUp]);
  port.close();
  if (fetched === undefined) return fetchUnpacked(url, what);
  if ("problem" in fetched) throw new Error(fetched.problem);
  return fetched.data;
}

/** The other worker's part: fetches, and hands over what it has. */
export async function send(port: MessagePort, url: string, what: string): Promise<void> {
  try {
    const data = await fetchUnpacked(url, what);
    port.postMessage({ data } satisfies Fetched, [data.buffer]);
  } catch (error) {
    port.postMessage({ problem: reasonOf(error) } satisfies Fetched);
  }
}
