/** An exception as a reader sees it: message, the notebook's own lines, a hint. */

import type { ErrorReport, Frame } from "../../protocol/messages.ts";

/** Renders an error report. */
export function renderError(error: ErrorReport): Node[] {
  const nodes: Node[] = [paragraph("tn-error-message", error.kind === "" ? error.message : `${error.kind}: ${error.message}`)];
  if (error.frames.length > 0) {
    const list = document.createElement("ol");
    list.className = "tn-frames";
    list.append(...error.frames.map(renderFrame));
    nodes.push(list);
  }
  if (error.hint !== null) nodes.push(paragraph("tn-error-hint", error.hint));
  return nodes;
}

function renderFrame(frame: Frame): HTMLElement {
  const item = document.createElement("li");
  item.append(frame.function === "" ? frame.where : `${frame.where}, in ${frame.function}`);
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
