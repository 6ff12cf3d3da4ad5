import { describe, expect, it } from "vitest";

import { indexOf } from "../../../js/worker/boot.ts";

const index = JSON.stringify({ format: 1, cells: { a: "1", b: "2" }, keys: ["1", "2"] });

describe("the index of an edited notebook", () => {
  it("has no cells that were deleted", () => {
    const found: unknown = JSON.parse(indexOf(index, JSON.stringify({ cells: [{ id: "b" }, { id: "new" }] })));
    expect(found).toEqual({ format: 1, cells: { b: "2" }, keys: ["1", "2"] });
  });

  it.each(["{", "[]", "null"])("is left to the kernel where it is damaged: %s", (damaged) => {
    expect(indexOf(damaged, '{"cells": []}')).toBe(damaged);
  });
});
