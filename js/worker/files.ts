/** The notebook's folder in Pyodide: its own modules at once, its public files when they are first opened. */

import type { FilesConfig } from "../protocol/rpc.ts";
import { fetchBatchNow } from "./blobs.ts";
import type { FileSystem, Pyodide } from "./pyodide.ts";

/** Where the notebook is: Pyodide's working directory. */
const FOLDER = "/home/pyodide";

/** The errno of input and output errors in Emscripten (WASI). */
const EIO = 29;

type FetchNow = (url: string) => Uint8Array | undefined;

/** Puts the notebook's files where its code looks for them; nothing of `public` is fetched here. */
export function placeFiles(pyodide: Pyodide, files: FilesConfig, modules: Uint8Array | null): void {
  pyodide.runPython(`import sys; sys.path.insert(0, ${JSON.stringify(FOLDER)})`);
  if (modules !== null) pyodide.unpackArchive(modules, "zip", { extractDir: FOLDER });
  for (const [path, [size, digest]] of Object.entries(files.public)) {
    // The digest in the address: what a browser kept of another version is no answer.
    const address = `${files.base}${path.split("/").map(encodeURIComponent).join("/")}?${digest}`;
    placeLazily(pyodide.FS, `${FOLDER}/public/${path}`, size, address);
  }
}

/**
 * Makes a file of `size` bytes whose content is fetched when it is first read.
 *
 * It cannot be waited for inside Python's `open`, so that the request blocks. One that fails, or brings
 * another number of bytes, is an `OSError` there.
 */
export function placeLazily(fs: FileSystem, path: string, size: number, url: string, get: FetchNow = fetchNow): void {
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
}

function fetchNow(url: string): Uint8Array | undefined {
  return fetchBatchNow(JSON.stringify([url]))[0];
}
