// @vitest-environment node
import { beforeEach, describe, expect, it, vi } from "vitest";

import { KeptRuntime, RUNTIME_FOLDER, type Storage } from "../../../js/worker/kept-runtime.ts";

const WASM = "http://x/runtime/1.0/0123456789abcdef0123.wasm";
const OTHER = "http://x/runtime/1.0/abcdef0123456789abcd.snapshot";
const NAME = "0123456789abcdef0123.wasm-3";
const DATA = new Uint8Array([1, 2, 3]);

function notFound(): DOMException {
  return new DOMException("it is not there", "NotFoundError");
}

class FakeFile {
  readonly name: string;
  data = new Uint8Array(0);
  changed = 0;

  constructor(name: string) {
    this.name = name;
  }

  createSyncAccessHandle(): Promise<unknown> {
    return Promise.resolve({
      getSize: () => this.data.length,
      read: (into: Uint8Array) => {
        into.set(this.data);
        return this.data.length;
      },
      close: () => undefined,
    });
  }

  getFile(): Promise<unknown> {
    return Promise.resolve({ name: this.name, size: this.data.length, lastModified: this.changed });
  }

  createWritable(): Promise<unknown> {
    let written = new Uint8Array(0);
    return Promise.resolve({
      write: (data: Uint8Array) => {
        if (full) return Promise.reject(new DOMException("no room", "QuotaExceededError"));
        written = new Uint8Array(data);
        return Promise.resolve();
      },
      close: () => {
        this.data = written;
        this.changed = clock++;
        return Promise.resolve();
      },
      abort: () => Promise.resolve(),
    });
  }
}
vi.stubGlobal("FileSystemFileHandle", FakeFile);

class FakeFolder {
  readonly entries = new Map<string, FakeFile | FakeFolder>();

  getDirectoryHandle(name: string, { create = false } = {}): Promise<unknown> {
    if (create && !this.entries.has(name)) this.entries.set(name, new FakeFolder());
    return this.#get(name);
  }

  getFileHandle(name: string, { create = false } = {}): Promise<unknown> {
    if (create && !this.entries.has(name)) this.entries.set(name, new FakeFile(name));
    return this.#get(name);
  }

  removeEntry(name: string): Promise<void> {
    return this.entries.delete(name) ? Promise.resolve() : Promise.reject(notFound());
  }

  async *keys(): AsyncGenerator<string> {
    yield* await Promise.resolve([...this.entries.keys()]);
  }

  async *values(): AsyncGenerator<FakeFile | FakeFolder> {
    yield* await Promise.resolve([...this.entries.values()]);
  }

  #get(name: string): Promise<unknown> {
    const found = this.entries.get(name);
    return found === undefined ? Promise.reject(notFound()) : Promise.resolve(found);
  }
}

let root: FakeFolder;
let full: boolean;
let clock: number;
let estimate: { quota: number; usage: number };

/** What a worker that starts now has. */
function open(): KeptRuntime {
  const storage = { getDirectory: () => Promise.resolve(root), estimate: () => Promise.resolve(estimate) };
  return new KeptRuntime(storage as unknown as Storage);
}

function names(): string[] {
  const folder = root.entries.get(RUNTIME_FOLDER);
  return folder instanceof FakeFolder ? [...folder.entries.keys()] : [];
}

function fileNamed(name: string): FakeFile {
  const folder = root.entries.get(RUNTIME_FOLDER);
  const file = folder instanceof FakeFolder ? folder.entries.get(name) : undefined;
  if (!(file instanceof FakeFile)) throw new Error(`there is no ${name}`);
  return file;
}

const give = (data: Uint8Array<ArrayBuffer> | null = DATA) => vi.fn(() => Promise.resolve(data));

beforeEach(() => {
  root = new FakeFolder();
  full = false;
  clock = 1;
  estimate = { quota: 2 ** 40, usage: 0 };
  vi.spyOn(console, "debug").mockImplementation(() => undefined);
});

describe("a file of the runtime", () => {
  it("is read by the next worker once it was kept", async () => {
    await open().keep(WASM, give());
    const next = open();
    expect(await next.get(WASM)).toEqual(DATA);
    expect(next.read).toEqual([WASM]);
    expect(names()).toEqual([NAME]);
  });

  it("is held until there is time to keep it", async () => {
    const kept = open();
    kept.hold(WASM, DATA);
    kept.hold(OTHER, DATA);
    expect(names()).toEqual([]);
    await kept.forget(OTHER);
    await kept.keepHeld();
    expect(names()).toEqual([NAME]);
    await open().forget(WASM);
    await kept.keepHeld();
    expect(names()).toEqual([]);
  });

  it("is not there before, and a look leaves nothing behind", async () => {
    const kept = open();
    expect(await kept.get(WASM)).toBeNull();
    expect(kept.read).toEqual([]);
    expect(root.entries.size).toBe(0);
  });

  it("is not asked for again when it is kept", async () => {
    await open().keep(WASM, give());
    const again = give();
    await open().keep(WASM, again);
    expect(again).not.toHaveBeenCalled();
  });

  it("is kept only under a name that says what is in it", async () => {
    const fetchFile = give();
    await open().keep("http://x/pyodide/pyodide.asm.wasm", fetchFile);
    expect(fetchFile).not.toHaveBeenCalled();
    expect(names()).toEqual([]);
  });

  it("is not kept where it would have to be sent again", async () => {
    await open().keep(WASM, give(null));
    expect(names()).toEqual([]);
    expect(await open().get(WASM)).toBeNull();
  });

  it("is nothing where it was cut short", async () => {
    await open().keep(WASM, give());
    fileNamed(NAME).data = DATA.slice(0, 2);
    const next = open();
    expect(await next.get(WASM)).toBeNull();
    expect(next.read).toEqual([]);
    await next.keep(WASM, give());
    expect(await open().get(WASM)).toEqual(DATA);
  });

  it("is kept again after it was forgotten", async () => {
    await open().keep(WASM, give());
    const second = open();
    await second.forget(WASM);
    expect(names()).toEqual([]);
    await second.keep(WASM, give());
    expect(await open().get(WASM)).toEqual(DATA);
  });

  it("leaves no trace where there is no room while it is written", async () => {
    full = true;
    await open().keep(WASM, give());
    expect(names()).toEqual([]);
  });

  it("leaves half of what the origin may keep to others", async () => {
    estimate = { quota: 1000, usage: 498 };
    await open().keep(WASM, give());
    expect(names()).toEqual([]);
    estimate = { quota: 1000, usage: 497 };
    await open().keep(WASM, give());
    expect(names()).toEqual([NAME]);
  });

  it("goes when newer ones need its room", async () => {
    await open().keep(WASM, give());
    const large = new Uint8Array(256 * 1024 * 1024 - 2);
    await open().keep(OTHER, give(large));
    expect(names()).toEqual([`abcdef0123456789abcd.snapshot-${large.length}`]);
  });
});

describe("a browser without private files", () => {
  it.each([
    ["undefined", undefined],
    ["nothing", {}],
    ["denied", { getDirectory: () => Promise.reject(new DOMException("no", "SecurityError")) }],
  ])("keeps nothing and complains of nothing: %s", async (_name, storage) => {
    const kept = new KeptRuntime(storage);
    expect(await kept.get(WASM)).toBeNull();
    await kept.keep(WASM, give());
    await kept.forget(WASM);
    expect(kept.read).toEqual([]);
  });
});
