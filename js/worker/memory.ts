/**
 * Python's memory as it is sent: without what is zero in it, which is half of it (the stack, and room to grow).
 *
 * A packed snapshot is, in words of 32 bits, little-endian: `MAGIC`, the length of the snapshot in bytes, the number of
 * runs, start and length of each run in the snapshot; then the bytes of all runs, one after another. What no run covers
 * is zero. The first run is as long as `HEAD`, and begins with the header of Pyodide's snapshot.
 */

const MAGIC = 0x31734e54; // "TNs1"
const PAGE = 4096;
/** Bytes of the first run: room enough for Pyodide's header, and a length that is known before anything is fetched. */
export const HEAD = 16 * PAGE;
const WORD = 4;
/** Bytes of the pieces in which freed memory is looked for. */
const LARGEST = 1 << 20;
const SMALLEST = 8;
/** The place in the header of Pyodide's snapshot where it says where memory begins. */
const OFFSET = 1;

type Bytes = Uint8Array<ArrayBuffer>;

interface Run {
  readonly start: number;
  readonly data: Bytes;
}

/** A snapshot that is to be restored: what Pyodide restores by itself, and what is to be in memory before. */
export interface Unpacked {
  /** Pyodide's header, and the beginning of memory. */
  readonly head: Bytes;
  /** Puts the rest into memory, which has room for it. */
  readonly place: (heap: Int8Array) => void;
}

/** What allocates in a module's memory. */
export interface Allocator {
  readonly HEAP8: Int8Array;
  _PyMem_RawMalloc(size: number): number;
  _PyMem_RawFree(address: number): void;
  _malloc_usable_size(address: number): number;
  /** The end of what was ever allocated, moved by so many bytes. */
  _sbrk(bytes: number): number;
}

/** Makes zero what was freed, and still has in it what it was used for: allocates all of it, largest pieces first. */
export function clearFreed(allocator: Allocator): void {
  const end = allocator._sbrk(0);
  const taken: number[] = [];
  for (let size = LARGEST; size >= SMALLEST; size = Math.min(size - 8, (size * 0.8) & ~7)) {
    for (;;) {
      const at = allocator._PyMem_RawMalloc(size);
      const after = at + allocator._malloc_usable_size(at);
      if (at === 0 || after > end) {
        allocator._PyMem_RawFree(at); // there is none of this size any more
        break;
      }
      allocator.HEAP8.fill(0, at, after);
      taken.push(at);
    }
  }
  for (const at of taken) allocator._PyMem_RawFree(at);
}

/** Packs what Pyodide has made; throws where its header has grown too long. */
export function packMemory(snapshot: Bytes): Bytes {
  const [, offset = 0] = wordsOf(snapshot, 0, 2);
  if (offset > HEAD || snapshot.length < HEAD) throw new Error(`its header has ${offset} bytes, and ${HEAD} are the most`);
  const runs = findRuns(snapshot);
  const words = new Uint32Array([MAGIC, snapshot.length, runs.length, ...runs.flatMap((run) => [run.start, run.data.length])]);
  const packed = new Uint8Array(words.byteLength + runs.reduce((sum, run) => sum + run.data.length, 0));
  packed.set(new Uint8Array(words.buffer));
  let at = words.byteLength;
  for (const { data } of runs) {
    packed.set(data, at);
    at += data.length;
  }
  return packed;
}

/** Reads what was packed; throws where it is something else, or not all of it. */
export function unpackMemory(packed: Bytes): Unpacked {
  const [magic, length = 0, count = 0] = wordsOf(packed, 0, 3);
  if (magic !== MAGIC) throw new Error("what was fetched is no snapshot of Python");
  const places = wordsOf(packed, 3, 2 * count);
  const runs: Run[] = [];
  let at = (3 + 2 * count) * WORD;
  for (let index = 0; index < places.length; index += 2) {
    const [start = 0, size = 0] = places.subarray(index, index + 2);
    runs.push({ start, data: packed.subarray(at, at + size) });
    at += size;
  }
  const [head, ...rest] = runs;
  if (head?.start !== 0 || head.data.length !== HEAD || at !== packed.length) {
    throw new Error("the snapshot of Python is damaged");
  }
  const offset = wordsOf(head.data, OFFSET, 1)[0] ?? 0;
  return {
    head: head.data,
    place: (heap) => {
      let end = head.data.length;
      for (const { start, data } of rest) {
        heap.fill(0, end - offset, start - offset); // what the start of the module has left there
        heap.set(data, start - offset);
        end = start + data.length;
      }
      heap.fill(0, end - offset, length - offset);
    },
  };
}

/** The head, and the runs of pages of which each holds something. */
function findRuns(snapshot: Bytes): Run[] {
  const runs: Run[] = [{ start: 0, data: snapshot.subarray(0, HEAD) }];
  let start: number | null = null;
  for (let page = HEAD; page < snapshot.length; page += PAGE) {
    const empty = isZero(snapshot, page, Math.min(page + PAGE, snapshot.length));
    if (empty && start !== null) runs.push({ start, data: snapshot.subarray(start, page) });
    if (empty) start = null;
    else start ??= page;
  }
  if (start !== null) runs.push({ start, data: snapshot.subarray(start) });
  return runs;
}

function isZero(data: Bytes, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (data[at] !== 0) return false;
  return true;
}

/** Words at a place; copied, since they need not lie where words must. Fewer where there are no more. */
function wordsOf(data: Bytes, first: number, count: number): Uint32Array<ArrayBuffer> {
  const bytes = data.slice(first * WORD, (first + count) * WORD);
  return new Uint32Array(bytes.buffer, 0, Math.floor(bytes.length / WORD));
}
