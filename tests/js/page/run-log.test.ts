import { describe, expect, it } from "vitest";

import type { CellEnded, KernelEvent } from "../../../js/protocol/messages.ts";
import type { RunCommand } from "../../../js/page/session.ts";
import { NOTHING } from "../../../js/page/stats.ts";
import { logCommand, logEnd, logEvent, type RunEntry } from "../../../js/page/state/run-log.ts";
import { renderRuns, summaryOf } from "../../../js/page/view/run-list.ts";

const restore: RunCommand = { type: "Restore", run_id: "r", shown: {}, values: null, stored_only: false };
const change: RunCommand = { type: "SetValues", run_id: "r", values: { "c1-0": 3 } };

function after(command: RunCommand, ...events: KernelEvent[]): readonly RunEntry[] {
  const asked = logCommand([], command, (id) => (id === "c1-0" ? "cups" : id));
  return events.reduce(logEvent, asked);
}

function ended(cell: string, fields: Partial<CellEnded>): CellEnded {
  const common = { type: "CellEnded", run_id: "r", cell, key: null, seconds: 0.25, output: null, displays: null } as const;
  return { ...common, status: "idle", origin: "run", console: null, error: null, reason: null, ...fields };
}

const started: KernelEvent = {
  type: "RunStarted",
  run_id: "r",
  cells: ["a", "b", "c"],
  blocked: [{ cell: "d", reason: "it has a syntax error" }],
};

describe("the log of runs", () => {
  it("says of each cell what came of it, and why", () => {
    const error = { kind: "ValueError", message: "", frames: [], hint: null };
    const [run] = after(
      change,
      started,
      { type: "CellStarted", run_id: "r", cell: "a" },
      ended("a", { origin: "cache" }),
      { type: "CellQueued", run_id: "r", cell: "b", reason: "e needs it again" },
      { type: "CellStarted", run_id: "r", cell: "b" },
      ended("b", {}),
      ended("c", { status: "error", origin: "none", error }),
      ended("e", { status: "cancelled", origin: "none", reason: "c failed" }),
      { type: "RunCompleted", run_id: "r", success: false, stats: NOTHING },
    );
    expect(run).toMatchObject({ trigger: "cups was changed", isOver: true, success: false });
    expect(run?.cells.map(({ cell, outcome, why }) => [cell, outcome, why])).toEqual([
      ["a", "hit", "a stored result has its code and inputs"],
      ["b", "ran", "e needs it again"],
      ["c", "failed", "it depends on cups; it ended with ValueError"],
      ["e", "cancelled", "c failed"],
      ["d", "blocked", "it has a syntax error"],
    ]);
  });

  it.each<[RunCommand, string]>([
    [restore, "The page was opened"],
    [{ ...restore, stored_only: true }, "Python was restarted"],
    [{ type: "RunCells", run_id: "r", cells: null, force: false }, "All cells were asked for"],
    [{ type: "RunCells", run_id: "r", cells: ["a", "b"], force: true }, "a, b was asked for"],
    [{ type: "RunStale", run_id: "r" }, "What was out of date was asked for"],
    [{ type: "Execute", run_id: "r", code: "1", timeout: null }, "A script ran code"],
    [{ type: "EditCells", run_id: "r", put: [], remove: [], order: null, settings: null }, "The notebook was edited"],
  ])("says what started a run: %o", (command, trigger) => {
    expect(after(command)[0]?.trigger).toBe(trigger);
  });

  it("has cells that wait, and says what became of them when nothing more is heard", () => {
    const log = after(restore, started, { type: "CellStarted", run_id: "r", cell: "b" });
    expect(log[0]?.cells.map(({ cell, outcome }) => [cell, outcome])).toEqual([
      ["a", "waiting"],
      ["c", "waiting"],
      ["d", "blocked"],
      ["b", "running"],
    ]);
    const [run] = logEnd(log, "r", "Python stopped");
    expect(run?.cells.map(({ outcome }) => outcome)).toEqual(["cancelled", "cancelled", "blocked", "cancelled"]);
    expect(logEnd([{ ...log[0], isOver: true } as RunEntry], "r", "x")[0]?.cells).toBe(log[0]?.cells);
  });

  it("keeps the latest, and leaves alone what is not theirs", () => {
    let log: readonly RunEntry[] = [];
    for (let index = 0; index < 20; index += 1) log = logCommand(log, { ...restore, run_id: String(index) }, String);
    expect(log.map((run) => run.id)).toEqual(["19", "18", "17", "16", "15", "14", "13", "12"]);
    expect(logEvent(log, ended("a", {}))).toEqual(log);
  });
});

describe("the list of runs", () => {
  it("counts what came of cells, in words, and stays open where it was", () => {
    const log = after(restore, started, ended("a", { origin: "cache" }), ended("b", { origin: "cache" }), ended("c", { seconds: 1.25 }));
    const [run] = log;
    if (run === undefined) throw new Error("no run");
    expect(summaryOf(run)).toBe("2 hits, 1 ran, 1 blocked");
    expect(summaryOf({ ...run, cells: [], isOver: true })).toBe("no cell was concerned");
    const box = document.createElement("section");
    box.append(...renderRuns([run, { ...run, id: "older" }], box));
    const open = (): boolean[] => [...box.querySelectorAll("details")].map((item) => item.open);
    expect(open()).toEqual([true, false]);
    expect(box.querySelector("li:nth-child(3)")?.textContent).toContain("ran in 1.3 s");
    for (const item of box.querySelectorAll("details")) item.open = !item.open;
    box.replaceChildren(...renderRuns([{ ...run, id: "new" }, run, { ...run, id: "older" }], box));
    expect(open()).toEqual([true, false, true]);
    expect(renderRuns([], box)).toEqual([]);
  });
});
