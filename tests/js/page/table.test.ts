import { readFileSync } from "node:fs";

import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";

import { TnTable } from "../../../js/page/widgets/table.ts";
import type { TnAsk, TnChange } from "../../../js/page/widgets/element.ts";
import { arrange, BLOCK, FetchedRows, type TableView, UNCHANGED, type Whole, WholeRows } from "../../../js/page/widgets/table/rows.ts";
import { bodyHeight, HIGHEST, scrollFor, viewportAt } from "../../../js/page/widgets/table/viewport.ts";
import type { Json } from "../../../js/protocol/messages.ts";

if (customElements.get("tn-table") === undefined) customElements.define("tn-table", TnTable);

interface Contract {
  readonly titles: readonly string[];
  readonly whole: Whole;
  readonly cases: readonly { readonly view: TableView; readonly positions: readonly number[]; readonly csv: string }[];
}
const contract = JSON.parse(readFileSync("tests/contracts/tables.json", "utf8")) as Contract;

describe("a table that is here as a whole", () => {
  it.each(contract.cases)("is seen and downloaded as by Python: $view", async ({ view, positions, csv }) => {
    expect(arrange(contract.whole, view)).toEqual(positions);
    const rows = new WholeRows(contract.whole, contract.titles);
    rows.look(view);
    expect(rows.total).toBe(positions.length);
    expect(await rows.csv()).toBe(csv);
  });
});

describe("rows that are fetched", () => {
  const ask = vi.fn<(asked: Readonly<Record<string, Json>>) => Promise<Json>>();
  const answer = (total: number, start: number): Json => {
    const positions = Array.from({ length: Math.max(0, Math.min(BLOCK, total - start)) }, (_, index) => start + index);
    return { total, positions, rows: positions.map((position) => [String(position)]) };
  };

  it("are asked for a block at a time, once, and those of an earlier view are dropped", async () => {
    ask.mockReset().mockImplementation((asked) => Promise.resolve(answer(1000, Number(asked["start"]))));
    const changed = vi.fn();
    const rows = new FetchedRows([["first"]], 1000, ask, changed);
    expect(rows.get(0)?.cells).toEqual(["first"]);
    rows.want(0, 1);
    expect(ask).not.toHaveBeenCalled();
    rows.want(150, 220);
    rows.want(160, 230);
    expect(ask.mock.calls.map(([asked]) => asked["start"])).toEqual([100, 200]);
    rows.look({ ...UNCHANGED, filter: "x" });
    await vi.waitFor(() => { expect(changed).toHaveBeenCalledWith(null); });
    expect(rows.get(150)).toBeNull();
    expect(rows.get(7)?.position).toBe(7);
    rows.look(UNCHANGED);
    expect(rows.total).toBe(1000);
  });

  it("that cannot be had are told, and asked for again", async () => {
    ask.mockReset().mockRejectedValueOnce(new Error("no Python")).mockImplementation(() => Promise.resolve(answer(9, 0)));
    const changed = vi.fn();
    const rows = new FetchedRows([], 9, ask, changed);
    rows.want(0, 3);
    await vi.waitFor(() => { expect(changed).toHaveBeenCalledWith("no Python"); });
    rows.want(0, 3);
    expect(ask).toHaveBeenCalledTimes(1);
    rows.retry();
    rows.want(0, 3);
    await vi.waitFor(() => { expect(rows.get(2)?.position).toBe(2); });
  });

  it("are downloaded in pieces", async () => {
    ask.mockReset().mockImplementation((asked) => Promise.resolve({ total: 45_000, csv: `${JSON.stringify(asked["start"])};` }));
    expect(await new FetchedRows([], 45_000, ask, vi.fn()).csv()).toBe("0;20000;40000;");
  });
});

describe("what is in the document", () => {
  const sizes = fc.record({
    total: fc.integer({ min: 0, max: 3_000_000 }),
    visible: fc.integer({ min: 32, max: 900 }),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  it("covers what is seen, wherever one scrolls, and is little", () => {
    fc.assert(
      fc.property(sizes, ({ total, visible, part }) => {
        const height = bodyHeight(total, 32);
        expect(height).toBeLessThanOrEqual(HIGHEST);
        const scroll = part * Math.max(0, height - visible);
        const { start, end, offset } = viewportAt(scroll, visible, total, 32);
        expect(end - start).toBeLessThanOrEqual(visible / 32 + 19);
        if (start > 0) expect(offset).toBeLessThanOrEqual(scroll);
        if (end < total) expect(offset + (end - start) * 32).toBeGreaterThanOrEqual(scroll + visible);
      }),
    );
  });

  it("has any row that is wanted", () => {
    fc.assert(
      fc.property(sizes.filter(({ total }) => total > 0), ({ total, visible, part }) => {
        const row = Math.floor(part * (total - 1));
        const scroll = scrollFor(row, 0, visible, total, 32) ?? 0;
        const { start, end } = viewportAt(scroll, visible, total, 32);
        expect(start <= row && row < end).toBe(true);
      }),
    );
  });
});

describe("tn-table", () => {
  const ARGS = {
    label: "L", selection: "multi", page_size: 3, count: 5, first: contract.whole,
    columns: contract.titles.map((title) => ({ title, number: title === "size" })),
  };

  async function place(args: object): Promise<{ made: TnTable; changes: Json[]; asked: TnAsk[] }> {
    const made = new TnTable();
    const changes: Json[] = [];
    const asked: TnAsk[] = [];
    made.addEventListener("tn-change", (event: CustomEvent<TnChange>) => changes.push(event.detail.value));
    made.addEventListener("tn-ask", (event) => {
      event.preventDefault();
      asked.push(event.detail);
    });
    made.setAttribute("name", "t");
    made.dataset["args"] = JSON.stringify({ ...ARGS, ...args });
    made.dataset["value"] = "[]";
    document.body.replaceChildren(made);
    await vi.waitFor(() => { expect(made.dataset["live"]).toBe(""); });
    return { made, changes, asked };
  }
  const grid = (made: TnTable): HTMLElement => made.querySelector<HTMLElement>("[role=grid]") ?? made;
  const press = (made: TnTable, ...keys: readonly string[]): void => {
    for (const key of keys) grid(made).dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
  };
  const first = (made: TnTable): string => made.querySelector("[aria-rowindex='2']")?.textContent ?? "";
  const sorted = (made: TnTable): (string | null)[] =>
    [...made.querySelectorAll("[role=columnheader]")].map((head) => head.getAttribute("aria-sort"));

  it("sorts up, down and not at all, and no value changes", async () => {
    const { made, changes } = await place({});
    expect(grid(made).getAttribute("aria-rowcount")).toBe("6");
    press(made, "ArrowRight", "Enter");
    expect([sorted(made), first(made)]).toEqual([[null, "ascending", null], "-2.251"]);
    press(made, " ");
    expect(sorted(made)).toEqual([null, "descending", null]);
    press(made, "Enter");
    expect(sorted(made)).toEqual([null, null, null]);
    expect(changes).toEqual([]);
  });

  it("selects rows of the data, wherever they stand", async () => {
    const { made, changes } = await place({});
    press(made, "Enter", "ArrowDown", " ");
    expect(changes).toEqual([[3]]);
    press(made, "ArrowDown", " ", " ");
    expect(changes).toEqual([[3], [1, 3], [3]]);
    expect(made.querySelectorAll("[aria-selected=true]")).toHaveLength(1);
    const one = await place({ selection: "single" });
    press(one.made, "ArrowDown", " ", "ArrowDown", " ");
    expect(one.changes).toEqual([[0], [1]]);
    const none = await place({ selection: "none" });
    press(none.made, "ArrowDown", " ");
    expect(none.changes).toEqual([]);
    expect(none.made.querySelector("[aria-selected]")).toBeNull();
  });

  it("says why further rows cannot be had", async () => {
    const { made, asked } = await place({ count: 500, first: { rows: contract.whole.rows } });
    asked[0]?.answer(Promise.reject(new Error("Python is not started on this page")));
    await vi.waitFor(() => {
      expect(made.querySelector("[role=alert]")?.textContent).toBe("Further rows cannot be had: Python is not started on this page.");
    });
  });
});
