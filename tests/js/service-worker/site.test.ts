// @vitest-environment node
import { describe, expect, it } from "vitest";

import { belongs, isImmutable, isolated, keyOf, type Site } from "../../../js/service-worker/site.ts";

const SCOPE = "https://host.example/lunch/";
const site: Site = { version: "1", files: [], foreign: ["https://cdn.example/v1/full/"] };
const DIGEST = "ab".repeat(32);

describe("an address", () => {
  it.each([
    [`${SCOPE}index.html`, true],
    ["https://cdn.example/v1/full/numpy.whl", true],
    ["https://host.example/dinner/", false],
    ["https://cdn.example/v2/full/numpy.whl", false],
  ])("%s belongs to the site: %s", (address, expected) => {
    expect(belongs(address, SCOPE, site)).toBe(expected);
  });

  it.each([
    [`${SCOPE}assets/page-X7VDUXWQ.js`, true],
    [`${SCOPE}assets/page-X7VDUXWQ.js?v=1`, true],
    [`${SCOPE}public/cache/blobs/ab/${DIGEST}`, true],
    [`${SCOPE}runtime/314.0.7/430f4465876d598080a4.zip`, true],
    ["https://cdn.example/v1/full/numpy.whl", true],
    [`${SCOPE}public/cache/manifests/ab/${DIGEST}.json`, false],
    [`${SCOPE}runtime/314.0.7/pyodide.mjs`, false],
    [SCOPE, false],
  ])("%s never changes: %s", (address, expected) => {
    expect(isImmutable(address, site)).toBe(expected);
  });

  it("of a page is kept without its query, of a file with it", () => {
    expect(keyOf(`${SCOPE}?boot=never#c1`, true)).toBe(SCOPE);
    expect(keyOf(`${SCOPE}public/a.csv?abc#x`, false)).toBe(`${SCOPE}public/a.csv?abc`);
  });
});

describe("an answer", () => {
  it("isolates, with what it held", async () => {
    const headers = { "Content-Type": "text/plain", "Content-Encoding": "br", "Content-Length": "1" };
    const answer = isolated(new Response("soup", { status: 200, headers }));
    expect(Object.fromEntries(answer.headers)).toEqual({
      "content-type": "text/plain",
      "cross-origin-embedder-policy": "require-corp",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
    });
    expect(await answer.text()).toBe("soup");
    expect(isolated(new Response(null, { status: 304 })).status).toBe(304);
  });
});
