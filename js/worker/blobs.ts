/** Fetching manifests and blobs: a batch concurrently, one hand-over to Python. */

/** Fetches each URL of a JSON array; the body's bytes, or null where it could not be had. */
export async function fetchBatch(urls: string, get: typeof fetch = fetch): Promise<(Uint8Array | null)[]> {
  const wanted = JSON.parse(urls) as readonly string[];
  return Promise.all(wanted.map((url) => fetchOne(url, get)));
}

async function fetchOne(url: string, get: typeof fetch): Promise<Uint8Array | null> {
  try {
    const response = await get(url);
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
  } catch {
    // No network, or a server that went away: for the kernel that is a miss, and the value is made again.
    return null;
  }
}
