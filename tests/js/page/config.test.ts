import { beforeEach, describe, expect, it } from "vitest";

import { bootConfig, bootPolicy, type PageConfig, readConfig, sharesMemory } from "../../../js/page/config.ts";

const config: PageConfig = {
  notebook: "notebook.json",
  cache: "public/cache",
  worker: "../assets/worker.js",
  kernel: "../kernel/k.whl",
  runtime: "https://elsewhere.example/v1/",
  stdlib: null,
  lock: "../runtime/v1/pyodide-lock.json",
  packages: { providers: { numpy: "numpy" } },
  files: { modules: "modules-1.zip", digests: {}, base: "public/", public: { "a b.csv": [3, "ab"] } },
  boot: "intent",
  mode: "run",
  version: "0",
  root: "../",
  offline: false,
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
    const made = bootConfig(config, "http://x.example/site/lunch/", false);
    expect(made).toEqual({
      runtime: "https://elsewhere.example/v1/",
      stdlib: null,
      kernel: "http://x.example/site/kernel/k.whl",
      notebook: "http://x.example/site/lunch/notebook.json",
      cache: "http://x.example/site/lunch/public/cache",
      lock: "http://x.example/site/runtime/v1/pyodide-lock.json",
      files: {
        modules: "http://x.example/site/lunch/modules-1.zip",
        digests: {},
        base: "http://x.example/site/lunch/public/",
        public: { "a b.csv": [3, "ab"] },
      },
      packages: { providers: { numpy: "numpy" } },
      interrupt: null,
    });
    const compiled = bootConfig({ ...config, stdlib: "../runtime/0.zip" }, "http://x.example/site/lunch/", false);
    expect(compiled.stdlib).toBe("http://x.example/site/runtime/0.zip");
    expect(bootConfig(config, "http://x.example/", true).interrupt?.byteLength).toBe(1);
  });

  it("counts on shared memory only where the engine has it too, whatever it says of isolation", () => {
    expect(sharesMemory({ crossOriginIsolated: true })).toBe(false);
    expect(sharesMemory({ crossOriginIsolated: false, ...{ SharedArrayBuffer } })).toBe(false);
    expect(sharesMemory({ crossOriginIsolated: true, ...{ SharedArrayBuffer } })).toBe(true);
  });
});
