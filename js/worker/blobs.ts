/** Fetching manifests and blobs: between cells a batch concurrently, inside a body one after another at once. */

import { readAll } from "../protocol/streams.ts";

/** A body's bytes; undefined, which is Python's None in every Pyodide (null is not), where it could not be had. */
export type Body = Uint8Array | undefined;

/** How long to try: pauses before each further attempt, and how long nothing may come, in milliseconds. */
export interface Patience {
  readonly pauses: readonly number[];
  readonly stall: number;
}

const PATIENCE: Patience = { pauses: [250, 1000], stall: 20_000 };

/** Requests under way at once; more would wait in the browser, where waiting counts as stalling. */
const AT_ONCE = 12;

/** Fetches each URL of a JSON array; for the kernel what cannot be had is a miss, and is made again. */
export async function fetchBatch(
  urls: string,
  get: typeof fetch = fetch,
  patience: Patience = PATIENCE,
): Promise<Body[]> {
  const wanted = JSON.parse(urls) as readonly string[];
  const bodies = new Array<Body>(wanted.length).fill(undefined);
  const waiting = wanted.entries();
  const work = async (): Promise<void> => {
    for (const [index, url] of waiting) bodies[index] = await fetchOne(url, get, patience);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, wanted.length) }, work));
  return bodies;
}

async function fetchOne(url: string, get: typeof fetch, patience: Patience): Promise<Body> {
  for (const pause of [0, ...patience.pauses]) {
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    try {
      const answer = await attempt(url, get, patience.stall);
      if (answer !== "again") return answer;
    } catch {
      // No network, a server that went away, or nothing came for too long.
    }
  }
  return undefined;
}

async function attempt(url: string, get: typeof fetch, stall: number): Promise<Body | "again"> {
  const abort = new AbortController();
  let timer = setTimeout(() => {
    abort.abort();
  }, stall);
  const rewind = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      abort.abort();
    }, stall);
  };
  try {
    const response = await get(url, { signal: abort.signal });
    if (!response.ok) return passes(response.status) ? "again" : undefined;
    if (response.body === null) return new Uint8Array(await response.arrayBuffer());
    return await readAll(response.body, rewind);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether an answer with this status may be another one a little later. */
function passes(status: number): boolean {
  return status >= 500 || status === 408 || status === 429;
}

/** Does the same without waiting, which a worker may do: for Python code that cannot be suspended. */
export function fetchBatchNow(
  urls: string,
  make: () => XMLHttpRequest = () => new XMLHttpRequest(),
  patience: Patience = PATIENCE,
): Body[] {
  return (JSON.parse(urls) as readonly string[]).map((url) => fetchOneNow(url, make, patience));
}

function fetchOneNow(url: string, make: () => XMLHttpRequest, patience: Patience): Body {
  for (let tries = 0; tries <= patience.pauses.length; tries += 1) {
    const request = make();
    try {
      request.open("GET", url, false);
      request.responseType = "arraybuffer";
      request.timeout = patience.stall;
      request.send();
    } catch {
      continue; // no network, or a server that went away
    }
    if (request.status === 200) return new Uint8Array(request.response as ArrayBuffer);
    if (!passes(request.status)) return undefined;
  }
  return undefined;
}
