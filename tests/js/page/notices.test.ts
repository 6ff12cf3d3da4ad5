import { describe, expect, it } from "vitest";

import { causeText, restartText } from "../../../js/page/view/notices.ts";

describe("the sentence for a restart", () => {
  it("names the cells that it has cost", () => {
    const why = "Python was restarted";
    expect(restartText(why, [])).toBe("Python was restarted; every result is still there.");
    expect(restartText(why, ["c4"])).toBe("Python was restarted: c4 is stale, run it again.");
    expect(restartText(why, ["c4", "plot"])).toBe("Python was restarted: c4 and plot are stale, run them again.");
    expect(restartText(why, ["a", "b", "c"])).toBe("Python was restarted: a, b and c are stale, run them again.");
  });

  it("says in words what the engines call memory and stack", () => {
    expect(causeText("RangeError: WebAssembly.Memory.grow(): Out of memory")).toBe("it ran out of memory");
    expect(causeText("InternalError: too much recursion")).toBe("it called itself too deeply");
    expect(causeText("its worker failed: x")).toBe("its worker failed: x");
  });
});
