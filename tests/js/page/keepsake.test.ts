import { describe, expect, it } from "vitest";

import { Keepsake } from "../../../js/page/state/keepsake.ts";
import type { KeptEntry } from "../../../js/protocol/rpc.ts";

const entry = (key: string, size: number, kind: KeptEntry["kind"] = "blobs"): KeptEntry => ({
  kind,
  key,
  data: new Uint8Array(size),
});
const names = (keepsake: Keepsake): string[] => keepsake.entries.map(({ kind, key, data }) => `${kind}/${key} ${data.length}`);

describe("Keepsake", () => {
  it("keeps manifests and blobs by key, the newer of the same", () => {
    const keepsake = new Keepsake(100);
    keepsake.add(entry("a", 3));
    keepsake.add(entry("a", 4, "manifests"));
    keepsake.add(entry("a", 5));
    expect(names(keepsake)).toEqual(["manifests/a 4", "blobs/a 5"]);
  });

  it("lets the oldest go when there is no room, and never takes what is bigger than all of it", () => {
    const keepsake = new Keepsake(10);
    for (const [key, size] of [["a", 4], ["b", 4], ["c", 4], ["d", 11]] as const) keepsake.add(entry(key, size));
    expect(names(keepsake)).toEqual(["blobs/b 4", "blobs/c 4"]);
    keepsake.add(entry("b", 11));
    expect(names(keepsake)).toEqual(["blobs/c 4"]);
  });
});
