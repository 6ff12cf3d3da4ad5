import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { boot, listen, type WorkerLike } from "../../../js/page/boot-worker.ts";
import type { BootConfig, FromWorker, ToWorker } from "../../../js/protocol/rpc.ts";

class FakeWorker implements WorkerLike {
  readonly sent: ToWorker[] = [];
  onmessage: WorkerLike["onmessage"] = null;
  onerror: WorkerLike["onerror"] = null;
  onmessageerror: WorkerLike["onmessageerror"] = null;

  readonly address: unknown;

  constructor(address?: unknown) {
    this.address = address;
    made.push(this);
  }

  postMessage(message: ToWorker): void {
    this.sent.push(message);
  }

  terminate(): void {
    throw new Error("nobody asked for it");
  }

  say(message: FromWorker): void {
    this.onmessage?.(new MessageEvent("message", { data: message }));
  }
}

let made: FakeWorker[];
const phase = (name: "fetching" | "initialising", at: number): FromWorker => ({ kind: "phase", phase: name, at });

function hearing(): { heard: unknown[]; listener: Parameters<typeof listen>[1] } {
  const heard: unknown[] = [];
  const listener: Parameters<typeof listen>[1] = {
    onmessage: (event) => heard.push(event.data),
    onerror: (event) => heard.push(event.message),
    onmessageerror: () => heard.push("unreadable"),
  };
  return { heard, listener };
}

beforeEach(() => {
  made = [];
});

describe("a worker that boots", () => {
  it("is told to at once, and loses nothing of what it says before anybody listens", () => {
    const worker = new FakeWorker();
    const booting = boot(worker, { cache: "c" } as BootConfig);
    expect(worker.sent).toEqual([{ kind: "boot", config: { cache: "c" } }]);
    worker.say(phase("fetching", 1));
    const error = new ErrorEvent("error", { message: "no file", cancelable: true });
    worker.onerror?.(error);
    worker.onmessageerror?.(new MessageEvent("messageerror"));
    expect(error.defaultPrevented).toBe(true);
    const { heard, listener } = hearing();
    listen(booting, listener);
    expect(heard).toEqual([phase("fetching", 1), "no file", "unreadable"]);
    worker.say(phase("initialising", 2));
    expect(heard).toHaveLength(4);
  });

  it("says everything once, however often somebody begins to listen", () => {
    const worker = new FakeWorker();
    const booting = boot(worker, {} as BootConfig);
    worker.say(phase("fetching", 1));
    const first = hearing();
    const second = hearing();
    listen(booting, first.listener);
    listen(booting, second.listener);
    worker.say(phase("initialising", 2));
    expect([first.heard, second.heard]).toEqual([[phase("fetching", 1)], [phase("initialising", 2)]]);
  });
});

describe("the first script of a page", () => {
  const config = {
    worker: "assets/worker.js",
    notebook: "notebook.json",
    cache: "public/cache",
    packages: {},
    files: { modules: null, digests: {}, base: "public/", public: {} },
    runtime: {
      loader: "l",
      glue: null,
      wasm: "w",
      stdlib: { url: "s", size: 1 },
      kernel: { url: "k", size: 1 },
      lock: "k",
      bytecode: true,
      packed: false,
      snapshots: [],
    },
  };

  async function run(policy: string | null): Promise<void> {
    const text = policy === null ? "" : JSON.stringify({ ...config, boot: policy });
    document.body.innerHTML = policy === null ? "" : `<script type="application/json" id="tn-config">${text}</script>`;
    vi.resetModules();
    await import("../../../js/page/start.ts");
  }

  beforeEach(() => {
    vi.stubGlobal("Worker", FakeWorker);
    delete window.tiffinWorker;
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    delete window.tiffinWorker;
  });

  it("starts the worker of a page that starts Python at once", async () => {
    await run("eager");
    expect(made.map((worker) => String(worker.address))).toEqual([new URL("assets/worker.js", document.baseURI).href]);
    expect(window.tiffinWorker?.worker).toBe(made[0]);
    expect(made[0]?.sent).toMatchObject([{ kind: "boot", config: { kept: [], interrupt: null } }]);
  });

  it.each(["intent", "never", null])("leaves a page alone whose policy is %s", async (policy) => {
    await run(policy);
    expect(made).toEqual([]);
    expect(window.tiffinWorker).toBeUndefined();
  });

  it("comes too late for a page that has seen to it", async () => {
    window.tiffinWorker = null;
    await run("eager");
    expect(made).toEqual([]);
  });

  it("leaves everything to the page where it fails", async () => {
    vi.stubGlobal("Worker", function refuse() {
      throw new Error("refused");
    });
    await run("eager");
    expect(window.tiffinWorker).toBeUndefined();
  });
});
