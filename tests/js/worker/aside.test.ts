// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type * as Aside from "../../../js/worker/aside.ts";

/** A browser that keeps nothing. */
const NOTHING = { get: () => Promise.resolve(null), read: [], noteRead: () => undefined, hold: () => undefined };
const DATA = new Uint8Array([1, 2, 3]);

let aside: typeof Aside;
let ports: MessagePort[];

/** The two ends of a channel. */
function channel(): [MessagePort, MessagePort] {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  return [port1, port2];
}

beforeEach(async () => {
  ports = [];
  vi.stubGlobal("fetch", (url: string) =>
    Promise.resolve(url === "http://x/a" ? new Response(DATA) : new Response("", { status: 404 })),
  );
  vi.resetModules();
  aside = await import("../../../js/worker/aside.ts");
});
afterEach(() => {
  for (const port of ports) port.close();
  vi.unstubAllGlobals();
});

describe("what another worker fetches", () => {
  it("comes through the channel", async () => {
    const [here, there] = channel();
    const coming = aside.receive(here, "http://x/a", "it", NOTHING);
    await aside.send(there, "http://x/a", "it", NOTHING);
    expect(await coming).toEqual(DATA);
    expect(aside.fetchedAside).toEqual(["http://x/a"]);
  });

  it("may have come before anybody waits for it", async () => {
    const [here, there] = channel();
    await aside.send(there, "http://x/a", "it", NOTHING);
    expect(await aside.receive(here, "http://x/a", "it", NOTHING)).toEqual(DATA);
  });

  it("is a sentence where it cannot be had", async () => {
    const [here, there] = channel();
    const coming = aside.receive(here, "http://x/b", "the snapshot", NOTHING);
    await aside.send(there, "http://x/b", "the snapshot", NOTHING);
    await expect(coming).rejects.toThrow("the snapshot could not be loaded from http://x/b: status 404");
  });

  it("is fetched here where the other worker dies, before or after somebody waits", async () => {
    const [first] = channel();
    const [second] = channel();
    const coming = aside.receive(first, "http://x/a", "it", NOTHING);
    aside.giveUpAside();
    expect(await coming).toEqual(DATA);
    expect(await aside.receive(second, "http://x/a", "it", NOTHING)).toEqual(DATA);
  });

  it("is fetched here where there is no other worker", async () => {
    expect(await aside.receive(null, "http://x/a", "it", NOTHING)).toEqual(DATA);
    expect(aside.fetchedAside).toEqual([]);
  });
});
