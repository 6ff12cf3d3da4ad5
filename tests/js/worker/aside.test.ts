// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { answerFetch, fetchAside, fetchedAside } from "../../../js/worker/aside.ts";

const DATA = new Uint8Array([1, 2, 3]);

class FakeWorker {
  readonly sent: unknown[] = [];
  terminated = false;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((event: { preventDefault: () => void }) => void) | null = null;
  readonly address: string;

  constructor(address: string) {
    this.address = address;
    made.push(this);
  }

  postMessage(message: unknown): void {
    this.sent.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }
}

let made: FakeWorker[];
let posted: [unknown, unknown][];

beforeEach(() => {
  made = [];
  posted = [];
  fetchedAside.length = 0;
  vi.stubGlobal("self", {
    location: { href: "http://x/worker.js" },
    postMessage: (message: unknown, options: unknown) => posted.push([message, options]),
  });
  vi.stubGlobal("Worker", FakeWorker);
  vi.stubGlobal("fetch", (url: string) =>
    Promise.resolve(url === "http://x/a" ? new Response(DATA) : new Response("", { status: 404 })),
  );
});
afterEach(() => {
  vi.unstubAllGlobals();
});

describe("fetching aside", () => {
  it("is done by a worker with the same script, which ends then", async () => {
    const coming = fetchAside("http://x/a", "it");
    const [worker] = made;
    expect(worker?.address).toBe("http://x/worker.js");
    expect(worker?.sent).toEqual([{ kind: "fetch", url: "http://x/a", what: "it" }]);
    worker?.onmessage?.({ data: { data: DATA } });
    expect(await coming).toBe(DATA);
    expect(worker?.terminated).toBe(true);
    expect(fetchedAside).toEqual(["http://x/a"]);
  });

  it("fails with the sentence of the other worker", async () => {
    const coming = fetchAside("http://x/b", "it");
    made[0]?.onmessage?.({ data: { problem: "it could not be loaded" } });
    await expect(coming).rejects.toThrow("it could not be loaded");
    expect(made[0]?.terminated).toBe(true);
  });

  it("is done here where there cannot be another worker, or where it dies", async () => {
    const dying = fetchAside("http://x/a", "it");
    const prevented = vi.fn();
    made[0]?.onerror?.({ preventDefault: prevented });
    expect(await dying).toEqual(DATA);
    expect(prevented).toHaveBeenCalledOnce();
    vi.stubGlobal("Worker", undefined);
    expect(await fetchAside("http://x/a", "it")).toEqual(DATA);
    expect(fetchedAside).toEqual(["http://x/a"]);
  });
});

describe("the other worker", () => {
  it("hands over what it has fetched, without a copy", async () => {
    await answerFetch("http://x/a", "it");
    expect(posted).toEqual([[{ data: DATA }, { transfer: [expect.any(ArrayBuffer)] }]]);
  });

  it("says what went wrong", async () => {
    await answerFetch("http://x/b", "the snapshot");
    expect(posted).toEqual([[{ problem: "the snapshot could not be loaded from http://x/b: status 404" }, undefined]]);
  });
});
