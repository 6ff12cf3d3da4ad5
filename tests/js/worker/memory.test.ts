import { describe, expect, it } from "vitest";

import { type Allocator, clearFreed, type Fresh, HEAD, packMemory, unpackMemory } from "../../../js/worker/memory.ts";

const PAGE = 4096;
const HEADER = 128;

type Bytes = Uint8Array<ArrayBuffer>;

/** A module in whose memory nothing is. */
const EMPTY: Fresh = { loaded: new Int8Array(0), created: new Int8Array(0) };

/** A snapshot as Pyodide makes it: a header that says where memory begins, and pages of memory. */
function snapshotOf(pages: readonly boolean[], tail = 0): Bytes {
  const data = new Uint8Array(HEAD + pages.length * PAGE + tail);
  data.set(new Uint8Array(new Uint32Array([0x706e7300, HEADER]).buffer));
  for (const [index, filled] of pages.entries()) {
    // One byte, at another place in every page.
    if (filled) data[HEAD + index * PAGE + ((index * 997) % PAGE)] = 1 + (index % 255);
  }
  return data;
}

/** Memory after `packed` was restored into memory that held `before`, or else something else. */
function restore(packed: Bytes, length: number, before: Int8Array = new Int8Array(length).fill(7)): Bytes {
  const unpacked = unpackMemory(packed);
  const heap = before.slice();
  unpacked.place(heap);
  heap.set(unpacked.head.subarray(new Uint32Array(unpacked.head.slice(0, 8).buffer)[1]));
  return new Uint8Array(heap.buffer);
}

/** Comparing byte by byte is the runner's, and takes seconds. */
function same(left: Bytes, right: Bytes): boolean {
  return Buffer.compare(left, right) === 0;
}

describe("memory that is packed", () => {
  it.each([
    ["nothing", []],
    ["no zeros", [true, true, true]],
    ["nothing but zeros", [false, false, false]],
    ["zeros first", [false, false, true]],
    ["zeros last", [true, false, false]],
    ["zeros here and there", [true, false, true, true, false, false, true]],
  ])("comes back: %s", (_, pages) => {
    for (const tail of [0, 1, 4095]) {
      const snapshot = snapshotOf(pages, tail);
      const room = snapshot.length - HEADER + 2 * PAGE;
      const restored = restore(packMemory(snapshot, EMPTY), room);
      expect(same(restored.subarray(0, snapshot.length - HEADER), snapshot.subarray(HEADER))).toBe(true);
      expect(new Set(restored.subarray(snapshot.length - HEADER))).toEqual(new Set([7]));
    }
  });

  it("comes back whatever it holds", () => {
    let seed = 1;
    const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
    for (let round = 0; round < 200; round++) {
      const share = random();
      const pages = Array.from({ length: Math.floor(random() * 12) }, () => random() < share);
      const snapshot = snapshotOf(pages, Math.floor(random() * PAGE));
      const restored = restore(packMemory(snapshot, EMPTY), snapshot.length - HEADER);
      expect(same(restored, snapshot.subarray(HEADER))).toBe(true);
    }
  });

  it("holds no page of zeros", () => {
    const pages = Array.from({ length: 100 }, (_, index) => index % 50 === 0);
    expect(packMemory(snapshotOf(pages), EMPTY).length).toBe(HEAD + 2 * PAGE + 4 * (5 + 2 * 3));
  });

  it("is not sent where it is what a fresh module has, and is checked there", () => {
    const snapshot = snapshotOf([true, true, false, true, true, true]);
    const memory = new Int8Array(snapshot.buffer.slice(HEADER));
    const at = (page: number): number => HEAD - HEADER + page * PAGE;
    // The second page stays, and the last but one; the first was another one when it was loaded, the last is now.
    const [loaded, created] = [memory.slice(), memory.slice()];
    loaded[at(0)] = 9;
    created[at(3)] = 9;
    loaded[at(5)] = created[at(5)] = 9;
    const packed = packMemory(snapshot, { loaded, created });
    expect(packed.length).toBe(HEAD + 3 * PAGE + 4 * (5 + 2 * 4 + 2 * 2));
    expect(same(restore(packed, memory.length, created), new Uint8Array(memory.buffer))).toBe(true);
    const other = created.slice();
    other[at(1) + 128] = 9;
    expect(() => restore(packed, memory.length, other)).toThrow("memory does not begin as it did");
    const elsewhere = created.slice();
    elsewhere[at(2) + 100] = 9;
    expect(same(restore(packed, memory.length, elsewhere), new Uint8Array(memory.buffer))).toBe(true);
  });

  it("is not packed where Pyodide's header is too long for the head", () => {
    const snapshot = snapshotOf([true]);
    snapshot.set(new Uint8Array(new Uint32Array([HEAD + 1]).buffer), 4);
    expect(() => packMemory(snapshot, EMPTY)).toThrow("its header has 65537 bytes, and 65536 are the most");
  });

  it("is refused where it is something else, or damaged", () => {
    const packed = packMemory(snapshotOf([true, false, true]), EMPTY);
    const other = packed.slice();
    other[0] = 0;
    const late = packed.slice();
    new Uint32Array(late.buffer)[5] = PAGE;
    for (const nothing of [new Uint8Array(0), new Uint8Array(3), other]) {
      expect(() => unpackMemory(nothing)).toThrow("what was fetched is no snapshot of Python");
    }
    for (const damaged of [packed.slice(0, -1), packed.slice(0, 14), packed.slice(0, 12), late]) {
      expect(() => unpackMemory(damaged)).toThrow("the snapshot of Python is damaged");
    }
  });
});

/** Memory of pieces that are in use or free; an allocation takes the smallest that fits, whole, or new memory. */
class Pieces implements Allocator {
  readonly HEAP8 = new Int8Array(1 << 22).fill(7);
  readonly #free = new Map<number, number>();
  readonly #used = new Map<number, number>();
  #end = 8;

  _sbrk(): number {
    return this.#end;
  }

  _PyMem_RawMalloc(size: number): number {
    const fits = [...this.#free].filter(([, length]) => length >= size).sort(([, one], [, other]) => one - other)[0];
    const [at, length] = fits ?? [this.#end, size];
    if (fits === undefined) this.#end += size;
    this.#free.delete(at);
    this.#used.set(at, length);
    return at;
  }

  _PyMem_RawFree(at: number): void {
    this.#free.set(at, this.#used.get(at) ?? 0);
    this.#used.delete(at);
  }

  _malloc_usable_size(at: number): number {
    return this.#used.get(at) ?? 0;
  }
}

describe("freed memory", () => {
  it("is zero afterwards, and memory in use is what it was", () => {
    const pieces = new Pieces();
    const sizes = [8, 24, 4000, 64, 300_000, 16, 72, 5000];
    const places = sizes.map((size) => pieces._PyMem_RawMalloc(size));
    const freed = places.filter((_, index) => index % 3 !== 0);
    for (const at of freed) pieces._PyMem_RawFree(at);
    clearFreed(pieces);
    const before = pieces._sbrk();
    for (const [index, at] of places.entries()) {
      const content = new Set(pieces.HEAP8.subarray(at, at + (sizes[index] ?? 0)));
      expect([...content]).toEqual([index % 3 === 0 ? 7 : 0]);
    }
    // All of it can be had again.
    for (const at of freed.reverse()) pieces._PyMem_RawMalloc(sizes[places.indexOf(at)] ?? 0);
    expect(pieces._sbrk()).toBe(before);
  });
});
