import { describe, expect, it } from "vitest";

import { ValueQueue } from "../../../js/page/state/values.ts";
import type { Json } from "../../../js/protocol/messages.ts";

type Values = Readonly<Record<string, Json>>;

/** A queue whose runs end when the test says so. */
function makeQueue() {
  const sent: Values[] = [];
  const ends: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const queue = new ValueQueue((values) => {
    sent.push(values);
    return new Promise<void>((resolve, reject) => ends.push({ resolve, reject }));
  });
  const end = async (index: number, error?: Error): Promise<void> => {
    if (error === undefined) ends[index]?.resolve();
    else ends[index]?.reject(error);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { queue, sent, end };
}

describe("ValueQueue", () => {
  it("sends the first change at once, and of those that come meanwhile the newest of each widget", async () => {
    const { queue, sent, end } = makeQueue();
    const first = queue.set("a", 1);
    void queue.set("a", 2);
    const third = queue.set("a", 3);
    void queue.set("b", "x");
    expect(sent).toEqual([{ a: 1 }]);
    expect(queue.isWaiting("a")).toBe(true);
    await end(0);
    await first;
    expect(sent).toEqual([{ a: 1 }, { a: 3, b: "x" }]);
    expect(queue.isWaiting("a")).toBe(false);
    await end(1);
    await third;
    expect(sent).toHaveLength(2);
  });

  it("resolves a change only when its run is over", async () => {
    const { queue, end } = makeQueue();
    let done = false;
    const change = queue.set("a", 1).then(() => (done = true));
    await Promise.resolve();
    expect(done).toBe(false);
    await end(0);
    await change;
    expect(done).toBe(true);
  });

  it("rejects the changes of a run that failed, and goes on with the next", async () => {
    const { queue, sent, end } = makeQueue();
    const first = queue.set("a", 1);
    const second = queue.set("a", 2);
    const seen = first.catch((error: unknown) => error);
    await end(0, new Error("gone"));
    expect(await seen).toEqual(new Error("gone"));
    expect(sent).toEqual([{ a: 1 }, { a: 2 }]);
    await end(1);
    await expect(second).resolves.toBeUndefined();
    const third = queue.set("a", 3);
    expect(sent).toHaveLength(3);
    await end(2);
    await third;
  });
});
