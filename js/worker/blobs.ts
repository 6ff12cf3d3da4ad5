/** Fetching manifests and blobs: a batch concurrently, one hand-over to Python. */

/** A body's bytes; undefined, which is Python's None in every Pyodide (null is not), where it could not be had. */
export type Body = Uint8Array | undefined;

/** Fetches each URL of a JSON array. */
export async function fetchBatch(urls: string, get: typeof fetch = fetch): Promise<Body[]> {
  const wanted = JSON.parse(urls) as readonly string[];
  return Promise.all(wanted.map((url) => fetchOne(url, get)));
}

async function fetchOne(url: string, get: typeof fetch): Promise<Body> {
  try {
    const response = await get(url);
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
  } catch {
    // No network, or a server that went away: for the kernel that is a miss, and the value is made again.
    return undefined;
  }
}
