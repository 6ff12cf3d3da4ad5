import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Copies } from "../../../js/service-worker/copies.ts";
import type { Site } from "../../../js/service-worker/site.ts";

const SCOPE = "https://host.example/lunch/";
const HASHED = `${SCOPE}assets/page-X7VDUXWQ.js`;

/** `caches` in memory, name -> address -> text. */
let stored: Map<string, Map<string, string>>;
let fetched: string[];
let missing: string[];

beforeEach(() => {
  stored = new Map();
  fetched = [];
  missing = [];
  vi.stubGlobal("caches", {
    keys: () => Promise.resolve([...stored.keys()]),
    delete: (name: string) => Promise.resolve(stored.delete(name)),
    open: (name: string) => {
      const cache = stored.get(name) ?? new Map<string, string>();
      stored.set(name, cache);
      return Promise.resolve({
        match: (key: string) => Promise.resolve(cache.has(key) ? new Response(cache.get(key)) : undefined),
        put: async (key: string, response: Response) => {
          cache.set(key, await response.text());
        },
      });
    },
  });
  vi.stubGlobal("fetch", (address: string) => {
    fetched.push(address);
    const status = missing.includes(address) ? 404 : 200;
    return Promise.resolve(new Response(`from the host: ${address}`, { status }));
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

function copies(version: string, ...files: string[]): Copies {
  const site: Site = { version, files, foreign: [] };
  return new Copies(SCOPE, site);
}

describe("copies", () => {
  it("are kept once, those of the site only", async () => {
    const told = await copies("1", "runtime/a.whl").keep([SCOPE, SCOPE, `${SCOPE}#c1`, "https://other.example/"], true);
    expect(told).toEqual({ kind: "kept", files: 2, failed: 0 });
    expect(fetched.sort()).toEqual([SCOPE, `${SCOPE}runtime/a.whl`]);
    await copies("1", "runtime/a.whl").keep([SCOPE], true);
    expect(fetched).toHaveLength(2);
  });

  it("of what Python may need are only made when Python is up", async () => {
    expect(await copies("1", "runtime/a.whl").keep([SCOPE], false)).toEqual({ kind: "kept", files: 1, failed: 0 });
  });

  it("of a new version take over what never changes, and the old ones go when all is there", async () => {
    await copies("1").keep([SCOPE, HASHED], true);
    stored.set("tiffin https://host.example/dinner/ 1", new Map());
    fetched = [];
    missing = [`${SCOPE}late`];
    expect((await copies("2").keep([SCOPE, HASHED, `${SCOPE}late`], true)).failed).toBe(1);
    expect(fetched.sort()).toEqual([SCOPE, `${SCOPE}late`]);
    expect(stored.has(`tiffin ${SCOPE} 1`)).toBe(true);
    expect(await (await copies("2").find(HASHED))?.text()).toContain("from the host");
    missing = [];
    expect((await copies("2").keep([`${SCOPE}late`], false)).failed).toBe(0);
    expect(stored.has(`tiffin ${SCOPE} 1`)).toBe(true);
    await copies("2").keep([], true);
    expect([...stored.keys()]).toEqual(["tiffin https://host.example/dinner/ 1", `tiffin ${SCOPE} 2`]);
  });

  it("are found in an earlier version until then", async () => {
    await copies("1").keep([SCOPE], false);
    expect(await copies("2").find(SCOPE)).toBeDefined();
    expect(await copies("2").find(HASHED)).toBeUndefined();
  });

  it("are not made of errors", async () => {
    expect(await copies("1").put(SCOPE, new Response("", { status: 500 }))).toBe(false);
    expect(await copies("1").find(SCOPE)).toBeUndefined();
  });
});
