import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { NOTHING, pageStats } from "../../../js/page/stats.ts";
import { addActions } from "../../../js/page/view/actions.ts";
import { describeFacts } from "../../../js/page/view/diagnostics.ts";
import { showNotice } from "../../../js/page/view/notices.ts";
import { phaseText, readyText, StatusView } from "../../../js/page/view/status.ts";

beforeEach(() => {
  vi.useFakeTimers();
  document.documentElement.dataset["kernel"] = "off";
  document.body.innerHTML = `<header class="tn-bar"><output class="tn-status"></output><span class="tn-actions"></span></header>
    <details class="tn-source"><summary>a</summary></details><details class="tn-source"><summary>b</summary></details>`;
});
afterEach(() => {
  vi.useRealTimers();
});

const line = (): string => document.querySelector(".tn-status")?.textContent ?? "";
const bar = (): HTMLElement => {
  const found = document.querySelector<HTMLElement>(".tn-actions");
  if (found === null) throw new Error("no bar");
  return found;
};
const button = (name: string): HTMLButtonElement => {
  const found = document.querySelector<HTMLButtonElement>(`.tn-${name}`);
  if (found === null) throw new Error(name);
  return found;
};

describe("the status line", () => {
  it("says what happened in words", () => {
    expect(readyText(0, 12, 0, 0)).toBe("Live. Nothing had to run again.");
    expect(readyText(1, 12, 0, 0)).toBe("Live. 1 cell ran here, 12 restored.");
    expect(readyText(3, 0, 2, 0)).toBe("Live. 3 cells ran here, 0 restored. 2 cells failed.");
    expect(readyText(3, 0, 0, 1)).toBe("Live. 3 cells ran here, 0 restored. 1 cell is out of date.");
    expect(readyText(0, 4, 1, 2)).toBe("Live. Nothing had to run again. 1 cell failed. 2 cells are out of date.");
    expect(phaseText("installing", "numpy, pandas")).toBe("Installing numpy, pandas…");
    expect(phaseText("installing", null)).toBe("Installing packages…");
  });

  it("does not speak of quick runs, and counts the seconds of slow ones for eyes only", () => {
    const status = new StatusView(document);
    status.say("Live.");
    status.sayRunning("a");
    vi.advanceTimersByTime(300);
    status.say("Live again.");
    vi.advanceTimersByTime(5000);
    expect(line()).toBe("Live again.");
    status.sayRunning("b");
    vi.advanceTimersByTime(500);
    expect(line()).toBe("Running b…");
    vi.advanceTimersByTime(3000);
    expect(line()).toBe("Running b… 3 s");
    expect(document.querySelector(".tn-elapsed")?.getAttribute("aria-hidden")).toBe("true");
  });

  it("never moves its progress back, and ends it with the boot", () => {
    const status = new StatusView(document);
    const done = (): string | undefined => document.querySelector<HTMLElement>(".tn-progress")?.style.getPropertyValue("--tn-done");
    status.setKernel("booting");
    status.sayPhase("importing", null);
    const far = done();
    status.sayPhase("fetching", null);
    expect(Number(far)).toBeGreaterThan(0.5);
    expect(done()).toBe(far);
    status.setKernel("ready");
    expect(document.querySelector(".tn-progress")).toBeNull();
  });
});

describe("the buttons", () => {
  const actions = {
    boot: () => Promise.resolve(),
    interrupt: vi.fn(() => true),
    restart: vi.fn(() => Promise.resolve()),
    runStale: vi.fn(() => Promise.resolve(true)),
    stale: [] as readonly string[],
    runs: false,
  };
  const settings = { onRequest: true, reload: () => undefined };
  const seen = (): string[] =>
    ["stop", "update", "restart", "start", "reload"].filter((name) => !button(name).hidden);

  it("are there only when they can do something", () => {
    const show = addActions(bar(), actions, settings);
    const states = ["off", "booting", "ready", "busy", "failed"] as const;
    const found = states.map((state) => {
      show(state);
      return seen();
    });
    expect(found).toEqual([["start"], [], ["restart"], ["stop", "restart"], ["restart", "reload"]]);
  });

  it("stop cells that run while Python still starts", () => {
    addActions(bar(), { ...actions, runs: true }, settings)("booting");
    expect(seen()).toEqual(["stop"]);
  });

  it("bring up to date what is out of date, once nothing runs", () => {
    const show = addActions(bar(), { ...actions, stale: ["a"] }, settings);
    show("busy");
    expect(seen()).not.toContain("update");
    show("ready");
    expect(seen()).toEqual(["update", "restart"]);
    expect(button("update").textContent).toBe("Bring up to date");
    button("update").click();
    expect(actions.runStale).toHaveBeenCalledOnce();
  });

  it("stop a run, and restart Python", () => {
    addActions(bar(), actions, settings)("busy");
    button("stop").click();
    expect(actions.interrupt).toHaveBeenCalledOnce();
    expect(button("restart").textContent).toBe("Restart Python");
    button("restart").click();
    expect(actions.restart).toHaveBeenCalledOnce();
  });

  it("show the code of all cells, and hide it", () => {
    addActions(bar(), actions, settings);
    const open = (): boolean[] => [...document.querySelectorAll("details")].map((source) => source.open);
    button("toggle-code").click();
    expect(open()).toEqual([true, true]);
    expect(button("toggle-code").getAttribute("aria-pressed")).toBe("true");
    expect(document.documentElement.dataset["code"]).toBe("shown");
    button("toggle-code").click();
    expect(open()).toEqual([false, false]);
  });
});

describe("notices", () => {
  it("are shown once, can be dismissed, and never flood the page", () => {
    showNotice({ level: "info", text: "a" });
    showNotice({ level: "warning", text: "a" });
    expect(document.querySelectorAll(".tn-notice")).toHaveLength(1);
    document.querySelector<HTMLButtonElement>(".tn-notice button")?.click();
    expect(document.querySelectorAll(".tn-notice")).toHaveLength(0);
    for (let index = 0; index < 20; index += 1) showNotice({ level: "error", text: String(index) });
    const shown = [...document.querySelectorAll(".tn-notice")].map((item) => item.textContent);
    expect(shown).toEqual(["12", "13", "14", "15", "16", "17", "18", "19"]);
  });
});

describe("the diagnostics", () => {
  it("put the facts in words", () => {
    const stats = pageStats({ ...NOTHING, cells_run: 2, blobs_rejected: 1 }, {
      path: "bytecode",
      reason: "it is too old",
      filesKept: 2,
      phases: { fetching: 12, started: 3456.7 },
    });
    const facts = { kernel: "busy", python: "3.14.2", jspi: "true", isolated: "false", version: "1.0", stats, runs: [] };
    const rows = Object.fromEntries(describeFacts(facts).flat());
    expect(rows).toMatchObject({
      Python: "working",
      Version: "3.14.2 in WebAssembly",
      "Started from": "bytecode",
      "The snapshot did not fit": "it is too old",
      "Its files kept here since an earlier visit": "2",
      "Fetching began": "12 ms",
      "Kernel was up": "3,457 ms",
      "Cells run here": "2",
      "Blobs rejected": "1",
    });
    expect(rows["A running cell is stopped"]).toContain("not isolated");
  });
});
