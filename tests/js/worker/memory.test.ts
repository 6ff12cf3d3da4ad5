import { describe, expect, it } from "vitest";

import { HEAD, packMemory, unpackMemory } from "../../../js/worker/memory.ts";

const PAGE = 4096;
const HEADER = 128;

type Bytes = Uint8Array<ArrayBuffer>;

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

/** Memory after `packed` was restored into memory in which something else was. */
function restore(packed: Bytes, length: number): Bytes {
  const unpacked = unpackMemory(packed);
  const heap = new Int8Array(length).fill(7);
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
      const restored = restore(packMemory(snapshot), room);
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
      const restored = restore(packMemory(snapshot), snapshot.length - HEADER);
      expect(same(restored, snapshot.subarray(HEADER))).toBe(true);
    }
  });

  it("holds no page of zeros", () => {
    const pages = Array.from({ length: 100 }, (_, index) => index % 50 === 0);
    expect(packMemory(snapshotOf(pages)).length).toBe(HEAD + 2 * PAGE + 4 * (3 + 2 * 3));
  });

  it("is not packed where Pyodide's header is too long for the head", () => {
    const snapshot = snapshotOf([true]);
    snapshot.set(new Uint8Array(new Uint32Array([HEAD + 1]).buffer), 4);
    expect(() => packMemory(snapshot)).toThrow("its header has 65537 bytes, and 65536 are the most");
  });

  it("is refused where it is something else, or damaged", () => {
    const packed = packMemory(snapshotOf([true, false, true]));
    const other = packed.slice();
    other[0] = 0;
    const late = packed.slice();
    new Uint32Array(late.buffer)[3] = PAGE;
    for (const nothing of [new Uint8Array(0), new Uint8Array(3), other]) {
      expect(() => unpackMemory(nothing)).toThrow("what was fetched is no snapshot of Python");
    }
    for (const damaged of [packed.slice(0, -1), packed.slice(0, 14), packed.slice(0, 12), late]) {
      expect(() => unpackMemory(damaged)).toThrow("the snapshot of Python is damaged");
    }
  });
});
