import { describe, expect, it } from "vitest";

import type { Bundle } from "../../../js/page/state/cell-state.ts";
import { renderOutputs } from "../../../js/page/view/output.ts";
import { renderError } from "../../../js/page/view/error.ts";

async function render(...bundles: Bundle[]): Promise<string> {
  const frame = document.createElement("div");
  frame.append(await renderOutputs(bundles));
  return frame.innerHTML;
}

describe("an output", () => {
  it.each<[string, Bundle, string]>([
    ["HTML", { "text/html": "<b>x</b>" }, '<div class="tn-rich"><b>x</b></div>'],
    ["SVG", { "image/svg+xml": "<svg></svg>" }, '<div class="tn-rich"><svg></svg></div>'],
    ["text, escaped", { "text/plain": "a < b" }, '<pre class="tn-text">a &lt; b</pre>'],
    ["LaTeX as text", { "text/latex": "\\pi" }, '<pre class="tn-text">\\pi</pre>'],
    ["JSON", { "application/json": { a: [1, null] } }, '<pre class="tn-text">{\n  "a": [\n    1,\n    null\n  ]\n}</pre>'],
    ["JSON null", { "application/json": null }, '<pre class="tn-text">null</pre>'],
    ["Markdown", { "text/markdown": "*a* ~~b~~" }, '<div class="tn-prose"><p><em>a</em> <s>b</s></p>\n</div>'],
  ])("of %s", async (_, bundle, html) => {
    expect(await render(bundle)).toBe(html);
  });

  it.each(["image/png", "image/jpeg", "image/gif", "image/webp"])("of %s is a picture with words", async (mime) => {
    const picture = (await renderOutputs([{ [mime]: "AAAA", "text/plain": "<Figure>" }])).querySelector("img");
    expect(picture?.src).toBe(`data:${mime};base64,AAAA`);
    expect(picture?.alt).toBe("<Figure>");
  });

  it("is the best representation, and of several bundles each, in order", async () => {
    const rich = { "text/plain": "p", "text/html": "<i>h</i>" };
    const html = await render(rich, { "text/plain": "2" }, { "application/x-unknown": "?" }, {});
    expect(html).toBe('<div class="tn-rich"><i>h</i></div><pre class="tn-text">2</pre>');
  });
});

describe("an error", () => {
  it("shows message, frames with file and line, and hint, none of it as markup", () => {
    const frame = { cell: "c", where: "a.py, line 3", line: 1, function: "f", text: "  1 / x" };
    const nodes = renderError({ kind: "ValueError", message: "<b>", frames: [frame], hint: "Try 2." });
    const box = document.createElement("div");
    box.append(...nodes);
    expect(box.querySelector(".tn-error-message")?.textContent).toBe("ValueError: <b>");
    expect(box.querySelector(".tn-frames li")?.textContent).toBe("a.py, line 3, in f1 / x");
    expect(box.querySelector(".tn-error-hint")?.textContent).toBe("Try 2.");
    expect(box.querySelector("b")).toBeNull();
  });

  it("has no type where the message explains itself", () => {
    expect(renderError({ kind: "", message: "It is so.", frames: [], hint: null })).toHaveLength(1);
  });
});
