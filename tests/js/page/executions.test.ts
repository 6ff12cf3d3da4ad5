import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Execution } from "../../../js/page/execution.ts";
import { CALLED_OFF, Executions } from "../../../js/page/executions.ts";
import type { RunCommand, Session } from "../../../js/page/session.ts";
import { NOTHING } from "../../../js/page/stats.ts";
import type { ExecuteMessage } from "../../../js/protocol/messages.ts";
import type { RunCompleted } from "../../../js/protocol/messages.ts";

const DONE: ExecuteMessage = { event: "done", data: { success: true, output: { mimetype: "text/plain", data: "1" } } };
const FAILED: ExecuteMessage = { event: "done", data: { success: false, output: { mimetype: "text/plain", data: "" } } };
const wrong = (data: string): ExecuteMessage => ({ event: "stderr", data: { data: `${data}\n` } });

/** What the page was asked for, in order. */
let asked: string[];
let ends: Map<string, { resolve: (end: RunCompleted) => void; reject: (error: Error) => void }>;
let executions: Executions;
let scratchpad: () => Promise<void>;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  ends = new Map();
  scratchpad = () => Promise.resolve();
  const session = {
    openScratchpad: () => scratchpad(),
    stop: (run: string) => asked.push(`stop ${run}`),
    signal: (number: number, why: string) => asked.push(`${why} ${String(number)}`),
  } as unknown as Session;
  executions = new Executions({
    boot: () => {
      asked.push("boot");
      return Promise.resolve();
    },
    session: () => session,
    carryOut: (command: RunCommand) => {
      asked.push(`run ${command.run_id}`);
      return new Promise((resolve, reject) => ends.set(command.run_id, { resolve, reject }));
    },
    restart: () => asked.push("restart"),
    patience: 700,
  });
});

afterEach(() => {
  vi.useRealTimers();
});

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

async function begun(timeout: number | null = null): Promise<Execution> {
  const execution = executions.start("code", { runId: "r", ...(timeout === null ? {} : { timeout }) });
  await settle();
  executions.hear({ kind: "begun", run: "r", number: 4, timeout });
  return execution;
}

function end(run: string): void {
  ends.get(run)?.resolve({ type: "RunCompleted", run_id: run, success: true, stats: NOTHING });
}

async function all(execution: Execution): Promise<ExecuteMessage[]> {
  const messages: ExecuteMessage[] = [];
  for await (const message of execution) messages.push(message);
  return messages;
}

describe("code that scripts send", () => {
  it("starts Python, and is done when the page shows what came of it", async () => {
    const execution = await begun();
    expect(asked).toEqual(["boot", "run r"]);
    executions.hear({ kind: "piece", run: "r", message: DONE });
    let isDone = false;
    const answer = all(execution).then((messages) => {
      isDone = true;
      return messages;
    });
    await settle();
    expect(isDone).toBe(false);
    end("r");
    expect(await answer).toEqual([DONE]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toEqual(["boot", "run r"]);
  });

  it("is broken into when it takes too long, and its kernel ended if that does not help", async () => {
    await begun(2);
    await vi.advanceTimersByTimeAsync(1999);
    expect(asked).toEqual(["boot", "run r"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked.slice(2)).toEqual(["late 4"]);
    await vi.advanceTimersByTimeAsync(700);
    expect(asked.slice(2)).toEqual(["late 4", "restart"]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked.slice(2)).toEqual(["late 4", "restart"]);
  });

  it("says why it ended where Python had to be restarted", async () => {
    const execution = await begun(2);
    await vi.advanceTimersByTimeAsync(2700);
    ends.get("r")?.reject(new Error("Python was restarted"));
    const told = "the run took longer than 2 s, and did not stop: Python was restarted";
    expect(await all(execution)).toEqual([wrong(told), FAILED]);
  });

  it("is stopped when its reader leaves, at once or as soon as it begins", async () => {
    const execution = await begun();
    await execution.return();
    expect(asked.slice(2)).toEqual(["stop r", "unwanted 4"]);
    end("r");
    await settle();
    const second = executions.start("code", { runId: "s" });
    await settle();
    await second.return();
    expect(asked.slice(4)).toEqual(["boot", "run s", "stop s"]);
    executions.hear({ kind: "begun", run: "s", number: 5, timeout: null });
    expect(asked.slice(7)).toEqual(["unwanted 5"]);
    end("s");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked.slice(8)).toEqual([]);
  });

  it("is never sent if nobody wants it before Python is ready", async () => {
    let open: () => void = () => undefined;
    scratchpad = () => new Promise((resolve) => (open = resolve));
    const execution = executions.start("code", { runId: "r" });
    await settle();
    expect(executions.interrupt("r")).toBe(true);
    open();
    expect(await all(execution)).toEqual([wrong(CALLED_OFF), FAILED]);
    expect(asked).toEqual(["boot"]);
    expect(executions.interrupt("r")).toBe(false);
  });

  it("says why what it needs is not there, and lets others try again", async () => {
    scratchpad = () => Promise.reject(new Error("the scratchpad could not be loaded"));
    expect(await all(executions.start("code", {}))).toEqual([wrong("the scratchpad could not be loaded"), FAILED]);
    scratchpad = () => Promise.resolve();
    await begun();
    expect(asked.at(-1)).toBe("run r");
  });

  it("has an id that no other has meanwhile", async () => {
    await begun();
    expect(() => executions.start("code", { runId: "r" })).toThrow("give each run an id of its own");
    executions.hear({ kind: "piece", run: "unknown", message: DONE });
    end("r");
    await settle();
    expect(() => executions.start("code", { runId: "r" })).not.toThrow();
  });

  it.each([0, -1, NaN, Infinity])("refuses %s seconds", (timeout) => {
    expect(() => executions.start("code", { timeout })).toThrow("a number of seconds");
  });
});
