/**
 * Memory that another worker fetches: a thread that links WebAssembly cannot read what arrives meanwhile. The page
 * starts both, so that neither waits for the other, and joins them by a channel.
 */

import { reasonOf } from "../protocol/reason.ts";
import type { KeptFiles } from "./kept-runtime.ts";
import { getUnpacked } from "./runtime.ts";

/** What comes through the channel. */
type Fetched = { readonly data: Uint8Array<ArrayBuffer>; readonly isKept: boolean } | { readonly problem: string };

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
export async function receive(
  port: MessagePort | null,
  url: string,
  what: string,
  kept: KeptFiles,
): Promise<Uint8Array<ArrayBuffer>> {
  if (port === null) return getUnpacked(url, what, kept);
  const coming = new Promise<Fetched>((resolve) => {
    port.onmessage = (event: MessageEvent<Fetched>) => {
      resolve(event.data);
    };
  });
  const fetched = await Promise.race([coming, givenUp]);
  port.close();
  if (fetched === undefined) return getUnpacked(url, what, kept);
  if ("problem" in fetched) throw new Error(fetched.problem);
  if (fetched.isKept) {
    kept.noteRead(url);
  } else {
    fetchedAside.push(url);
    kept.hold(url, fetched.data);
  }
  return fetched.data;
}

/** The other worker's part: fetches, and hands over what it has. */
export async function send(port: MessagePort, url: string, what: string, kept: KeptFiles): Promise<void> {
  try {
    const data = await getUnpacked(url, what, kept);
    port.postMessage({ data, isKept: kept.read.includes(url) } satisfies Fetched, [data.buffer]);
  } catch (error) {
    port.postMessage({ problem: reasonOf(error) } satisfies Fetched);
  }
}
