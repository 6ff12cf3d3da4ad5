import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { defineWidgets } from "../../../js/page/widgets/define.ts";
import { type LoadControls, setControlLoader, type TnChange, type TnElement } from "../../../js/page/widgets/element.ts";
import type { Json } from "../../../js/protocol/messages.ts";

/** Stands for a control of the library: the same properties and events, without its looks. */
interface Control extends HTMLElement {
  value: string | number | null;
  checked: boolean;
  label: string;
  min: number;
  max: number;
  step: number | string;
  type: string;
  maxlength: number;
  withClear: boolean;
  valueFormatter: (value: number) => string;
}

let changes: TnChange[];
let problems: string[];
let loaderBefore: LoadControls;

const hear = (event: CustomEvent<TnChange>): void => {
  changes.push(event.detail);
};
const hearProblem = (event: CustomEvent<{ text: string }>): void => {
  problems.push(event.detail.text);
};

beforeEach(() => {
  loaderBefore = setControlLoader(() => Promise.resolve());
  changes = [];
  problems = [];
  document.addEventListener("tn-change", hear);
  document.addEventListener("tn-problem", hearProblem);
  defineWidgets();
});

afterEach(() => {
  setControlLoader(loaderBefore);
  document.removeEventListener("tn-change", hear);
  document.removeEventListener("tn-problem", hearProblem);
  document.body.replaceChildren();
});

function insert(tag: string, args: object | string, value: Json): TnElement {
  const made = document.createElement(tag);
  made.setAttribute("name", "x");
  made.dataset["element"] = "c1-0";
  made.dataset["args"] = typeof args === "string" ? args : JSON.stringify(args);
  made.dataset["value"] = JSON.stringify(value);
  made.textContent = "X: as exported";
  document.body.replaceChildren(made);
  const element = document.querySelector<TnElement>(tag);
  if (element === null) throw new Error(tag);
  return element;
}

async function place(tag: string, args: object, value: Json): Promise<{ element: TnElement; control: Control }> {
  const element = insert(tag, args, value);
  await new Promise((resolve) => setTimeout(resolve));
  const control = element.querySelector<Control>("[data-control]");
  if (control === null) throw new Error(element.outerHTML);
  return { element, control };
}

/** What the library does when a reader changes a control. */
function choose(control: Control, value: string | number | null, kind = "change"): void {
  control.value = value;
  control.dispatchEvent(new Event(kind, { bubbles: true }));
}

const slider = { start: 0, stop: 1, step: 0.1, label: "Share", show_value: true };

describe("tn-slider", () => {
  it("counts in steps, speaks in values, and sends while it moves", async () => {
    const { element, control } = await place("tn-slider", slider, 0.3);
    expect([control.min, control.max, control.step, control.value]).toEqual([0, 10, 1, 3]);
    expect(control.label).toBe("Share");
    expect(control.valueFormatter(7)).toBe("0.7");
    choose(control, 7, "input");
    choose(control, 7, "input");
    choose(control, 8, "input");
    expect(changes.map((change) => change.value)).toEqual([0.7, 0.8]);
    expect(changes[1]).toEqual({ name: "x", element: "c1-0", value: 0.8, previous: 0.7, quiet: false });
    expect(element.querySelector(".tn-slider-value")?.textContent).toBe("0.8");
    expect(element.dataset["value"]).toBe("0.8");
  });

  it("shows what was decided elsewhere, without an event", async () => {
    const { element, control } = await place("tn-slider", slider, 0.3);
    element.show(1);
    expect(control.value).toBe(10);
    expect(element.querySelector(".tn-slider-value")?.textContent).toBe("1.0");
    expect(element.value).toBe(1);
    expect(changes).toEqual([]);
  });

  it("can keep its value to itself", async () => {
    const { element } = await place("tn-slider", { ...slider, show_value: false }, 0.3);
    expect(element.querySelector(".tn-slider-value")).toBeNull();
  });

  it("is called by its variable where it has no label", async () => {
    const { control } = await place("tn-slider", { ...slider, label: "" }, 0.3);
    expect(control.label).toBe("x");
  });
});

describe("tn-number", () => {
  const args = { start: 0, stop: 100, step: 0.5, label: "N" };

  it("counts when it is committed, not with every key", async () => {
    const { control } = await place("tn-number", args, 2.5);
    expect([control.type, control.min, control.max, control.step, control.value]).toEqual(["number", 0, 100, 0.5, "2.5"]);
    choose(control, "7", "input");
    expect(changes).toEqual([]);
    choose(control, "7.5");
    expect(changes.map((change) => change.value)).toEqual([7.5]);
  });

  it("is null when it is empty, and stays within its bounds", async () => {
    const { control } = await place("tn-number", args, 2.5);
    choose(control, "");
    choose(control, "500");
    expect(control.value).toBe("100");
    choose(control, "-1");
    expect(changes.map((change) => change.value)).toEqual([null, 100, 0]);
  });

  it("takes back what is no number", async () => {
    const { control } = await place("tn-number", { ...args, start: null, stop: null, step: null }, 2.5);
    expect(control.step).toBe("any");
    choose(control, "1e");
    expect(control.value).toBe("2.5");
    choose(control, "-1e3");
    expect(changes.map((change) => change.value)).toEqual([-1000]);
  });
});

describe("tn-text", () => {
  it("counts when it is committed, and once for the same words", async () => {
    const { control } = await place("tn-text", { placeholder: "p", kind: "email", label: "T", max_length: 9 }, "a");
    expect([control.type, control.maxlength, control.value]).toEqual(["email", 9, "a"]);
    choose(control, "ab", "input");
    choose(control, "a");
    choose(control, "abc");
    choose(control, "");
    expect(changes.map((change) => change.value)).toEqual(["abc", ""]);
  });

  it("hides a password before it is live, too", () => {
    setControlLoader(() => new Promise(() => undefined));
    const element = insert("tn-text", { placeholder: "", kind: "password", label: "P", max_length: null }, "abc");
    expect(element.querySelector(".tn-widget-value")?.textContent).toBe("•••");
  });
});

describe("tn-checkbox", () => {
  it("says true and false", async () => {
    const { element, control } = await place("tn-checkbox", { label: "C" }, false);
    expect(control.textContent).toBe("C");
    control.checked = true;
    control.dispatchEvent(new Event("change"));
    element.show(false);
    expect(control.checked).toBe(false);
    expect(changes.map((change) => change.value)).toEqual([true]);
  });
});

describe("tn-dropdown", () => {
  const args = { options: ["red", "green sea"], label: "D", allow_none: true };

  it("sends labels, also with spaces, and null for none", async () => {
    const { element, control } = await place("tn-dropdown", args, "red");
    expect([control.value, control.withClear]).toEqual(["0", true]);
    expect([...control.children].map((option) => option.textContent)).toEqual(["red", "green sea"]);
    choose(control, "1");
    choose(control, "");
    expect(changes.map((change) => change.value)).toEqual(["green sea", null]);
    element.show("green sea");
    expect(control.value).toBe("1");
    element.show(null);
    expect(control.value).toBe("");
  });

  it("cannot be emptied where None is not allowed", async () => {
    const { control } = await place("tn-dropdown", { ...args, allow_none: false }, "red");
    expect(control.withClear).toBe(false);
  });
});

describe("a widget before it is live", () => {
  it("shows label and value, the newest one", async () => {
    let release: () => void = () => undefined;
    setControlLoader(() => new Promise<void>((resolve) => (release = resolve)));
    const element = insert("tn-slider", slider, 0.3);
    expect(element.textContent).toBe("Share0.3");
    element.show(0.5);
    expect(element.textContent).toBe("Share0.5");
    release();
    await new Promise((resolve) => setTimeout(resolve));
    expect(element.querySelector<Control>("[data-control]")?.value).toBe(5);
  });

  it("keeps the exported text, and says so, when the library cannot be had", async () => {
    setControlLoader(() => Promise.reject(new Error("404")));
    const element = insert("tn-slider", slider, 0.3);
    await new Promise((resolve) => setTimeout(resolve));
    expect(element.textContent).toBe("X: as exported");
    expect(problems).toEqual(["A widget could not be brought to life, and stays as text: 404"]);
  });

  it("keeps the exported text when its arguments cannot be read", async () => {
    const element = insert("tn-slider", "{", 0.3);
    await new Promise((resolve) => setTimeout(resolve));
    expect(element.textContent).toBe("X: as exported");
    expect(problems).toHaveLength(1);
  });
});
