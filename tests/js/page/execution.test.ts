import { describe, expect, it } from "vitest";

import { Execution } from "../../../js/page/execution.ts";
import type { ExecuteMessage } from "../../../js/protocol/messages.ts";

const said = (data: string, event: "stdout" | "stderr" = "stdout"): ExecuteMessage => ({ event, data: { data } });
const DONE: ExecuteMessage = { event: "done", data: { success: true, output: { mimetype: "text/plain", data: "" } } };
const refuse = (): void => {
  throw new Error("nobody has left");
};

async function all(execution: Execution): Promise<ExecuteMessage[]> {
  const messages: ExecuteMessage[] = [];
  for await (const message of execution) messages.push(message);
  return messages;
}

describe("an answer", () => {
  it("joins neighbouring texts of a stream, and ends with done", async () => {
    const execution = new Execution(refuse);
    for (const message of [said("a"), said("\n"), said("b\n", "stderr"), said("c\n"), DONE]) execution.tell(message);
    execution.tell(said("late"));
    expect(await all(execution)).toEqual([said("a\n"), said("b\n", "stderr"), said("c\n"), DONE]);
    expect(await execution.next()).toEqual({ done: true, value: undefined });
  });

  it("comes while the code runs, and waits a little for the rest of a line", async () => {
    const execution = new Execution(refuse);
    const first = execution.next();
    execution.tell(said("one"));
    await Promise.resolve();
    execution.tell(said(" line\n"));
    expect((await first).value).toEqual(said("one line\n"));
    execution.tell(said("no end"));
    expect((await execution.next()).value).toEqual(said("no end"));
    execution.tell(DONE);
    expect((await execution.next()).value).toEqual(DONE);
  });

  it("gives each of several readers what is theirs", async () => {
    const execution = new Execution(refuse);
    const readers = [execution.next(), execution.next(), execution.next()];
    execution.tell(said("a\n"));
    execution.tell(DONE);
    expect((await Promise.all(readers)).map((step) => step.value)).toEqual([said("a\n"), DONE, undefined]);
  });

  it("is abandoned once, by who leaves a loop early, but not by who has heard its end", async () => {
    let abandoned = 0;
    const execution = new Execution(() => (abandoned += 1));
    execution.tell(said("a\n"));
    execution.tell(said("b\n", "stderr"));
    for await (const message of execution) {
      expect(message).toEqual(said("a\n"));
      break;
    }
    await execution.return();
    expect(abandoned).toBe(1);
    expect(await execution.next()).toEqual({ done: true, value: undefined });
    const whole = new Execution(refuse);
    whole.tell(DONE);
    for await (const message of whole) if (message.event === "done") break;
  });

  it("lets a reader who waits go when another one leaves", async () => {
    const execution = new Execution(() => undefined);
    const waiting = execution.next();
    await Promise.resolve();
    await execution.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });
});
