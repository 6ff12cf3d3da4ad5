import { readFileSync } from "node:fs";

import { beforeEach, describe, expect, it } from "vitest";

import { ContentsView, makeAnchors } from "../../../js/page/view/contents.ts";

interface Case {
  readonly texts: readonly string[];
  readonly anchors: readonly string[];
}

const TABLE = JSON.parse(readFileSync("tests/contracts/anchors.json", "utf8")) as readonly Case[];

describe("anchors of headings", () => {
  it.each(TABLE)("$texts", ({ texts, anchors }) => {
    expect(makeAnchors(texts)).toEqual(anchors);
  });
});

describe("the table of contents", () => {
  const cell = (html: string): string => `<section class="tn-cell" data-kind="markdown"><div class="tn-prose">${html}</div></section>`;
  const show = (html: string): void => {
    document.body.innerHTML = `<button class="tn-contents-button" hidden></button>
      <nav class="tn-contents" hidden><ol></ol></nav>${html}`;
  };
  const entries = (): (string | null)[][] =>
    [...document.querySelectorAll(".tn-contents li")].map((item) => [
      item.getAttribute("data-level"),
      item.querySelector("a")?.getAttribute("href") ?? null,
      item.textContent,
    ]);

  beforeEach(() => {
    document.body.innerHTML = "";
  });

  it("follows an edit", () => {
    show(cell("<h1>T</h1><h2>A  <em>b</em></h2>") + cell("<h3>C</h3><h4>D</h4>") + "<h2>no cell</h2>");
    new ContentsView().rebuild();
    expect(entries()).toEqual([
      ["2", "#a-b", "A b"],
      ["3", "#c", "C"],
    ]);
    expect(document.querySelectorAll("[hidden]")).toHaveLength(0);
    expect(document.getElementById("d")?.localName).toBe("h4");
  });

  it("is not there when it would show too little", () => {
    show(cell("<h1>T</h1><h2>A</h2>"));
    new ContentsView().rebuild();
    expect(entries()).toEqual([]);
    expect(document.querySelectorAll("[hidden]")).toHaveLength(2);
  });
});
