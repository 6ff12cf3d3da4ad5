import { describe, expect, it } from "vitest";

import type { Frame } from "../../../js/protocol/messages.ts";
import type { Bundle } from "../../../js/page/state/cell-state.ts";
import { renderOutputs } from "../../../js/page/view/output.ts";
import { libraryOf, renderError } from "../../../js/page/view/error.ts";

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
    ["LaTeX", { "text/latex": "$\\pi$" }, '<div class="tn-prose"><div class="tn-math"><math display="block"><mi>π</mi></math></div>\n</div>'],
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

  it("folds what libraries do, and says how many lines of which; the notebook's own lines stand open", () => {
    const own = { cell: "c", where: "a.py, line 3", line: 3, function: "", text: "read(x)" };
    const library = (where: string): Frame => ({ cell: "", where, line: 7, function: "f", text: "" });
    const pandas = library("/lib/python3.14/site-packages/pandas/io.py, line 7");
    const frames = [own, pandas, pandas, library("/lib/python314.zip/json/decoder.py, line 7"), own, pandas];
    const box = document.createElement("div");
    box.append(...renderError({ kind: "ValueError", message: "no", frames, hint: null }));
    const items = [...(box.querySelector(".tn-frames")?.children ?? [])];
    expect(items.map((item) => item.querySelector("summary")?.textContent ?? item.textContent)).toEqual([
      "a.py, line 3read(x)",
      "3 lines of pandas, Python’s json",
      "a.py, line 3read(x)",
      "1 line of pandas",
    ]);
    expect(box.querySelectorAll("details li")).toHaveLength(4);
    expect(box.querySelectorAll("details[open]")).toHaveLength(0);
  });

  it("of an endless recursion shows how it began and how it ended", () => {
    const frames = Array.from({ length: 1000 }, (_, line) => ({ cell: "c", where: `a.py, line ${String(line)}`, line, function: "f", text: "f()" }));
    const [, list] = renderError({ kind: "RecursionError", message: "", frames, hint: null });
    const items = [...(list as HTMLElement).children];
    expect(items).toHaveLength(17);
    expect(items[8]?.querySelector("summary")?.textContent).toBe("984 lines more");
    expect(items[16]?.textContent).toContain("line 999");
  });

  it.each([
    ["/home/me/.venv/lib/python3.12/site-packages/numpy/core/x.py, line 2", "numpy"],
    ["C:\\Python\\Lib\\site-packages\\six.py, line 2", "six"],
    ["/usr/lib/python3/dist-packages/yaml/__init__.py, line 2", "yaml"],
    ["/usr/lib/python3.12/json/__init__.py, line 2", "Python’s json"],
    ["/lib/python314.zip/random.py, line 2", "Python’s random"],
    ["<frozen importlib._bootstrap>, line 2", "Python’s importlib"],
    ["/home/pyodide/recipes.py, line 12", "recipes.py"],
  ])("knows the library of %s", (where, library) => {
    expect(libraryOf(where)).toBe(library);
  });

  it("has no type where the message explains itself", () => {
    expect(renderError({ kind: "", message: "It is so.", frames: [], hint: null })).toHaveLength(1);
  });
});
