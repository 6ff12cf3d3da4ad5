import { describe, expect, it } from "vitest";

import { fetchBatch, fetchBatchNow } from "../../../js/worker/blobs.ts";

describe("fetchBatch", () => {
  it("gives the bytes of each address in order, and undefined for what could not be had", async () => {
    const asked: string[] = [];
    const get = ((url: string) => {
      asked.push(url);
      if (url === "/gone") return Promise.resolve(new Response("no", { status: 404 }));
      return Promise.resolve(new Response(url));
    }) as typeof fetch;
    const got = await fetchBatch(JSON.stringify(["/a", "/gone", "/b"]), get);
    expect(got.map((bytes) => (bytes === undefined ? undefined : new TextDecoder().decode(bytes)))).toEqual(["/a", undefined, "/b"]);
    expect(asked).toEqual(["/a", "/gone", "/b"]);
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

const SOON = { pauses: [1, 1], stall: 30 };

/** A fetch that gives each address its answers in turn, the last one again and again; counts what it is asked for. */
function answering(answers: Record<string, (() => Promise<Response>)[]>): { get: typeof fetch; asked: string[] } {
  const asked: string[] = [];
  const get = ((url: string, options: RequestInit) => {
    const before = asked.filter((other) => other === url).length;
    asked.push(url);
    const all = answers[url] ?? [];
    const answer = all[Math.min(before, all.length - 1)];
    const aborted = new Promise<Response>((_, reject) => {
      options.signal?.addEventListener("abort", () => {
        reject(new DOMException("aborted", "AbortError"));
      });
    });
    return Promise.race([answer === undefined ? new Promise<Response>(() => undefined) : answer(), aborted]);
  }) as typeof fetch;
  return { get, asked };
}

const well = (): Promise<Response> => Promise.resolve(new Response("dal"));
const busy = (): Promise<Response> => Promise.resolve(new Response("no", { status: 503 }));
const gone = (): Promise<Response> => Promise.resolve(new Response("no", { status: 404 }));
const down = (): Promise<Response> => Promise.reject(new TypeError("no network"));
const silent = (): Promise<Response> => new Promise(() => undefined);
const torn = (): Promise<Response> =>
  Promise.resolve(
    new Response(
      new ReadableStream({
        start(stream) {
          stream.enqueue(new TextEncoder().encode("da"));
          stream.error(new TypeError("network error"));
        },
      }),
    ),
  );

describe("fetchBatch, when a server fails", () => {
  it.each([
    ["busy", [busy, well], 2],
    ["down", [down, down, well], 3],
    ["torn", [torn, well], 2],
    ["silent", [silent, well], 2],
  ])("tries again: %s", async (_, answers, times) => {
    const { get, asked } = answering({ "/a": answers });
    const [body] = await fetchBatch('["/a"]', get, SOON);
    expect(new TextDecoder().decode(body)).toBe("dal");
    expect(asked).toHaveLength(times);
  });

  it.each([
    ["busy", busy, 3],
    ["down", down, 3],
    ["torn", torn, 3],
    ["silent", silent, 3],
    ["gone", gone, 1],
  ])("gives up in the end: %s", async (_, answer, times) => {
    const { get, asked } = answering({ "/a": [answer], "/b": [well] });
    const bodies = await fetchBatch('["/a","/b"]', get, SOON);
    expect(bodies.map((body) => body?.length)).toEqual([undefined, 3]);
    expect(asked.filter((url) => url === "/a")).toHaveLength(times);
  });

  it("does not take a slow body for a stalled one", async () => {
    const slow = (): Promise<Response> => {
      let sent = 0;
      const stream = new ReadableStream<Uint8Array>({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 10));
          if (sent === 8) controller.close();
          else controller.enqueue(new Uint8Array([sent++]));
        },
      });
      return Promise.resolve(new Response(stream));
    };
    const { get, asked } = answering({ "/a": [slow] });
    expect(await fetchBatch('["/a"]', get, SOON)).toEqual([new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7])]);
    expect(asked).toHaveLength(1);
  });

  it("asks for a dozen at once, however many there are", async () => {
    let now = 0;
    let most = 0;
    const get = (async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      now -= 1;
      return new Response("x");
    }) as typeof fetch;
    const urls = Array.from({ length: 50 }, (_, index) => `/${index}`);
    expect(await fetchBatch(JSON.stringify(urls), get, SOON)).toHaveLength(50);
    expect(most).toBe(12);
  });
});

/** A synchronous request with given outcomes: a status, or "throws". */
function requests(outcomes: (number | "throws")[]): { make: () => XMLHttpRequest; made: () => number } {
  let count = 0;
  const make = (): XMLHttpRequest => {
    const outcome = outcomes[Math.min(count, outcomes.length - 1)];
    count += 1;
    const request = {
      status: 0,
      response: null as ArrayBuffer | null,
      open: (method: string, _: string, async: boolean) => {
        expect([method, async]).toEqual(["GET", false]);
      },
      send: () => {
        if (outcome === "throws") throw new DOMException("no network", "NetworkError");
        request.status = outcome ?? 0;
        request.response = new TextEncoder().encode("dal").buffer;
      },
    };
    return request as unknown as XMLHttpRequest;
  };
  return { make, made: () => count };
}

describe("fetchBatchNow", () => {
  it.each([
    ["well", [200], 3, 1],
    ["busy, then well", [503, 200], 3, 2],
    ["no network, then well", ["throws", 200], 3, 2],
    ["gone", [404], undefined, 1],
    ["busy for good", [503], undefined, 3],
    ["no network for good", ["throws"], undefined, 3],
  ] as const)("%s", (_, outcomes, length, times) => {
    const { make, made } = requests([...outcomes]);
    expect(fetchBatchNow('["/a"]', make)[0]?.length).toBe(length);
    expect(made()).toBe(times);
  });
});
