import { beforeEach, describe, expect, it, vi } from "vitest";

import { bootConfig, bootPolicy, isCompressing, type PageConfig, readConfig, sharesMemory } from "../../../js/page/config.ts";

const config: PageConfig = {
  widgets: [],
  notebook: "notebook.json",
  cache: "public/cache",
  worker: "../assets/worker.js",
  runtime: {
    loader: "https://elsewhere.example/v1/pyodide.mjs",
    glue: null,
    wasm: "https://elsewhere.example/v1/pyodide.asm.wasm",
    stdlib: { url: "../runtime/0.zip", size: 7 },
    kernel: { url: "../kernel/k.whl", size: 5 },
    scratchpad: { url: "../kernel/s.zip", size: 3 },
    ondemand: { url: "../kernel/o.zip", size: 4 },
    lock: "../runtime/v1/pyodide-lock.json",
    bytecode: true,
    packed: false,
    snapshots: [
      {
        family: "webkit",
        url: "../runtime/1.snapshot",
        table: 3,
        heap: 9,
        libraries: { url: "../runtime/a.libraries", modules: [{ path: "/lib/a.so", size: 3 }], handles: [[12, "/lib/a.so"]] },
        packages: ["a"],
      },
    ],
  },
  packages: { providers: { numpy: "numpy" } },
  files: { modules: "modules-1.zip", digests: {}, base: "public/", public: { "a b.csv": [3, "ab"] } },
  boot: "intent",
  mode: "run",
  playground: null,
  version: "0",
  root: "../",
  offline: false,
  ondemand: true,
  keys: { c1: "ab" },
};

beforeEach(() => {
  document.head.replaceChildren();
});

describe("the configuration", () => {
  it("is read from the page", () => {
    const script = document.createElement("script");
    script.type = "application/json";
    script.id = "tn-config";
    script.textContent = JSON.stringify(config);
    document.head.append(script);
    expect(readConfig(document)).toEqual(config);
  });

  it("is absent from a page that is no notebook", () => {
    expect(readConfig(document)).toBeNull();
  });

  it.each([
    ["", "intent"],
    ["?boot=eager", "eager"],
    ["?boot=never", "never"],
    ["?boot=intent", "intent"],
    ["?boot=sometimes", "intent"],
  ])("boots with %j as %s", (query, policy) => {
    expect(bootPolicy(config, new URL(`http://x.example/${query}`))).toBe(policy);
  });

  it("reaches the worker with absolute addresses, and shared memory only where there is such", () => {
    const made = bootConfig(config, "http://x.example/site/lunch/", { shared: false, compressing: true });
    const site = "http://x.example/site";
    expect(made).toEqual({
      runtime: {
        ...config.runtime,
        stdlib: { url: `${site}/runtime/0.zip`, size: 7 },
        kernel: { url: `${site}/kernel/k.whl`, size: 5 },
        scratchpad: { url: `${site}/kernel/s.zip`, size: 3 },
        ondemand: { url: `${site}/kernel/o.zip`, size: 4 },
        lock: `${site}/runtime/v1/pyodide-lock.json`,
        snapshots: [
          {
            ...config.runtime.snapshots[0],
            url: `${site}/runtime/1.snapshot`,
            libraries: {
              url: `${site}/runtime/a.libraries`,
              modules: [{ path: "/lib/a.so", size: 3 }],
              handles: [[12, "/lib/a.so"]],
            },
          },
        ],
      },
      compressing: true,
      edited: null,
      notebook: "http://x.example/site/lunch/notebook.json",
      cache: "http://x.example/site/lunch/public/cache",
      files: {
        modules: "http://x.example/site/lunch/modules-1.zip",
        digests: {},
        base: "http://x.example/site/lunch/public/",
        public: { "a b.csv": [3, "ab"] },
      },
      packages: { providers: { numpy: "numpy" } },
      ondemand: true,
      index: null,
      folder: false,
      interrupt: null,
      kept: [],
    });
    expect(bootConfig(config, "http://x.example/", { shared: true, compressing: true }).interrupt?.byteLength).toBe(8);
  });

  it("has the page's glue where there is one", () => {
    const runtime = { ...config.runtime, glue: "../runtime/g.mjs" };
    const made = bootConfig({ ...config, runtime }, "http://x.example/site/lunch/", { shared: false, compressing: true });
    expect(made.runtime.glue).toBe("http://x.example/site/runtime/g.mjs");
  });

  it.each([
    [100, 40, true],
    [100, 100, false],
    [0, 0, true], // nothing is known
    [null, null, true],
  ])("takes a host that sent a script of %j bytes as %j for compressing: %j", (decoded, encoded, expected) => {
    class Timing {
      readonly decodedBodySize = decoded;
      readonly encodedBodySize = encoded;
    }
    vi.stubGlobal("PerformanceResourceTiming", Timing);
    const timings = { getEntriesByName: () => (decoded === null ? [] : [new Timing()]) };
    expect(isCompressing(timings as unknown as Performance, "http://x.example/page.js")).toBe(expected);
    vi.unstubAllGlobals();
  });

  it("counts on shared memory only where the engine has it too, whatever it says of isolation", () => {
    expect(sharesMemory({ crossOriginIsolated: true })).toBe(false);
    expect(sharesMemory({ crossOriginIsolated: false, ...{ SharedArrayBuffer } })).toBe(false);
    expect(sharesMemory({ crossOriginIsolated: true, ...{ SharedArrayBuffer } })).toBe(true);
  });
});
