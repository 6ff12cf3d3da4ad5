import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { WIDGETS as CONTAINERS } from "../../../js/page/widgets/containers.ts";
import { defineWidgets } from "../../../js/page/widgets/define.ts";
import { type LoadControls, setControlLoader, type TnChange, type TnElement } from "../../../js/page/widgets/element.ts";
import { WIDGETS } from "../../../js/page/widgets/more.ts";
import type { Json } from "../../../js/protocol/messages.ts";

interface Control extends HTMLElement {
  value: string | string[] | null;
  checked: boolean;
  disabled: boolean;
  minValue: number;
  maxValue: number;
}

let changes: TnChange[];
let loaderBefore: LoadControls;
let controller: AbortController;

beforeEach(() => {
  loaderBefore = setControlLoader(() => Promise.resolve());
  changes = [];
  controller = new AbortController();
  const hear = (event: CustomEvent<TnChange>): void => {
    changes.push(event.detail);
  };
  document.addEventListener("tn-change", hear, { signal: controller.signal });
  defineWidgets();
  for (const [name, widget] of Object.entries({ ...WIDGETS, ...CONTAINERS })) {
    if (customElements.get(name) === undefined) customElements.define(name, widget);
  }
});

afterEach(() => {
  setControlLoader(loaderBefore);
  controller.abort();
  document.body.replaceChildren();
  vi.useRealTimers();
});

function markup(tag: string, args: object, value: Json, inside = "", id = "c-0"): string {
  const holder = document.createElement("div");
  const made = document.createElement(tag === "" ? "div" : "template");
  made.setAttribute("name", "x");
  made.dataset["element"] = id;
  made.dataset["args"] = JSON.stringify(args);
  made.dataset["value"] = JSON.stringify(value);
  holder.append(made);
  return holder.innerHTML.replace("<template", `<${tag}`).replace("</template>", `${inside}</${tag}>`);
}

async function place(html: string): Promise<TnElement> {
  document.body.innerHTML = html;
  await new Promise((resolve) => setTimeout(resolve));
  const element = document.querySelector<TnElement>("[data-element]");
  if (element === null) throw new Error(html);
  return element;
}

function control(element: TnElement): Control {
  const found = element.querySelector<Control>("[data-control]");
  if (found === null) throw new Error(element.outerHTML);
  return found;
}

const values = (): readonly Json[] => changes.map((change) => change.value);

describe("further inputs", () => {
  it("a range slider sends both ends in steps", async () => {
    const made = await place(markup("tn-range-slider", { start: 0, stop: 1, step: 0.1, label: "R" }, [0.2, 0.5]));
    expect([control(made).minValue, control(made).maxValue]).toEqual([2, 5]);
    control(made).maxValue = 7;
    control(made).dispatchEvent(new Event("input"));
    expect(values()).toEqual([[0.2, 0.7]]);
    expect(made.querySelector(".tn-slider-value")?.textContent).toBe("0.2 – 0.7");
  });

  it("a switch says true and false, and can be disabled and explained", async () => {
    const made = await place(markup("tn-switch", { label: "S", help: "Why", disabled: true }, false));
    expect([control(made).getAttribute("hint"), made.disabled]).toEqual(["Why", true]);
    control(made).checked = true;
    control(made).dispatchEvent(new Event("change"));
    expect(values()).toEqual([true]);
  });

  it("radios send labels", async () => {
    const made = await place(markup("tn-radio", { options: ["a b", "c"], label: "R" }, "c"));
    expect(control(made).value).toBe("1");
    control(made).value = "0";
    control(made).dispatchEvent(new Event("change"));
    expect(values()).toEqual(["a b"]);
  });

  it("a multiselect sends labels in the options' order, and stops at its limit", async () => {
    const args = { options: ["a", "b", "c"], label: "M", max_selections: 2 };
    const made = await place(markup("tn-multiselect", args, ["c"]));
    expect(control(made).value).toEqual(["2"]);
    control(made).value = ["2", "0"];
    control(made).dispatchEvent(new Event("change"));
    expect(values()).toEqual([["a", "c"]]);
    const options = [...made.querySelectorAll<Control>("wa-option")];
    expect(options.map((option) => option.disabled)).toEqual([false, true, false]);
  });

  it("a date stays within its bounds, and is null when it is empty", async () => {
    const args = { start: "2026-01-01", stop: "2026-12-31", label: "D" };
    const made = await place(markup("tn-date", args, "2026-11-22"));
    for (const text of ["2030-01-01", "2025-01-01", ""]) {
      control(made).value = text;
      control(made).dispatchEvent(new Event("change"));
    }
    expect(values()).toEqual(["2026-12-31", "2026-01-01", null]);
  });
});

describe("buttons", () => {
  it("count", async () => {
    const made = await place(markup("tn-button", { label: "B", help: "Why" }, 2));
    control(made).click();
    control(made).click();
    expect(values()).toEqual([3, 4]);
    const described = control(made).getAttribute("aria-describedby") ?? "";
    expect(document.getElementById(described)?.textContent).toBe("Why");
  });

  it("run once at a time", async () => {
    const made = await place(markup("tn-run-button", { label: "Run" }, false));
    control(made).click();
    control(made).click();
    expect(values()).toEqual([true]);
    made.settle();
    control(made).click();
    expect(values()).toEqual([true, true]);
  });

  it("refresh while the page is seen, the kernel is ready, and nobody has paused that", async () => {
    const made = await place(markup("tn-button", { label: "other" }, 0, "", "c-9"));
    vi.useFakeTimers();
    made.insertAdjacentHTML("afterend", markup("tn-refresh", { label: "Refresh", interval: 1 }, null));
    await vi.advanceTimersByTimeAsync(1500);
    expect(values()).toEqual([]);
    document.documentElement.dataset["kernel"] = "ready";
    await vi.advanceTimersByTimeAsync(1000);
    expect(values()).toHaveLength(1);
    document.querySelector<HTMLElement>(".tn-button-plain")?.click();
    await vi.advanceTimersByTimeAsync(3000);
    expect(values()).toHaveLength(1);
    delete document.documentElement.dataset["kernel"];
  });
});

describe("a form", () => {
  const inside = markup("tn-switch", { label: "S" }, false, "", "c-1");

  it("sends what is inside when it is submitted, not before", async () => {
    const form = await place(markup("tn-form", { submit: "Go" }, null, inside));
    const part = document.querySelector<TnElement>("tn-switch");
    if (part === null) throw new Error(form.outerHTML);
    control(part).checked = true;
    control(part).dispatchEvent(new Event("change"));
    expect(changes).toEqual([]);
    const button = form.querySelector<HTMLElement>(".tn-form-actions button");
    expect(button?.textContent).toBe("Go");
    button?.click();
    expect(values()).toEqual([{ "c-1": true }]);
    expect(part.value).toBe(true);
  });

  it("goes back to what it began with if it clears", async () => {
    const form = await place(markup("tn-form", { submit: "Go", first: [false] }, null, inside));
    const part = document.querySelector<TnElement>("tn-switch");
    part?.show(true);
    form.querySelector<HTMLElement>(".tn-form-actions button")?.click();
    expect([values(), part?.value]).toEqual([[{ "c-1": true }], false]);
  });
});

describe("panels", () => {
  const tab = (label: string): string => `<button class="tn-tab" role="tab">${label}</button>`;
  const panels = `<div class="tn-tablist">${tab("A")}${tab("B")}</div><section class="tn-panel">1</section><section class="tn-panel">2</section>`;

  it("tabs open by pointer and keyboard, quietly", async () => {
    const made = await place(markup("tn-tabs", { labels: ["A", "B"] }, "A", panels));
    const [first, second] = made.querySelectorAll<HTMLElement>(".tn-tab");
    second?.click();
    expect(second?.getAttribute("aria-selected")).toBe("true");
    second?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    expect([first?.tabIndex, second?.tabIndex]).toEqual([0, -1]);
    const closed = [...made.querySelectorAll(".tn-panel")].map((panel) => "closed" in (panel as HTMLElement).dataset);
    expect(closed).toEqual([false, true]);
    expect(changes.map(({ value, quiet }) => [value, quiet])).toEqual([["B", true], ["A", true]]);
  });

  it("folds close each other where one alone may be open", async () => {
    const folds = `<details class="tn-fold" open><summary>A</summary></details><details class="tn-fold"><summary>B</summary></details>`;
    const made = await place(markup("tn-accordion", { labels: ["A", "B"], several: false }, ["A"], folds));
    const [first, second] = made.querySelectorAll<HTMLDetailsElement>(".tn-fold");
    if (second === undefined) throw new Error(made.outerHTML);
    second.open = true;
    second.dispatchEvent(new Event("toggle"));
    expect([first?.open, values()]).toEqual([false, [["B"]]]);
  });
});
