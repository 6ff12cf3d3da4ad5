/** Files in Pyodide that are there before their content is: it is fetched when they are first read. */

import type { ArchiveConfig, FilesConfig } from "../protocol/rpc.ts";
import { fetchBatch, fetchBatchNow } from "./blobs.ts";
import type { FileSystem, Pyodide } from "./pyodide.ts";

/** Where the notebook is: Pyodide's working directory. */
export const FOLDER = "/home/pyodide";

/** The errno of input and output errors in Emscripten (WASI). */
const EIO = 29;

type FetchNow = (url: string) => Uint8Array | undefined;

/** Puts the notebook's files where its code looks for them; nothing of `public` is fetched here. */
export function placeFiles(pyodide: Pyodide, files: FilesConfig, modules: Uint8Array | null): void {
  pyodide.pyimport("sys").path.insert(0, FOLDER);
  if (modules !== null) pyodide.unpackArchive(modules, "zip", { extractDir: FOLDER });
  for (const [path, [size, digest]] of Object.entries(files.public)) {
    // The digest in the address: what a browser kept of another version is no answer.
    const address = `${files.base}${path.split("/").map(encodeURIComponent).join("/")}?${digest}`;
    placeLazily(pyodide.FS, `${FOLDER}/public/${path}`, size, address);
  }
}

/** Whether a file has its content, and how to give it. */
export interface LazyFile {
  readonly isFilled: () => boolean;
  readonly fill: (contents: Uint8Array) => void;
}

/** Puts an archive where Python has found one; returns what fetches it before it is read, without blocking. */
export function placeArchive(
  fs: FileSystem,
  path: string,
  archive: ArchiveConfig,
  get: (urls: string) => Promise<readonly (Uint8Array | undefined)[]> = fetchBatch,
): () => Promise<void> {
  const file = placeLazily(fs, path, archive.size, archive.url);
  return async () => {
    if (file.isFilled()) return;
    const [body] = await get(JSON.stringify([archive.url]));
    if (body?.length === archive.size) file.fill(body);
  };
}

/**
 * Makes a file of `size` bytes whose content is fetched when it is first read.
 *
 * It cannot be waited for inside Python's `open`, so that the request blocks. One that fails, or brings
 * another number of bytes, is an `OSError` there.
 */
export function placeLazily(fs: FileSystem, path: string, size: number, url: string, get: FetchNow = fetchNow): LazyFile {
  fs.mkdirTree(path.slice(0, path.lastIndexOf("/")));
  fs.writeFile(path, new Uint8Array(0));
  const node = fs.lookupPath(path).node;
  let contents: Uint8Array | null | undefined;
  Object.defineProperty(node, "contents", {
    configurable: true,
    get() {
      if (contents === undefined) {
        const body = get(url);
        if (body?.length !== size) {
          console.warn(`${url} could not be had as it was exported`);
          throw new fs.ErrnoError(EIO);
        }
        contents = body;
      }
      return contents;
    },
    set(value: Uint8Array | null) {
      contents = value;
    },
  });
  node.usedBytes = size;
  return {
    isFilled: () => contents !== undefined,
    fill: (data) => {
      contents ??= data;
    },
  };
}

function fetchNow(url: string): Uint8Array | undefined {
  return fetchBatchNow(JSON.stringify([url]))[0];
}
