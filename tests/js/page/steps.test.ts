import { describe, expect, it } from "vitest";

import { digitsOf, makeScale, positionOf, valueAt, writeValue } from "../../../js/page/widgets/steps.ts";

describe("a scale", () => {
  it("counts tenths without the dust of floats", () => {
    const scale = makeScale(0, 1, 0.1);
    const values = Array.from({ length: scale.count + 1 }, (_, position) => valueAt(scale, position));
    expect(values).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
    expect(values.map((value) => positionOf(scale, value))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it("starts its steps at the start, and ends with the last whole one", () => {
    const scale = makeScale(1, 10, 2);
    expect(scale.count).toBe(4);
    expect([0, 4].map((position) => valueAt(scale, position))).toEqual([1, 9]);
  });

  it.each([
    [makeScale(0, 10, 1), 3, "3"],
    [makeScale(0, 1, 0.1), 1, "1.0"],
    [makeScale(0.25, 2, 0.5), 0.75, "0.75"],
    [makeScale(-5, 5, 1), -5, "-5"],
    [makeScale(0, 10, 1), 2.5, "2.5"],
    [makeScale(0, 1e-6, 1e-7), 3e-7, "0.0000003"],
  ])("writes what its steps need (%#)", (scale, value, text) => {
    expect(writeValue(scale, value)).toBe(text);
  });

  it("finds the place of a value between two steps", () => {
    expect(positionOf(makeScale(0, 10, 4), 6)).toBe(1.5);
  });

  it.each([
    [1, 0],
    [0.25, 2],
    [1e-7, 7],
    [1.5e-7, 8],
    [1e21, 0],
  ])("knows the digits of %d", (value, digits) => {
    expect(digitsOf(value)).toBe(digits);
  });
});
