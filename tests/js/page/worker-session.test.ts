import { beforeEach, describe, expect, it } from "vitest";

import type { RunCommand, SessionNotice } from "../../../js/page/session.ts";
import { boot, type WorkerLike } from "../../../js/page/boot-worker.ts";
import { WorkerSession } from "../../../js/page/worker-session.ts";
import { NOTHING } from "../../../js/page/stats.ts";
import type { KernelEvent } from "../../../js/protocol/messages.ts";
import type { BootConfig, FromWorker, KeptEntry, ToWorker } from "../../../js/protocol/rpc.ts";

class FakeWorker implements WorkerLike {
  readonly sent: ToWorker[] = [];
  terminated = false;
  onmessage: WorkerLike["onmessage"] = null;
  onerror: WorkerLike["onerror"] = null;
  onmessageerror: WorkerLike["onmessageerror"] = null;

  postMessage(message: ToWorker): void {
    this.sent.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }

  say(message: FromWorker): void {
    this.onmessage?.(new MessageEvent("message", { data: message }));
  }

  event(event: KernelEvent): void {
    this.say({ kind: "event", text: JSON.stringify(event) });
  }

  get commands(): string[] {
    return this.sent.flatMap((message) =>
      message.kind === "command" ? [(JSON.parse(message.text) as RunCommand).run_id] : [],
    );
  }
}

const base: BootConfig = {
  runtime: {
    loader: "r/l.mjs",
    glue: "r/g.mjs",
    wasm: "r/p.wasm",
    stdlib: { url: "r/s.zip", size: 1 },
    kernel: { url: "k", size: 1 },
    scratchpad: { url: "x", size: 1 },
    ondemand: { url: "x", size: 1 },
    lock: "r/pyodide-lock.json",
    bytecode: true,
    packed: false,
    snapshots: [],
  },
  compressing: true,
  notebook: "n",
  edited: null, index: null,
  cache: "c",
  packages: {},
  ondemand: false,
  files: { modules: null, digests: {}, base: "public/", public: {} },
  interrupt: null,
  folder: false,
  kept: [],
};
const command = (id: string): RunCommand => ({ type: "RunCells", run_id: id, cells: null, force: false });
const completed = (id: string): KernelEvent => ({ type: "RunCompleted", run_id: id, success: true, stats: NOTHING });

let worker: FakeWorker;
let events: string[];
let notices: SessionNotice[];
let stored: KeptEntry[];

function open(config: BootConfig = base): WorkerSession {
  return new WorkerSession(boot(worker, config), {
    stored: (entry) => stored.push(entry),
    event: (event) => events.push(event.type),
    notice: (notice) => notices.push(notice),
  });
}

beforeEach(() => {
  worker = new FakeWorker();
  events = [];
  notices = [];
  stored = [];
});

describe("WorkerSession", () => {
  it("boots the worker first, and sends it commands at once, in order", async () => {
    const session = open();
    const first = session.run(command("1"));
    const second = session.run(command("2"));
    expect(worker.sent[0]).toEqual({ kind: "boot", config: base, memory: null });
    expect(worker.commands).toEqual(["1", "2"]);
    expect(session.interrupt()).toBe(false); // nothing hears it yet
    worker.say({ kind: "booted", at: 5, jspi: true });
    await session.ready;
    expect(worker.commands).toEqual(["1", "2"]);
    void session.run(command("3"));
    expect(worker.commands).toEqual(["1", "2", "3"]);
    worker.event(completed("2"));
    worker.event(completed("1"));
    expect((await second).run_id).toBe("2");
    expect((await first).run_id).toBe("1");
  });

  it("passes on phases and events, and resolves a run with its own end only", async () => {
    const session = open();
    worker.say({ kind: "phase", phase: "fetching", at: 1 });
    worker.say({ kind: "booted", at: 5, jspi: false });
    const run = session.run(command("1"));
    worker.event(completed("other"));
    let done = false;
    void run.then(() => (done = true));
    await Promise.resolve();
    expect(done).toBe(false);
    worker.event(completed("1"));
    await run;
    expect(notices).toEqual([
      { kind: "phase", phase: "fetching", at: 1, detail: null },
      { kind: "ready", at: 5, jspi: false },
    ]);
    expect(events).toEqual(["RunCompleted", "RunCompleted"]);
  });

  it("rejects everything that waits when the kernel fails, and whatever comes later", async () => {
    const session = open();
    const waiting = session.run(command("1"));
    worker.say({ kind: "failed", reason: "no memory" });
    await expect(waiting).rejects.toThrow("no memory");
    await expect(session.ready).rejects.toThrow("no memory");
    await expect(session.run(command("2"))).rejects.toThrow("no memory");
    expect(worker.terminated).toBe(true);
    expect(notices).toEqual([{ kind: "failed", reason: "no memory" }]);
  });

  it("tells a worker that could not be loaded from one that failed", () => {
    open();
    worker.onerror?.(new ErrorEvent("error"));
    worker.onerror?.(new ErrorEvent("error", { message: "again" }));
    expect(notices).toEqual([{ kind: "failed", reason: "its worker could not be loaded" }]);
    worker = new FakeWorker();
    open();
    worker.onerror?.(new ErrorEvent("error", { message: "Uncaught x" }));
    expect(notices[1]).toEqual({ kind: "failed", reason: "its worker failed: Uncaught x" });
  });

  it("fails once when it is closed", async () => {
    const session = open();
    worker.say({ kind: "booted", at: 1, jspi: true });
    const run = session.run(command("1"));
    session.close();
    await expect(run).rejects.toThrow("it was ended");
    expect(worker.terminated).toBe(true);
  });

  it("interrupts by a message, and through shared memory where there is some", () => {
    const session = open();
    expect(session.interrupt()).toBe(false); // it boots: there is nothing to stop
    worker.say({ kind: "booted", at: 1, jspi: true });
    expect(session.interrupt()).toBe(true);
    expect(worker.sent.at(-1)).toEqual({ kind: "command", text: '{"type":"Interrupt","run_id":null}' });
    session.close();
    expect(session.interrupt()).toBe(false);

    worker = new FakeWorker();
    const interrupt = new SharedArrayBuffer(4);
    const isolated = open({ ...base, interrupt });
    worker.say({ kind: "booted", at: 1, jspi: true });
    expect(isolated.interrupt()).toBe(true);
    expect(new Uint8Array(interrupt)[0]).toBe(2);
    void isolated.run(command("1"));
    expect(new Uint8Array(interrupt)[0]).toBe(0); // nobody heard it, and it is not for the next run
  });

  it("hands answers on, and what the worker stored; nothing comes of a worker that was ended", () => {
    const session = open();
    worker.say({ kind: "booted", at: 1, jspi: true });
    session.answer("q", "Ada");
    expect(worker.sent.at(-1)).toEqual({ kind: "command", text: '{"type":"AnswerInput","question":"q","text":"Ada"}' });
    const entry: KeptEntry = { kind: "blobs", key: "k", data: new Uint8Array(2) };
    worker.say({ kind: "stored", entry });
    session.close();
    worker.say({ kind: "stored", entry });
    expect(stored).toEqual([entry]);
  });

  it("has the scratchpad loaded once, and once more where that failed", async () => {
    const session = open();
    const asked = (): number => worker.sent.filter((message) => message.kind === "scratchpad").length;
    const first = session.openScratchpad();
    const second = session.openScratchpad();
    expect(asked()).toBe(1);
    worker.say({ kind: "scratchpad", problem: "it could not be loaded" });
    await expect(first).rejects.toThrow("it could not be loaded");
    await expect(second).rejects.toThrow("it could not be loaded");
    const third = session.openScratchpad();
    worker.say({ kind: "scratchpad", problem: null });
    await third;
    await session.openScratchpad();
    expect(asked()).toBe(2);
  });

  it("waits for no scratchpad of a worker that has died", async () => {
    const session = open();
    const waiting = session.openScratchpad();
    worker.say({ kind: "failed", reason: "it is gone" });
    await expect(waiting).rejects.toThrow("it is gone");
    await expect(session.openScratchpad()).rejects.toThrow("it is gone");
  });

  it("breaks into the run that is meant, where memory is shared, and stops one by its id", () => {
    const interrupt = new SharedArrayBuffer(8);
    const session = open({ ...base, interrupt });
    worker.say({ kind: "booted", at: 5, jspi: true });
    session.signal(3, "late");
    expect([...new Int32Array(interrupt)]).toEqual([14, 3]);
    session.signal(4, "unwanted");
    expect([...new Int32Array(interrupt)]).toEqual([10, 4]);
    session.stop("mine");
    expect(worker.sent.at(-1)).toEqual({ kind: "command", text: '{"type":"Interrupt","run_id":"mine"}' });
    open().signal(3, "late");
  });

  it("hands over files of the folder, and what the reader allows, in order with commands", () => {
    const session = open();
    const data = new Uint8Array([1]);
    session.place("x.csv", data);
    session.allow(["tn_x"]);
    void session.run(command("r"));
    worker.say({ kind: "booted", at: 5, jspi: true });
    session.place("x.csv", null);
    expect(worker.sent.slice(1)).toEqual([
      { kind: "place", name: "x.csv", data },
      { kind: "allow", modules: ["tn_x"] },
      { kind: "command", text: JSON.stringify(command("r")) },
      { kind: "place", name: "x.csv", data: null },
    ]);
  });

  it("hands on what cells wrote, and packages that they miss", () => {
    open();
    const written = { kind: "written", files: [{ name: "x", data: null }] } as const;
    const offered = { kind: "offered", offer: { module: "m", name: "n", cells: ["a"] } } as const;
    worker.say(written);
    worker.say(offered);
    expect(notices).toEqual([written, offered]);
  });

  it("hands on what is told of code, and edited notebooks", () => {
    open();
    worker.say({ kind: "begun", run: "r", number: 1, timeout: null });
    worker.say({ kind: "piece", run: "r", event: "stdout", data: '{"data":"1"}' });
    worker.say({ kind: "edited", notebook: "{}" });
    expect(notices).toEqual([
      { kind: "begun", run: "r", number: 1, timeout: null },
      { kind: "piece", run: "r", message: { event: "stdout", data: { data: "1" } } },
      { kind: "edited", notebook: "{}" },
    ]);
  });
});
