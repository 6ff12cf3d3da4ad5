import { describe, expect, it } from "vitest";

import { type Ahead, nameWorker, readWorkerName } from "../../../js/protocol/worker-name.ts";

const AHEAD: Ahead = {
  compressing: true,
  runtime: {
    loader: "http://x.example/ü.mjs",
    glue: null,
    wasm: "http://x.example/a.wasm",
    stdlib: { url: "s", size: 1 },
    kernel: { url: "k", size: 2 },
    scratchpad: { url: "p", size: 3 },
    ondemand: { url: "o", size: 4 },
    lock: "l",
    bytecode: true,
    packed: false,
    snapshots: [],
  },
};

describe("the name of a worker", () => {
  it("says what to fetch, and nothing else of the boot", () => {
    const more = { ...AHEAD, edited: "{}", kept: [] };
    expect(readWorkerName(nameWorker(more))).toEqual(AHEAD);
  });

  it.each(["", "tiffin", "tiffin: fetching", "tiffin: sandbox", "other {}"])("%s says nothing", (name) => {
    expect(readWorkerName(name)).toBeNull();
  });
});
