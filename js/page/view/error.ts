/** An exception as a reader sees it: message, the notebook's own lines, those of libraries folded away, a hint. */

import type { ErrorReport, Frame } from "../../protocol/messages.ts";

/** Of a longer list, such as an endless recursion leaves, so many entries stay at both ends. */
const MOST = 24;
const ENDS = 8;

/** Renders an error report. */
export function renderError(error: ErrorReport): Node[] {
  const nodes: Node[] = [paragraph("tn-error-message", error.kind === "" ? error.message : `${error.kind}: ${error.message}`)];
  if (error.frames.length > 0) nodes.push(listOf(shorten(stretches(error.frames).flatMap(renderStretch))));
  if (error.hint !== null) nodes.push(paragraph("tn-error-hint", error.hint));
  return nodes;
}

/** The library that a line is in, as a person calls it, by the path of its file. */
export function libraryOf(where: string): string {
  const path = where.replaceAll("\\", "/").replace(/, line \d+$/, "");
  const package_ = /\/(?:site|dist)-packages\/([^/]+)/.exec(path)?.[1];
  if (package_ !== undefined) return package_.replace(/\.pyc?$/, "");
  const own = /\/python3?\.?\d*(?:\.zip)?\/([^/]+)/i.exec(path)?.[1] ?? /^<frozen (\w+)/.exec(path)?.[1];
  if (own !== undefined) return `Python’s ${own.replace(/\.pyc?$/, "")}`;
  return path.split("/").at(-1) ?? path;
}

/** Frames in runs of neighbours that are all in the notebook, or all in libraries. */
function stretches(frames: readonly Frame[]): readonly (readonly Frame[])[] {
  const found: Frame[][] = [];
  for (const frame of frames) {
    const last = found.at(-1);
    if (last !== undefined && isOwn(last[0]) === isOwn(frame)) last.push(frame);
    else found.push([frame]);
  }
  return found;
}

function isOwn(frame: Frame | undefined): boolean {
  return frame !== undefined && frame.cell !== "";
}

function renderStretch(frames: readonly Frame[]): readonly HTMLElement[] {
  if (isOwn(frames[0])) return frames.map(renderFrame);
  const names = [...new Set(frames.map((frame) => libraryOf(frame.where)))];
  return [folded(`${lines(frames.length)} of ${names.join(", ")}`, frames.map(renderFrame))];
}

function shorten(items: readonly HTMLElement[]): readonly HTMLElement[] {
  if (items.length <= MOST) return items;
  const middle = items.slice(ENDS, -ENDS);
  return [...items.slice(0, ENDS), folded(`${lines(middle.length)} more`, middle), ...items.slice(-ENDS)];
}

function lines(count: number): string {
  return `${count.toLocaleString("en")} ${count === 1 ? "line" : "lines"}`;
}

function folded(title: string, items: readonly HTMLElement[]): HTMLElement {
  const details = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = title;
  details.append(summary, listOf(items));
  const item = document.createElement("li");
  item.className = "tn-library";
  item.append(details);
  return item;
}

function listOf(items: readonly HTMLElement[]): HTMLElement {
  const list = document.createElement("ol");
  list.className = "tn-frames";
  list.append(...items);
  return list;
}

function renderFrame(frame: Frame): HTMLElement {
  const item = document.createElement("li");
  item.append(frame.function === "" ? frame.where : `${frame.where}, in ${frame.function}`);
  if (frame.text.trim() === "") return item; // where libraries are there without their sources
  const code = document.createElement("code");
  code.textContent = frame.text.trim();
  item.append(code);
  return item;
}

function paragraph(name: string, text: string): HTMLElement {
  const element = document.createElement("p");
  element.className = name;
  element.textContent = text;
  return element;
}
