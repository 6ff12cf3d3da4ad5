import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { swapContent } from "../../../js/page/view/swap.ts";
import { defineWidgets } from "../../../js/page/widgets/define.ts";
import { type LoadControls, setControlLoader, type TnElement } from "../../../js/page/widgets/element.ts";

let loaderBefore: LoadControls;
let part: HTMLElement;

const widget = (value: boolean, id = "w-0", label = "X"): string =>
  `<tn-checkbox name="x" data-element="${id}" data-args='{"label":"${label}"}' data-value="${value}">text</tn-checkbox>`;

function parse(html: string): DocumentFragment {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

async function place(html: string): Promise<TnElement> {
  part.innerHTML = html;
  await new Promise((resolve) => setTimeout(resolve));
  return found();
}

function found(): TnElement {
  const element = part.querySelector<TnElement>("tn-checkbox");
  if (element === null) throw new Error(part.innerHTML);
  return element;
}

beforeEach(() => {
  loaderBefore = setControlLoader(() => Promise.resolve());
  defineWidgets();
  part = document.createElement("div");
  document.body.replaceChildren(part);
});
afterEach(() => {
  setControlLoader(loaderBefore);
});

describe("new content", () => {
  it("takes the place of the old", () => {
    part.innerHTML = "<p>old</p>";
    swapContent(part, parse("<p>new</p>"));
    expect(part.innerHTML).toBe("<p>new</p>");
  });

  it("that differs in a widget's value only leaves everything alone", async () => {
    const old = await place(`<p>Now ${widget(false)}</p>`);
    const paragraph = part.firstChild;
    swapContent(part, parse(`<p>Now ${widget(true)}</p>`));
    expect(part.firstChild).toBe(paragraph);
    expect(found()).toBe(old);
    expect(old.value).toBe(true);
  });

  it("keeps the widgets that it shares with the old, alive and in their new places", async () => {
    const old = await place(`<p>1</p>${widget(false)}`);
    swapContent(part, parse(`<div>${widget(true)}</div><p>2</p>`));
    expect(found()).toBe(old);
    expect(old.parentElement?.localName).toBe("div");
    expect(old.dataset["live"]).toBe("");
    expect([part.childNodes.length, part.lastElementChild?.textContent, old.value]).toEqual([2, "2", true]);
  });

  it("makes a widget anew whose element or arguments are others", async () => {
    for (const other of [widget(true, "w-1"), widget(true, "w-0", "Y")]) {
      const old = await place(widget(false));
      swapContent(part, parse(other));
      expect(found()).not.toBe(old);
      expect(part.childNodes).toHaveLength(1);
    }
  });

  it("does not change a widget that a reader has in hand", async () => {
    const old = await place(`<p>1</p>${widget(false)}`);
    old.tabIndex = 0;
    old.focus();
    swapContent(part, parse(`<p>2</p>${widget(true)}`));
    expect(old.value).toBe(false);
    expect(document.activeElement).toBe(old);
  });
});
