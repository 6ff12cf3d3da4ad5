/** What the playground's address asks for. */

/** A notebook of the library, a new one, one in the link itself or at an address, or the one that was changed last. */
export type Asked =
  | { readonly kind: "own"; readonly id: string; readonly take: boolean }
  | { readonly kind: "new" }
  | { readonly kind: "shared"; readonly text: string }
  | { readonly kind: "remote"; readonly url: string }
  | { readonly kind: "latest" };

const ID = /^[0-9a-f]{16}$/;
const SHARED = "#notebook=";

/** Reads an address. */
export function readAddress(address: URL): Asked {
  const { searchParams, hash } = address;
  if (hash.startsWith(SHARED)) return { kind: "shared", text: hash.slice(SHARED.length) };
  const id = searchParams.get("notebook");
  if (id === "new") return { kind: "new" };
  if (id !== null && ID.test(id)) return { kind: "own", id, take: searchParams.get("take") !== null };
  const url = searchParams.get("url") ?? "";
  return url === "" ? { kind: "latest" } : { kind: "remote", url };
}

/** The address of a notebook of the library, or of a new one. */
export function addressOf(base: URL, id: string, take = false): string {
  const address = new URL(".", base);
  address.searchParams.set("notebook", id);
  if (take) address.searchParams.set("take", "");
  return address.href;
}

/** The address of a link that carries a notebook. */
export function sharedAddress(base: URL, text: string): string {
  return new URL(".", base).href + SHARED + text;
}
