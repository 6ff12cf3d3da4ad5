import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { AddressValues, fromText, partsText, toText } from "../../../js/page/state/address.ts";
import type { TnChange } from "../../../js/page/widgets/element.ts";
import type { Json } from "../../../js/protocol/messages.ts";

const SLIDER = `<tn-other name="k" data-element="c-0" data-args="{}" data-value="4"></tn-other>`;
const DROPDOWN = `<tn-dropdown name="fruit" data-element="c-1" data-args="{}" data-value='"Apple"'></tn-dropdown>`;
const SECRET = `<tn-text name="secret" data-element="c-2" data-args='{"kind":"password"}' data-value='""'></tn-text>`;

let changes: TnChange[];
let controller: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  document.body.innerHTML = SLIDER + SLIDER + DROPDOWN + SECRET;
  changes = [];
  controller = new AbortController();
  const hear = (event: CustomEvent<TnChange>): void => {
    changes.push(event.detail);
  };
  document.addEventListener("tn-change", hear, { signal: controller.signal });
});

afterEach(() => {
  controller.abort();
  vi.useRealTimers();
});

function change(name: string, value: Json): void {
  const detail: TnChange = { name, element: "c-0", value, previous: null, quiet: false };
  const element = document.querySelector(`[name=${name}]`);
  element?.dispatchEvent(new CustomEvent("tn-change", { bubbles: true, detail }));
}

describe("a value in an address", () => {
  it.each([
    ["tn-slider", 7, "7"],
    ["tn-number", null, "null"],
    ["tn-checkbox", true, "true"],
    ["tn-range-slider", [1, 2.5], "[1,2.5]"],
    ["tn-multiselect", ["a b", "c"], '["a b","c"]'],
    ["tn-text", "42", "42"],
    ["tn-text", "", ""],
    ["tn-dropdown", null, ""],
    ["tn-date", "2026-11-22", "2026-11-22"],
  ] as const)("of a %s: %j is %j, and back", (tag, value, text) => {
    expect(toText(tag, value)).toBe(text);
    expect(fromText(tag, text)).toEqual(value);
  });

  it("stays text where it cannot be read: the kernel says what is wrong with it", () => {
    expect(fromText("tn-slider", "seven")).toBe("seven");
  });
});

describe("an address", () => {
  it("sets the widgets that it names, every copy, whatever becomes of another", async () => {
    const set = vi.fn((id: string) => (id === "c-1" ? Promise.reject(new Error(id)) : Promise.resolve()));
    await new AddressValues(document).apply(new URL("http://x.example/?fruit=x&k=7&boot=never&unknown=1&secret=x"), set);
    expect(set.mock.calls).toEqual([["c-1", "x"], ["c-0", 7]]);
    expect(changes).toEqual([]);
    const shown = [...document.querySelectorAll<HTMLElement>("[name=k]")].map((copy) => copy.dataset["value"]);
    expect(shown).toEqual(["7", "7"]);
  });

  it("leaves the page as it is where Python is not to start", async () => {
    await new AddressValues(document).apply(new URL("http://x.example/?k=7"), null);
    expect(changes).toEqual([{ name: "k", element: "c-0", value: 7, previous: 4, quiet: false }]);
    expect(document.querySelector<HTMLElement>("[name=k]")?.dataset["value"]).toBe("4");
  });

  it("without names of widgets does nothing", async () => {
    await new AddressValues(document).apply(new URL("http://x.example/?boot=eager&y=1"), null);
    expect(changes).toEqual([]);
  });

  it("is written once the reader rests, without what is as at first, and without secrets", () => {
    const replaceState = vi.fn();
    const location = { href: "http://x.example/?boot=never&y=1#end" } as Location;
    new AddressValues(document).follow({ location, history: { state: 1, replaceState } as unknown as History });
    change("k", 5);
    change("k", 7);
    change("fruit", "Pear & plum");
    change("secret", "x");
    expect(replaceState).not.toHaveBeenCalled();
    vi.runAllTimers();
    const written = new URL("http://x.example/?boot=never&y=1&k=7&fruit=Pear+%26+plum#end");
    expect(replaceState.mock.calls).toEqual([[1, "", written]]);
    location.href = written.href;
    change("k", 4);
    vi.runAllTimers();
    expect(String(replaceState.mock.calls[1]?.[2])).toBe("http://x.example/?boot=never&y=1&fruit=Pear+%26+plum#end");
  });
});

describe("a widget whose value has parts", () => {
  const initial = '{"count":1,"name":"tea","pixels":{"$bytes":"AAE="}}';

  it("is told by those that are not as at first", () => {
    expect(partsText(initial, initial)).toBe("");
    expect(partsText(initial, '{"count":2,"name":"tea","pixels":{"$bytes":"AAE="}}')).toBe('{"count":2}');
    expect(partsText(initial, '{"count":1,"name":"tea","pixels":{"$bytes":"AAI="}}')).toBe("");
    expect(partsText(initial, JSON.stringify({ name: "x".repeat(2000) }))).toBe("");
  });

  it("is set in parts, and followed as a whole", async () => {
    document.body.innerHTML = `<tn-anywidget name="w" data-element="c-9" data-args="{}" data-value='${initial}'></tn-anywidget>`;
    const set = vi.fn(() => Promise.resolve());
    const values = new AddressValues(document);
    await values.apply(new URL('http://x.example/?w={"count":5}'), set);
    expect(set).toHaveBeenCalledWith("c-9", { count: 5 });
    const element = document.querySelector<HTMLElement>("tn-anywidget");
    expect(JSON.parse(element?.dataset["value"] ?? "")).toMatchObject({ count: 5, name: "tea" });
    const history = { state: null, replaceState: vi.fn() };
    values.follow({ location: { href: "http://x.example/" } as Location, history: history as unknown as History });
    change("w", { count: 5 });
    vi.runAllTimers();
    expect(String(history.replaceState.mock.calls[0]?.[2])).toBe("http://x.example/?w=%7B%22count%22%3A5%7D");
  });
});
