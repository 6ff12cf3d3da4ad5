/** MIME bundles as DOM: the page's side of `host/export/html.py`. */

import type { Json } from "../../protocol/messages.ts";
import type { Bundle } from "../state/cell-state.ts";
import { defineWidgetsIn } from "../widgets/define.ts";
import { parseStyled } from "./author-styles.ts";
import { renderPlain } from "./console.ts";

/** MIME types that the page shows, best first: `outputs/mime.py` has the same. */
const PREFERENCE = [
  "application/vnd.vegalite.v6+json",
  "application/vnd.vegalite.v5+json",
  "application/vnd.vega.v6+json",
  "application/vnd.vega.v5+json",
  "application/vnd.plotly.v1+json",
  "text/html",
  "image/svg+xml",
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "text/markdown",
  "text/latex",
  "application/json",
  "text/plain",
] as const;

/** Beside an image: how many of its pixels stand on one of the page; 1 where it is missing. */
const DENSITY = "application/vnd.tiffin.density+json";

type Mime = (typeof PREFERENCE)[number];

/** Renders the best representation of each bundle, in order. */
export async function renderOutputs(bundles: readonly Bundle[]): Promise<DocumentFragment> {
  const fragment = document.createDocumentFragment();
  for (const bundle of bundles) {
    const element = await renderBundle(bundle);
    if (element !== null) fragment.append(element);
  }
  return fragment;
}

/** Renders the best representation of a bundle as one element; null where there is none. */
export async function renderBundle(bundle: Bundle): Promise<HTMLElement | null> {
  const mime = PREFERENCE.find((type) => type in bundle);
  return mime === undefined ? null : renderOutput(mime, bundle);
}

async function renderOutput(mime: Mime, bundle: Bundle): Promise<HTMLElement> {
  const data = bundle[mime] ?? null;
  switch (mime) {
    case "application/vnd.vegalite.v6+json":
    case "application/vnd.vegalite.v5+json":
    case "application/vnd.vega.v6+json":
    case "application/vnd.vega.v5+json":
    case "application/vnd.plotly.v1+json":
      return (await import("./charts.ts")).renderChart(mime, data, bundle);
    case "text/html":
    case "image/svg+xml":
      return withHtml("tn-rich", textOf(data));
    case "text/markdown":
      return withHtml("tn-prose", await renderMarkdown(textOf(data)));
    case "text/latex":
      return withHtml("tn-prose", await renderLatex(textOf(data)));
    case "application/json":
      return renderPlain(JSON.stringify(data, null, 2));
    case "text/plain":
      return renderPlain(textOf(data));
    case "image/png":
    case "image/jpeg":
    case "image/gif":
    case "image/webp":
      return image(mime, textOf(data), bundle);
  }
}

function textOf(data: Json): string {
  return typeof data === "string" ? data : JSON.stringify(data);
}

async function withHtml(name: string, html: string): Promise<HTMLElement> {
  const element = document.createElement("div");
  element.className = name;
  element.append(parseStyled(html));
  // Markdown inside of HTML, as containers have it; widgets may be in it, and more Markdown in these.
  for (let found = element.querySelector("[data-markdown]"); found !== null; found = element.querySelector("[data-markdown]")) {
    found.removeAttribute("data-markdown");
    found.replaceChildren(parseStyled(await renderMarkdown(found.textContent)));
  }
  defineWidgetsIn(element);
  bringChartsToLife(element);
  return element;
}

/** An image, decoded before it is shown, so that it does not flash or move what stands below. */
async function image(mime: string, data: string, bundle: Bundle): Promise<HTMLElement> {
  const density = Number(bundle[DENSITY] ?? 1) || 1;
  const element = document.createElement("img");
  element.className = "tn-image";
  element.alt = textOf(bundle["text/plain"] ?? "").slice(0, 200);
  element.src = `data:${mime};base64,${data}`;
  try {
    await element.decode();
    element.width = Math.max(1, Math.floor(element.naturalWidth / density));
    element.height = Math.max(1, Math.floor(element.naturalHeight / density));
  } catch {
    // A picture that cannot be decoded shows its alternative text.
  }
  return element;
}

/** Markdown as the exporter renders it. What does that is loaded when it is first needed. */
async function renderMarkdown(text: string): Promise<string> {
  return (await import("./markdown.ts")).renderMarkdown(text);
}

async function renderLatex(text: string): Promise<string> {
  return (await import("./markdown.ts")).renderLatex(text);
}

/** Has the charts drawn that are in `content`, be it exported or made here. */
export function bringChartsToLife(content: ParentNode): void {
  if (content.querySelector("tn-chart") !== null) void import("./charts.ts").then(({ defineCharts }) => { defineCharts(); });
}
