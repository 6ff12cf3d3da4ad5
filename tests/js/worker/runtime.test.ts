// @vitest-environment node
import { gzipSync } from "node:zlib";

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { compileModule, fetchText, fetchUnpacked, withFiles } from "../../../js/worker/runtime.ts";

/** The smallest module that there is. */
const WASM = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

/** What `withFiles` replaces. */
function replaced(): unknown[] {
  return [Reflect.get(globalThis, "fetch"), Reflect.get(WebAssembly, "instantiateStreaming")];
}

let answers: Map<string, Response>;

beforeEach(() => {
  answers = new Map();
  vi.stubGlobal("self", globalThis);
  vi.stubGlobal("fetch", (input: string | URL) => {
    const found = answers.get(input.toString());
    return found === undefined ? Promise.reject(new TypeError("no network")) : Promise.resolve(found);
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("a file of the runtime", () => {
  it("that cannot be had is a sentence", async () => {
    answers.set("http://x/a", new Response("", { status: 404 }));
    await expect(fetchText("http://x/a", "the kernel")).rejects.toThrow(
      "the kernel could not be loaded from http://x/a: status 404",
    );
    await expect(fetchText("http://x/b", "the kernel")).rejects.toThrow("http://x/b: TypeError: no network");
  });

  it("is unpacked if it came compressed, and taken as it is if it did not", async () => {
    answers.set("http://x/raw", new Response(WASM));
    answers.set("http://x/packed", new Response(new Uint8Array(gzipSync(WASM))));
    expect(await fetchUnpacked("http://x/raw", "it")).toEqual(WASM);
    expect(await fetchUnpacked("http://x/packed", "it")).toEqual(WASM);
  });

  it("that is damaged is an error", async () => {
    const packed = new Uint8Array(gzipSync(WASM)).slice(0, 12);
    answers.set("http://x/packed", new Response(packed));
    await expect(fetchUnpacked("http://x/packed", "it")).rejects.toThrow();
  });
});

describe("WebAssembly", () => {
  it.each(["application/wasm", "application/octet-stream"])("is compiled when it comes as %s", async (type) => {
    answers.set("http://x/a.wasm", new Response(WASM, { headers: { "Content-Type": type } }));
    expect(await compileModule("http://x/a.wasm", false)).toBeInstanceOf(WebAssembly.Module);
  });

  it("is unpacked here where the host does not compress", async () => {
    answers.set("http://x/a.wasm.gz", new Response(new Uint8Array(gzipSync(WASM))));
    expect(await compileModule("http://x/a.wasm", true)).toBeInstanceOf(WebAssembly.Module);
  });
});

describe("files that are given", () => {
  it("stand for addresses, once for WebAssembly, and only while the work lasts", async () => {
    const before = replaced();
    const compiled = await WebAssembly.compile(WASM);
    answers.set("http://x/other", new Response("other"));
    const given = { "http://x/given": () => Promise.resolve(new Response("given")) };
    const seen = await withFiles(given, compiled, async () => {
      const { module } = await WebAssembly.instantiateStreaming(new Response());
      return [
        await (await self.fetch(new URL("http://x/given"))).text(),
        await (await self.fetch("http://x/other")).text(),
        module === compiled,
        replaced()[1] === before[1],
      ];
    });
    expect(seen).toEqual(["given", "other", true, true]);
    expect(replaced()).toEqual(before);
  });

  it("are taken away when the work fails, too", async () => {
    const before = replaced();
    const compiled = await WebAssembly.compile(WASM);
    await expect(withFiles({}, compiled, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(replaced()).toEqual(before);
  });
});
