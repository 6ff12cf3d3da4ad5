import { describe, expect, it } from "vitest";

import { markScrollers } from "../../../js/page/view/scrollers.ts";

describe("what is wider than the page", () => {
  it("takes the focus as long as it is", () => {
    document.body.innerHTML = '<pre class="tn-code"></pre><pre class="tn-text"></pre><pre></pre>';
    const [code, text] = [...document.querySelectorAll("pre")];
    if (code === undefined || text === undefined) throw new Error("no part");
    let width = 900;
    code.style.overflowX = text.style.overflowX = "auto";
    Object.defineProperty(code, "clientWidth", { value: 400 });
    Object.defineProperty(code, "scrollWidth", { get: () => width });
    const stops = (): (string | null)[] => [...document.querySelectorAll("pre")].map((part) => part.getAttribute("tabindex"));
    markScrollers(document.body);
    expect(stops()).toEqual(["0", null, null]);
    width = 400;
    markScrollers(document.body);
    expect(stops()).toEqual([null, null, null]);
  });
});
