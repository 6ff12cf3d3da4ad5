/** A notebook as text that fits into a link: JSON, deflated (RFC 1951), in base64url (RFC 4648, section 5). */

import { readAll } from "../../protocol/streams.ts";
import { type Draft, draftText, readDraft } from "../editor/draft.ts";

/** Bytes of a notebook in a link, at most: a link may be anybody's, and unpacks to what it likes. */
const LARGEST = 8 * 1024 * 1024;

/** Packs a notebook. */
export async function packNotebook(draft: Draft): Promise<string> {
  const packed = await through(new TextEncoder().encode(draftText(draft)), new CompressionStream("deflate-raw"), Infinity);
  return toText(packed);
}

/** Unpacks a notebook; throws a sentence for what is none. */
export async function unpackNotebook(text: string): Promise<Draft> {
  let data: Uint8Array<ArrayBuffer>;
  try {
    data = await through(fromText(text), new DecompressionStream("deflate-raw"), LARGEST);
  } catch {
    throw new Error("the notebook in this link is damaged, or was cut off");
  }
  return readDraft(new TextDecoder().decode(data));
}

async function through(
  data: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
  largest: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const writer = stream.writable.getWriter();
  // What is wrong with the data is thrown where it is read.
  writer.write(data).catch(() => undefined);
  writer.close().catch(() => undefined);
  return readAll(stream.readable, (length) => {
    if (length > largest) throw new Error("it unpacks to more than a notebook has");
  });
}

function toText(data: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < data.length; at += 8192) binary += String.fromCharCode(...data.subarray(at, at + 8192));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromText(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]*$/.test(text)) throw new Error("these are no letters of base64url");
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}
