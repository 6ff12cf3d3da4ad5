import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { abandoned, cellOf, type CellState, initialCell, planned, reduceCell } from "../../../js/page/state/cell-state.ts";
import type { CellDisplay, CellEnded, ConsoleText, KernelEvent } from "../../../js/protocol/messages.ts";

const run = { run_id: "r", cell: "c" } as const;
const queued: KernelEvent = { type: "CellQueued", ...run, reason: null };
const started: KernelEvent = { type: "CellStarted", ...run };
const printed = (text: string): KernelEvent => ({ type: "CellConsole", ...run, text: { stream: "stdout", text } });
const shown = (text: string, clear = false, slot: string | null = null): KernelEvent => ({
  type: "CellDisplay",
  ...run,
  bundle: { "text/plain": text },
  clear,
  slot,
});
const ended = (more: Partial<CellEnded>): KernelEvent => ({
  type: "CellEnded",
  ...run,
  status: "idle",
  origin: "run",
  key: "k",
  seconds: 0,
  output: {},
  displays: [],
  console: [],
  error: null,
  reason: null,
  ...more,
});
const problem = { kind: "ValueError", message: "no", frames: [], hint: null };
/** The same events in another run than the others here. */
const inRun = (run_id: string, event: KernelEvent): KernelEvent => ({ ...event, run_id }) as KernelEvent;
const plain = (text: string): Record<string, string> => ({ "text/plain": text });
const said = (text: string): ConsoleText => ({ stream: "stdout", text });
const exported = initialCell("idle", "export");
const before: CellState = {
  ...exported,
  origin: "run",
  outputs: [{ "text/plain": "old" }],
  console: [{ stream: "stdout", text: "old" }],
};

type Row = readonly [string, CellState, readonly KernelEvent[], Partial<CellState>];

const rows: readonly Row[] = [
  ["waiting keeps what is shown", before, [queued], { status: "queued", outputs: before.outputs, origin: "run" }],
  ["a start keeps what is shown", before, [started], { status: "running", outputs: before.outputs, console: before.console }],
  [
    "the first words replace the console, not the output",
    before,
    [started, printed("a"), printed("b")],
    { console: [{ stream: "stdout", text: "a" }, { stream: "stdout", text: "b" }], outputs: before.outputs },
  ],
  [
    "the first display replaces the output, not the console",
    before,
    [started, shown("x"), shown("y")],
    { outputs: [{ "text/plain": "x" }, { "text/plain": "y" }], console: before.console },
  ],
  ["clearing replaces earlier displays", before, [started, shown("x"), shown("y", true)], { outputs: [{ "text/plain": "y" }] }],
  [
    "an end brings displays, then the result",
    before,
    [started, ended({ displays: [{ "text/plain": "d" }], output: { "text/plain": "r" } })],
    { status: "idle", origin: "run", outputs: [{ "text/plain": "d" }, { "text/plain": "r" }], console: [] },
  ],
  ["an empty result leaves nothing", before, [started, ended({})], { outputs: [], console: [] }],
  [
    "the very result on show stays, and so does its origin",
    exported,
    [queued, ended({ origin: "cache", output: null, displays: null, console: null })],
    { status: "idle", origin: "export", outputs: null, console: null },
  ],
  [
    "the result on show of an earlier run, from the cache",
    before,
    [started, ended({ origin: "cache", output: null, displays: null, console: null })],
    { origin: "cache", outputs: before.outputs },
  ],
  [
    "an error takes the old output away and keeps what the body said",
    before,
    [started, printed("so far"), ended({ status: "error", origin: "none", output: null, displays: null, console: null, error: problem })],
    { status: "error", origin: "none", outputs: [], console: [{ stream: "stdout", text: "so far" }], error: problem },
  ],
  [
    "an error keeps what the body displayed",
    before,
    [started, shown("x"), ended({ status: "error", output: null, displays: null, console: null, error: problem })],
    { outputs: [{ "text/plain": "x" }], console: [] },
  ],
  [
    "a cancelled cell shows nothing but why",
    before,
    [queued, ended({ status: "cancelled", origin: "none", output: null, displays: null, console: null, reason: "a failed" })],
    { status: "cancelled", origin: "none", outputs: [], console: [], reason: "a failed" },
  ],
  [
    "a success forgets the error and the reason",
    { ...exported, status: "error", error: problem, reason: "old" },
    [started, ended({ output: { "text/plain": "r" } })],
    { status: "idle", error: null, reason: null },
  ],
];

describe("the state of a cell", () => {
  it.each(rows)("%s", (_, start, events, expected) => {
    expect(events.reduce(reduceCell, start)).toMatchObject(expected);
  });

  it("is not touched by events of other kinds", () => {
    const notice: KernelEvent = { type: "Notice", level: "info", text: "x", cell: "c" };
    expect(reduceCell(before, notice)).toBe(before);
    expect(cellOf(notice)).toBeNull();
    expect(cellOf(started)).toBe("c");
  });
});

const failed = ended({ status: "error", origin: "none", output: null, displays: null, console: null, error: problem });
const outOfDate = ended({ status: "stale", origin: "none", output: null, displays: null, console: null, reason: "x" });
const over: readonly KernelEvent[] = [
  started,
  ended({ displays: [plain("d")], output: plain("r"), console: [said("a")] }),
];

const late: readonly Row[] = [
  ["late text comes after what is shown", before, [...over, printed("b")], { status: "idle", console: [said("a"), said("b")] }],
  [
    "a late display comes after the result",
    before,
    [...over, shown("x"), shown("y")],
    { outputs: [plain("d"), plain("r"), plain("x"), plain("y")], console: [said("a")] },
  ],
  ["clearing late leaves the result", before, [...over, shown("x"), shown("y", true)], { outputs: [plain("r"), plain("y")] }],
  [
    "late text leaves an error there",
    before,
    [started, printed("a"), failed, printed("b"), shown("x")],
    { status: "error", error: problem, console: [said("a"), said("b")], outputs: [plain("x")] },
  ],
  [
    "the next run begins afresh",
    before,
    [...over, printed("b"), inRun("s", started), inRun("s", printed("c")), inRun("s", shown("z"))],
    { console: [said("c")], outputs: [plain("z")] },
  ],
  [
    "while a newer run runs, an older one has nothing to say",
    before,
    [...over, inRun("s", started), printed("b"), shown("x"), inRun("s", printed("c"))],
    { status: "running", console: [said("c")], outputs: [plain("d"), plain("r")] },
  ],
  [
    "nor after a newer run ran",
    before,
    [...over, inRun("s", started), inRun("s", ended({ output: plain("new") })), printed("b"), shown("x")],
    { outputs: [plain("new")], console: [] },
  ],
  [
    "nor after a newer run took the cell off",
    before,
    [...over, inRun("s", queued), inRun("s", { ...failed, status: "cancelled" } as KernelEvent), printed("b"), shown("x", true)],
    { status: "cancelled", outputs: [], console: [] },
  ],
  [
    "until the newer run starts the cell, what is shown is the older one's",
    before,
    [...over, inRun("s", queued), printed("b")],
    { status: "queued", console: [said("a"), said("b")] },
  ],
  [
    "a result that gets out of date stays, and so does who it belongs to",
    before,
    [...over, inRun("s", outOfDate), printed("b")],
    { status: "stale", reason: "x", outputs: [plain("d"), plain("r")], console: [said("a"), said("b")] },
  ],
  [
    "a cell that ran and is taken off in the same run shows nothing",
    before,
    [...over, queued, { ...failed, status: "cancelled" } as KernelEvent],
    { outputs: [], console: [] },
  ],
];

describe("what threads and tasks of a cell say after its end", () => {
  it.each(late)("%s", (_, start, events, expected) => {
    expect(events.reduce(reduceCell, start)).toMatchObject(expected);
  });
});

describe("a cell whose kernel is gone", () => {
  it("is out of date if it waited or ran", () => {
    for (const status of ["queued", "running"] as const) {
      expect(abandoned({ ...before, status }, "gone", false)).toMatchObject({ status: "stale", reason: "gone" });
    }
  });

  it("stays as it is if it was at rest", () => {
    expect(abandoned(before, "gone", false)).toBe(before);
  });

  it("is as good as exported if it was only being restored", () => {
    expect(abandoned(planned(exported), "gone", true)).toEqual(exported);
    expect(abandoned({ ...before, status: "running" }, "gone", true)).toMatchObject({ status: "stale" });
  });
});

interface DisplayCase {
  readonly name: string;
  readonly changes: readonly Pick<CellDisplay, "bundle" | "clear" | "slot">[];
  readonly shown: readonly string[];
}

const DISPLAYS = JSON.parse(readFileSync("tests/contracts/displays.json", "utf8")) as readonly DisplayCase[];

describe("displays, as the kernel is held to them as well", () => {
  it.each(DISPLAYS)("$name", ({ changes, shown: texts }) => {
    const events = changes.map((change): KernelEvent => ({ type: "CellDisplay", ...run, ...change }));
    const state = [started, ...events].reduce(reduceCell, exported);
    expect((state.outputs ?? []).map((bundle) => bundle["text/plain"])).toEqual(texts);
    expect(state.slots).toHaveLength(texts.length);
  });
});

it("a thread that outlives its body still finds its slot", () => {
  const events = [started, shown("1", false, "s"), ended({ output: plain("x"), displays: [plain("1")] }), shown("2", false, "s")];
  expect(events.reduce(reduceCell, exported).outputs).toEqual([plain("2"), plain("x")]);
});
