import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import type { ExecuteMessage } from "../../../js/protocol/answers.ts";

type Name = ExecuteMessage["event"];
type Data<E extends Name> = Extract<ExecuteMessage, { readonly event: E }>["data"];

/** Every field of every message: the compiler sees to it that none is unknown to the types. */
const FIELDS: { readonly [E in Name]: Readonly<Record<keyof Data<E>, true>> } = {
  stdout: { data: true },
  stderr: { data: true },
  output: { mimetype: true, data: true, clear: true },
  cell: { cell: true, status: true, error: true, reason: true },
  done: { success: true, output: true },
};

const FOLDER = join(import.meta.dirname, "../../contracts/transcripts");

interface Transcript {
  readonly answer: readonly { readonly event: string; readonly data: object }[];
}

describe("the types of an answer", () => {
  it("are those of every answer that was recorded", () => {
    const names = readdirSync(FOLDER);
    expect(names.length).toBeGreaterThan(30);
    for (const name of names) {
      const { answer } = JSON.parse(readFileSync(join(FOLDER, name), "utf8")) as Transcript;
      for (const { event, data } of answer) {
        expect(Object.keys(data).sort(), name).toEqual(Object.keys(FIELDS[event as Name]).sort());
      }
    }
  });
});
