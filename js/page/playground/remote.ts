/** Notebooks at addresses: what `?url=` names, and how it is fetched. */

import { readAll } from "../../protocol/streams.ts";
import { guessFilename, readNotebookFile } from "../files/notebook-files.ts";
import type { Draft } from "../editor/draft.ts";

/** Bytes of a file, at most: an address may be anybody's. */
const LARGEST = 16 * 1024 * 1024;

const KNOWN = /\.(?:py|ipynb|md|markdown|json)$/i;

/** Where the file itself is that a page of GitHub, Gist or GitLab shows; other addresses are what they are. */
export function fileAddress(address: URL): URL {
  const parts = address.pathname.split("/").filter((part) => part !== "");
  const [owner = "", name = "", third = "", ...others] = parts;
  switch (address.hostname) {
    case "github.com":
    case "www.github.com":
      if ((third !== "blob" && third !== "raw") || others.length < 2) return address;
      return new URL(`https://raw.githubusercontent.com/${[owner, name, ...others].join("/")}`);
    case "gist.github.com": {
      const revision = [third, ...others].filter((part) => /^[0-9a-f]{40}$/.test(part));
      return name === "" ? address : new URL(`https://gist.githubusercontent.com/${[owner, name, "raw", ...revision].join("/")}`);
    }
    case "gitlab.com": {
      const found = new URL(address);
      found.pathname = address.pathname.replace("/-/blob/", "/-/raw/");
      return found;
    }
    default:
      return address;
  }
}

/** Reads the notebook at an address; throws a sentence for what is none, or cannot be had. */
export async function fetchNotebook(given: string, base: string): Promise<Draft> {
  const address = parseAddress(given, base);
  let response: Response;
  try {
    response = await fetch(address, { credentials: "omit", redirect: "follow", referrerPolicy: "no-referrer" });
  } catch {
    throw new Error(`${address.host} cannot be reached, or does not let other pages read this file`);
  }
  if (!response.ok || response.body === null) {
    throw new Error(`${address.host} answers ${response.status} for ${address.pathname}`);
  }
  const data = await readAll(response.body, (length) => {
    if (length > LARGEST) throw new Error("it is larger than a notebook can be");
  });
  const text = new TextDecoder().decode(data);
  const name = decodeURIComponent(address.pathname.split("/").at(-1) ?? "");
  return readNotebookFile(text, KNOWN.test(name) ? name : guessFilename(text));
}

function parseAddress(given: string, base: string): URL {
  let address: URL;
  try {
    address = new URL(given, base);
  } catch {
    throw new Error(`${given} is no address`);
  }
  if (address.protocol !== "https:" && address.protocol !== "http:") throw new Error(`${given} is no address of a web server`);
  return fileAddress(address);
}
