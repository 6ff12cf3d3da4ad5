import { describe, expect, it } from "vitest";

import { fetchBatch } from "../../../js/worker/blobs.ts";

describe("fetchBatch", () => {
  it("gives the bytes of each address in order, and undefined for what could not be had", async () => {
    const asked: string[] = [];
    const get = ((url: string) => {
      asked.push(url);
      if (url === "/gone") return Promise.resolve(new Response("no", { status: 404 }));
      if (url === "/down") return Promise.reject(new TypeError("no network"));
      return Promise.resolve(new Response(url));
    }) as typeof fetch;
    const got = await fetchBatch(JSON.stringify(["/a", "/gone", "/down", "/b"]), get);
    expect(got.map((bytes) => (bytes === undefined ? undefined : new TextDecoder().decode(bytes)))).toEqual(["/a", undefined, undefined, "/b"]);
    expect(asked).toEqual(["/a", "/gone", "/down", "/b"]);
  });

  it("asks for all of them before the first has come", async () => {
    let asked = 0;
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const get = (async () => {
      asked += 1;
      await gate;
      return new Response("x");
    }) as typeof fetch;
    const batch = fetchBatch(JSON.stringify(["/1", "/2", "/3"]), get);
    expect(asked).toBe(3);
    release();
    expect(await batch).toHaveLength(3);
  });
});
