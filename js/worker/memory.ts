/**
 * Python's memory as it is sent: without what is zero in it, which is half of it (the stack, and room to grow), and without
 * what is there anyway once WebAssembly is loaded, which is a quarter of the rest (constants of C).
 *
 * A packed snapshot is, in words of 32 bits, little-endian: `MAGIC`, the length of the snapshot in bytes, the number of
 * runs, the number of stays, the checksum of what stays; start and length of each run in the snapshot, then of each stay; then
 * the bytes of all runs, one after another. A stay is in memory already; what neither covers is zero. The first run is
 * as long as `HEAD`, and begins with the header of Pyodide's snapshot.
 */

const MAGIC = 0x32734e54; // "TNs2"
/** Words before the runs. */
const FRONT = 5;
const PAGE = 4096;
/** Bytes of the first run: room enough for Pyodide's header, and a length that is known before anything is fetched. */
export const HEAD = 16 * PAGE;
const WORD = 4;
/** Words from one that is checked to the next. */
const STRIDE = 16;
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

/** A part of memory, by its place in the snapshot. */
interface Span {
  readonly start: number;
  readonly length: number;
}

/** A module's memory before anything in it has run, and when it is created, before Python is started in it. */
export interface Fresh {
  readonly loaded: Int8Array;
  readonly created: Int8Array;
}

/** A snapshot that is to be restored: what Pyodide restores by itself, and what is to be in memory before. */
export interface Unpacked {
  /** Pyodide's header, and the beginning of memory. */
  readonly head: Bytes;
  /** Puts the rest into memory, which has room for it; throws where that does not hold what is to stay. */
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

/** Packs what Pyodide has made, in a module that was `fresh` once; throws where its header has grown too long. */
export function packMemory(snapshot: Bytes, fresh: Fresh): Bytes {
  const [, offset = 0] = wordsOf(snapshot, 0, 2);
  if (offset > HEAD || snapshot.length < HEAD) throw new Error(`its header has ${offset} bytes, and ${HEAD} are the most`);
  const { runs, stays } = divide(snapshot, offset, fresh);
  const words = new Uint32Array([
    ...[MAGIC, snapshot.length, runs.length, stays.length, checksum(fresh.created, stays, offset)],
    ...runs.flatMap((run) => [run.start, run.data.length]),
    ...stays.flatMap((stay) => [stay.start, stay.length]),
  ]);
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
  const [magic, length = 0, count = 0, staying = 0, sum = 0] = wordsOf(packed, 0, FRONT);
  if (magic !== MAGIC) throw new Error("what was fetched is no snapshot of Python");
  const spans = spansOf(wordsOf(packed, FRONT, 2 * (count + staying)));
  const stays = spans.slice(count);
  let at = (FRONT + 2 * (count + staying)) * WORD;
  const runs = spans.slice(0, count).map(({ start, length: size }) => ({ start, data: packed.subarray(at, (at += size)) }));
  const [head, ...rest] = runs;
  if (head?.start !== 0 || head.data.length !== HEAD || at !== packed.length) {
    throw new Error("the snapshot of Python is damaged");
  }
  const offset = wordsOf(head.data, OFFSET, 1)[0] ?? 0;
  return {
    head: head.data,
    place: (heap) => {
      if (checksum(heap, stays, offset) !== sum) {
        throw new Error("memory does not begin as it did where the snapshot was made");
      }
      for (const { start, data } of rest) heap.set(data, start - offset);
      // Between them is what the start of the module has left there.
      let end = head.data.length;
      const covered = [...rest.map(({ start, data }) => ({ start, length: data.length })), ...stays];
      for (const span of covered.sort((one, other) => one.start - other.start)) {
        heap.fill(0, end - offset, span.start - offset);
        end = span.start + span.length;
      }
      heap.fill(0, end - offset, length - offset);
    },
  };
}

/** The head, the runs of pages that are to be sent, and those that are in a fresh module's memory. */
function divide(snapshot: Bytes, offset: number, fresh: Fresh): { readonly runs: Run[]; readonly stays: Span[] } {
  const runs: Run[] = [{ start: 0, data: snapshot.subarray(0, HEAD) }];
  const stays: Span[] = [];
  const memory = new Int8Array(snapshot.buffer, snapshot.byteOffset);
  const kindOf = (page: number): "zero" | "stay" | "run" => {
    const content = memory.subarray(page, page + PAGE);
    if (content.every((byte) => byte === 0)) return "zero";
    const at = page - offset;
    const isLoaded = at % WORD === 0 && isSame(content, fresh.loaded, at) && isSame(content, fresh.created, at);
    return isLoaded && content.length === PAGE ? "stay" : "run";
  };
  let start = HEAD;
  let kind: ReturnType<typeof kindOf> = "zero";
  for (let page = HEAD; page < snapshot.length + PAGE; page += PAGE) {
    const next = page < snapshot.length ? kindOf(page) : "zero";
    if (next === kind) continue;
    const end = Math.min(page, snapshot.length);
    if (kind === "run") runs.push({ start, data: snapshot.subarray(start, end) });
    if (kind === "stay") stays.push({ start, length: end - start });
    start = page;
    kind = next;
  }
  return { runs, stays };
}

function isSame(content: Int8Array, memory: Int8Array, at: number): boolean {
  return content.every((byte, index) => memory[at + index] === byte);
}

/**
 * A number that is another one if these parts of memory are (FNV-1a, of words instead of bytes). It takes every sixteenth
 * word: what stays is the same by construction, and where it were not, nothing would be where it is expected.
 */
function checksum(heap: Int8Array, spans: readonly Span[], offset: number): number {
  let sum = 0x811c9dc5;
  for (const { start, length } of spans) {
    const words = new Int32Array(heap.buffer, heap.byteOffset + start - offset, length / WORD);
    for (let index = 0; index < words.length; index += STRIDE) sum = Math.imul(sum ^ (words[index] ?? 0), 0x01000193);
  }
  return sum >>> 0;
}

function spansOf(words: Uint32Array): Span[] {
  const spans: Span[] = [];
  for (let index = 0; index + 1 < words.length; index += 2) {
    const [start = 0, length = 0] = words.subarray(index, index + 2);
    spans.push({ start, length });
  }
  return spans;
}

/** Words at a place; copied, since they need not lie where words must. Fewer where there are no more. */
function wordsOf(data: Bytes, first: number, count: number): Uint32Array<ArrayBuffer> {
  const bytes = data.slice(first * WORD, (first + count) * WORD);
  return new Uint32Array(bytes.buffer, 0, Math.floor(bytes.length / WORD));
}
