import { beforeEach, describe, expect, it } from "vitest";

import type { Bundle } from "../../../js/page/state/cell-state.ts";
import { DrawnOutputs } from "../../../js/page/view/drawn-outputs.ts";

const text = (words: string): Bundle => ({ "text/plain": words });
const widget = (id: string): Bundle => ({ "text/html": `<tn-own data-element="${id}"></tn-own>` });

let part: HTMLElement;
let drawn: DrawnOutputs;
const texts = (): (string | null)[] => [...part.children].map((child) => child.textContent);

beforeEach(() => {
  document.body.innerHTML = '<div class="tn-output"><p>exported</p></div>';
  part = document.body.firstElementChild as HTMLElement;
  drawn = new DrawnOutputs(part);
});

describe("outputs on the page", () => {
  it("take the place of what was exported", async () => {
    expect(await drawn.show([text("a"), {}])).toBe(true);
    expect(texts()).toEqual(["a"]);
  });

  it("stay the very same elements when more come", async () => {
    const bundles = [text("a"), widget("w")];
    await drawn.show(bundles);
    const before = [...part.children];
    await drawn.show([...bundles, text("b")]);
    expect([...part.children].slice(0, 2)).toEqual(before);
    expect([...part.children].every((child, at) => at > 1 || child === before[at])).toBe(true);
    expect(texts()[2]).toBe("b");
  });

  it("are replaced one by one", async () => {
    const [a, b, c] = [text("a"), text("b"), text("c")];
    await drawn.show([a, b, c]);
    const [first, , last] = [...part.children];
    await drawn.show([a, text("B"), c, text("d")]);
    expect(texts()).toEqual(["a", "B", "c", "d"]);
    expect(part.children[0]).toBe(first);
    expect(part.children[2]).toBe(last);
  });

  it.each<[string, Bundle[]]>([
    ["fewer", [text("x")]],
    ["none", []],
    ["others in another order", [text("3"), text("2"), text("1")]],
  ])("may be %s", async (_, next) => {
    await drawn.show([text("1"), text("2"), text("3")]);
    await drawn.show(next);
    expect(texts()).toEqual(next.map((bundle) => bundle["text/plain"]));
  });

  it("may be the same one twice, and move", async () => {
    const [a, b] = [text("a"), text("b")];
    await drawn.show([a, a]);
    expect(texts()).toEqual(["a", "a"]);
    await drawn.show([a, a, b]);
    expect(texts()).toEqual(["a", "a", "b"]);
    await drawn.show([b, a]);
    expect(texts()).toEqual(["b", "a"]);
    await drawn.show([a, b]);
    expect(texts()).toEqual(["a", "b"]);
  });

  it("are drawn again when somebody else has changed the page", async () => {
    const a = text("a");
    await drawn.show([a]);
    part.replaceChildren("gone");
    await drawn.show([a, text("b")]);
    expect(texts()).toEqual(["a", "b"]);
  });

  it("are the newest that were to be shown", async () => {
    const slow = drawn.show([{ "text/markdown": "slow" }]);
    const fast = drawn.show([text("fast")]);
    expect(await Promise.all([slow, fast])).toEqual([false, true]);
    expect(texts()).toEqual(["fast"]);
  });
});
