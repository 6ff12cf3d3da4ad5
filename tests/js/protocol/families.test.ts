import { describe, expect, it } from "vitest";

import { engineFamily, findSnapshot } from "../../../js/protocol/families.ts";

const CHROMIUM = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";
const HEADLESS = CHROMIUM.replace("Chrome/", "HeadlessChrome/");
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0";
const SAFARI = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15";
const IPHONE = "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/150.0 Mobile/15E148 Safari/604.1";

describe("the family of an engine", () => {
  it.each([
    [CHROMIUM, "chromium"],
    [HEADLESS, "chromium"],
    [FIREFOX, "chromium"],
    [SAFARI, "webkit"],
    [IPHONE, "webkit"],
  ])("of %s is %s", (agent, family) => {
    expect(engineFamily(agent)).toBe(family);
  });

  it("has a snapshot of its own, or none", () => {
    const libraries = { url: null, modules: [], handles: [] };
    const snapshot = { family: "webkit", url: "s", table: 5, heap: 20, libraries, packages: [] } as const;
    expect(findSnapshot([snapshot], SAFARI)).toBe(snapshot);
    expect(findSnapshot([snapshot], FIREFOX)).toBeNull();
    expect(findSnapshot([], SAFARI)).toBeNull();
  });
});
