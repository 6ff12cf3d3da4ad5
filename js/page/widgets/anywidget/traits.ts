/** What traits hold, as JSON and as an anywidget's code has it: `py/tiffin/ui/traits.py` has the same forms. */

import type { Json } from "../../../protocol/messages.ts";

export type Forms = Readonly<Record<string, Json>>;

/** Bytes as text; in pieces, since a call takes only so many arguments. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

export function fromBase64(text: string): DataView<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new DataView(bytes.buffer);
}

/** The bytes of a buffer, or of a view of one; null for anything else. */
export function bytesOf(value: unknown): Uint8Array | null {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : null;
}

/** The form of a value; throws a sentence for what has none. */
export function toForm(value: unknown): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : { $float: String(value) };
  if (typeof value === "object") return formOfObject(value);
  throw new Error(`a ${typeof value} cannot be a trait’s value`);
}

function formOfObject(value: object): Json {
  const bytes = bytesOf(value);
  if (bytes !== null) return { $bytes: toBase64(bytes) };
  if (Array.isArray(value)) return value.map(toForm);
  if ("toJSON" in value && typeof value.toJSON === "function") return toForm((value.toJSON as () => unknown)());
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const [only] = entries;
  if (only !== undefined && entries.length === 1 && only[0].startsWith("$")) return { [`$${only[0]}`]: toForm(only[1]) };
  return Object.fromEntries(entries.map(([name, item]) => [name, toForm(item)]));
}

/** What has this form; bytes are a `DataView`, as anywidgets know them. */
export function fromForm(form: Json): unknown {
  if (Array.isArray(form)) return (form as readonly Json[]).map(fromForm);
  if (form === null || typeof form !== "object") return form;
  const entries = Object.entries(form as Forms);
  const [only] = entries;
  if (only === undefined || entries.length > 1 || !only[0].startsWith("$")) {
    return Object.fromEntries(entries.map(([name, item]) => [name, fromForm(item)]));
  }
  const [name, item] = only;
  if (name.startsWith("$$")) return { [name.slice(1)]: fromForm(item) };
  if (name === "$bytes" && typeof item === "string") return fromBase64(item);
  if (name === "$float" && (item === "NaN" || item === "Infinity" || item === "-Infinity")) return Number(item);
  throw new Error(`${JSON.stringify(form).slice(0, 80)} is the form of nothing`);
}
