import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { renderLatex, renderMarkdown } from "../../../js/page/view/markdown.ts";

interface Case {
  readonly name: string;
  readonly markdown?: string;
  readonly latex?: string;
  readonly html: string;
}

const TABLE = JSON.parse(readFileSync("tests/contracts/markdown.json", "utf8")) as readonly Case[];

/** HTML with formulas as their text: what draws them differs, what they say does not. */
function plain(html: string): string {
  return html.replace(/<math([^>]*)>([^]*?)<\/math>/g, (_, attributes: string, inner: string) => {
    const display = attributes.includes('display="block"') ? ' display="block"' : "";
    return `<math${display}>${inner.replace(/\s|&nbsp;|[\u2061-\u2064]|<[^>]*>/g, "")}</math>`;
  });
}

describe("the table that the exporter is held to as well", () => {
  it.each(TABLE)("$name", async ({ markdown, latex, html }) => {
    const made = latex === undefined ? await renderMarkdown(markdown ?? "") : await renderLatex(latex);
    expect(plain(made)).toBe(html);
  });
});

it("leaves no source of a formula beside what is drawn", async () => {
  const made = await renderMarkdown("$a \\over b$");
  expect(made).toMatch(/^<p><math><mfrac>.*<\/mfrac><\/math><\/p>\n$/);
});
