import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { boot, listen, type WorkerLike } from "../../../js/page/boot-worker.ts";
import type { BootConfig, FromWorker, SnapshotConfig, ToWorker } from "../../../js/protocol/rpc.ts";

class FakeWorker implements WorkerLike {
  readonly sent: ToWorker[] = [];
  /** How many objects were handed over with them. */
  moved = 0;
  onmessage: WorkerLike["onmessage"] = null;
  onerror: WorkerLike["onerror"] = null;
  onmessageerror: WorkerLike["onmessageerror"] = null;

  readonly address: unknown;

  constructor(address?: unknown) {
    this.address = address;
    made.push(this);
  }

  postMessage(message: ToWorker, transfer: readonly Transferable[] = []): void {
    this.sent.push(message);
    this.moved += transfer.length;
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

const bare = { runtime: { snapshots: [] as readonly SnapshotConfig[] } } as unknown as BootConfig;

function withSnapshots(url: string | null): BootConfig {
  const libraries = { url, modules: [], handles: [] };
  const snapshots = (["chromium", "webkit"] as const).map(
    (family): SnapshotConfig => ({ family, url: "http://x/s", table: 1, heap: 2, libraries, packages: [] }),
  );
  return { ...bare, runtime: { ...bare.runtime, snapshots } };
}

describe("a worker that boots", () => {
  it("gets its memory from another one, which it is joined with", () => {
    const worker = new FakeWorker();
    const fetcher = new FakeWorker();
    boot(worker, withSnapshots("http://x/libraries"), () => fetcher);
    expect(fetcher.sent).toMatchObject([{ kind: "fetch", url: "http://x/s" }]);
    expect(worker.sent).toMatchObject([{ kind: "boot" }]);
    expect([worker.moved, fetcher.moved]).toEqual([1, 1]);
    const error = new ErrorEvent("error", { cancelable: true });
    fetcher.onerror?.(error);
    expect(error.defaultPrevented).toBe(true);
    expect(worker.sent.at(-1)).toEqual({ kind: "unfetched" });
    for (const sent of [...worker.sent, ...fetcher.sent]) {
      if (sent.kind === "boot") sent.memory?.close();
      if (sent.kind === "fetch") sent.to.close();
    }
  });

  it("fetches by itself where there is nothing to do meanwhile, or nothing to fetch", () => {
    for (const config of [bare, withSnapshots(null)]) {
      boot(new FakeWorker(), config, () => {
        throw new Error("nobody needs it");
      });
    }
  });

  it("is told to at once, and loses nothing of what it says before anybody listens", () => {
    const worker = new FakeWorker();
    const booting = boot(worker, bare);
    expect(worker.sent).toEqual([{ kind: "boot", config: bare, memory: null }]);
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
    const booting = boot(worker, bare);
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
    ondemand: false,
    files: { modules: null, digests: {}, base: "public/", public: {} },
    runtime: {
      loader: "l",
      glue: null,
      wasm: "w",
      stdlib: { url: "s", size: 1 },
      kernel: { url: "k", size: 1 },
      scratchpad: { url: "x", size: 1 },
      ondemand: { url: "x", size: 1 },
      lock: "k",
      bytecode: true,
      packed: false,
      snapshots: [],
    },
  };

  let frames: FrameRequestCallback[];

  async function run(policy: string | null): Promise<void> {
    frames = [];
    vi.stubGlobal("requestAnimationFrame", (callback: FrameRequestCallback) => frames.push(callback));
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

  it("starts the worker of a page that starts Python at once, and has it boot after the first frame", async () => {
    await run("eager");
    expect(made.map((worker) => String(worker.address))).toEqual([new URL("assets/worker.js", document.baseURI).href]);
    expect(window.tiffinWorker?.worker).toBe(made[0]);
    expect(made[0]?.sent).toEqual([]);
    for (const frame of frames) frame(0);
    await vi.waitFor(() => {
      expect(made[0]?.sent).toMatchObject([{ kind: "boot", config: { kept: [], interrupt: null } }]);
    });
  });

  it("waits for no frame of a page that nobody sees, and says everything once", async () => {
    await run("eager");
    await vi.waitFor(() => {
      expect(made[0]?.sent).toHaveLength(1);
    });
    for (const frame of frames) frame(0);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(made[0]?.sent).toHaveLength(1);
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
