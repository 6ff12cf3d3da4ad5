import { describe, expect, it } from "vitest";

import { makePause } from "../../../js/worker/kernel.ts";

describe("a pause", () => {
  it("ends at once where an interrupt waits, and after its time without shared memory", () => {
    const memory = new SharedArrayBuffer(4);
    new Uint8Array(memory)[0] = 2;
    makePause(memory)(60_000);
    makePause(null)(1);
    makePause(new SharedArrayBuffer(4))(1);
    expect(new Uint8Array(memory)[0]).toBe(2);
  });
});
