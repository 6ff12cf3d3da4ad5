import { describe, expect, it } from "vitest";

import type { EmscriptenModule, EmscriptenSettings } from "../../../js/worker/pyodide.ts";
import {
  freeLibraryFiles,
  linking,
  makeRoom,
  openHandles,
  reopenLibraries,
} from "../../../js/worker/snapshot.ts";

interface FakeModule extends EmscriptenModule {
  readonly grown: number[];
  readonly linked: string[];
  readonly flags: object[];
}

function makeModule(table = 5): FakeModule {
  const grown: number[] = [];
  const linked: string[] = [];
  const flags: object[] = [];
  return {
    grown,
    linked,
    flags,
    HEAP8: new Int8Array(10),
    wasmTable: { length: table } as WebAssembly.Table,
    LDSO: { loadedLibsByName: {}, loadedLibsByHandle: {} },
    growMemory: (size) => grown.push(size),
    newDSO(name) {
      const library = { name, refcount: 1, global: true, exports: null };
      this.LDSO.loadedLibsByName[name] = library;
      return library;
    },
    loadWebAssemblyModule: (_module, given, path) => {
      linked.push(path);
      flags.push(given);
      return { path };
    },
  };
}

describe("a snapshot's memory", () => {
  it("gets the room that it needs", () => {
    const module = makeModule();
    makeRoom(module, { table: 5, heap: 20 });
    makeRoom(module, { table: 5, heap: 10 });
    expect(module.grown).toEqual([20]);
  });

  it("is refused where functions have other numbers", () => {
    expect(() => {
      makeRoom(makeModule(6), { table: 5, heap: 20 });
    }).toThrow("it was made for a table of 5 functions, and this engine has 6");
  });
});

describe("libraries", () => {
  const library = (path: string): { path: string; module: WebAssembly.Module } => ({
    path,
    module: {},
  });

  it.each([true, false])("are linked before Python starts, in order; handed over: %s", async (handed) => {
    const module = makeModule();
    const seen: string[] = [];
    const create = async (settings: EmscriptenSettings): Promise<EmscriptenModule> => {
      if (!handed) Object.assign(settings, module);
      for (const run of settings.preRun ?? []) run(handed ? module : undefined);
      seen.push("created");
      return Promise.resolve(handed ? module : (settings as unknown as EmscriptenModule));
    };
    const first = (): void => {
      seen.push("first");
    };
    const note = (what: string) => () => {
      seen.push(`${what} after ${module.linked.length}`);
    };
    const made = await linking(create, [library("/b.so"), library("/a.so")], note("filled"), note("loaded"))({
      preRun: [first],
    });
    expect(seen).toEqual(["first", "loaded after 2", "created", "filled after 2"]);
    expect(module.linked).toEqual(["/b.so", "/a.so"]);
    expect(module.flags).toEqual([{ allowUndefined: true }, { allowUndefined: false }]);
    expect(made.LDSO.loadedLibsByName["/a.so"]).toMatchObject({ refcount: Infinity, global: false });
  });

  it("that cannot be linked fail the start", async () => {
    const module = makeModule();
    module.loadWebAssemblyModule = () => {
      throw new Error("need to see wasm magic number");
    };
    const create = (settings: EmscriptenSettings): Promise<EmscriptenModule> => {
      for (const run of settings.preRun ?? []) run(module);
      return new Promise(() => undefined);
    };
    await expect(linking(create, [library("/a.so")], () => undefined)({})).rejects.toThrow("magic number");
  });

  it("are found again by the handles that Python had of them", () => {
    const module = makeModule();
    module.newDSO("/a.so", undefined, "loading");
    reopenLibraries(module, [
      [4, "/a.so"],
      [8, "/gone.so"],
    ]);
    expect(openHandles(module)).toEqual([[4, "/a.so"]]);
  });

  it("do not keep their files, which nothing reads any more", () => {
    const file = Uint8Array.from([0, 0x61, 0x73, 0x6d, 200, 201]);
    const heap = new Int8Array(512);
    const words = new Uint32Array(heap.buffer);
    const freed: number[] = [];
    const module = {
      ...makeModule(),
      HEAP8: heap,
      _PyMem_RawMalloc: () => 0,
      _PyMem_RawFree: (address: number) => freed.push(address),
      _malloc_usable_size: () => 0,
      _sbrk: () => 0,
    };
    // The record of /a.so begins at 16; it holds other numbers before its file's, and where the file of /b.so would be is another.
    new Uint8Array(heap.buffer).set(file, 300);
    new Uint8Array(heap.buffer).set([...file].reverse(), 400);
    words.set([7, 6, 300, 6, 5], 16 / 4);
    words.set([400, 6, 508, 6, 0], 128 / 4);
    for (const name of ["/a.so", "/b.so"]) module.newDSO(name, undefined, "loading");
    reopenLibraries(module, [
      [16, "/a.so"],
      [128, "/b.so"],
    ]);
    expect(freeLibraryFiles(module, () => file)).toBe(file.length);
    expect(freed).toEqual([300]);
    expect([...words.subarray(4, 9)]).toEqual([7, 6, 0, 0, 5]);
    expect([...words.subarray(32, 37)]).toEqual([400, 6, 508, 6, 0]);
    expect(freeLibraryFiles(module, () => file)).toBe(0);
  });
});
