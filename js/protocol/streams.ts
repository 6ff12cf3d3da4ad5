/** Streams of bytes. */

/** Reads a stream to its end; `progress` hears after each piece how many bytes there are, and may throw. */
export async function readAll(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  progress: (length: number) => void = () => undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
    progress(length);
  }
  if (chunks.length === 1 && chunks[0] !== undefined) return chunks[0];
  const body = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.length;
  }
  return body;
}
