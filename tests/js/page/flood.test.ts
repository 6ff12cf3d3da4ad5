import { expect, it } from "vitest";

import { Flood, type Saying } from "../../../js/page/flood.ts";

const said = (cell: string, text: string): Saying => ({ type: "CellConsole", run_id: "r", cell, text: { stream: "stdout", text } });

/** What was shown, in turn, and the page's turns. */
function page(): { flood: Flood; shown: string[]; rest: () => Promise<void> } {
  const shown: string[] = [];
  let turns = Promise.resolve();
  const flood = new Flood(
    (_, drawing) => {
      turns = turns.then(drawing);
    },
    (cell, sayings) => {
      shown.push(`${cell}: ${sayings.map((saying) => (saying.type === "CellConsole" ? saying.text.text : "")).join("")}`);
      return Promise.resolve();
    },
  );
  return { flood, shown, rest: () => turns };
}

it("what comes until the next frame is shown at once, cell by cell", async () => {
  const { flood, shown, rest } = page();
  for (let number = 0; number < 400; number += 1) flood.hear(said(number % 2 === 0 ? "a" : "b", "."));
  expect(shown).toEqual([]);
  await rest();
  expect(shown).toEqual([`a: ${".".repeat(200)}`, `b: ${".".repeat(200)}`]);
  flood.hear(said("a", "later"));
  await rest();
  expect(shown.at(-1)).toBe("a: later");
});

it("what follows waits for no frame, and nothing overtakes it", async () => {
  const { flood, shown, rest } = page();
  const real = globalThis.requestAnimationFrame;
  globalThis.requestAnimationFrame = () => 0; // a page that nobody looks at has no frames
  try {
    flood.hear(said("a", "1"));
    const begun = performance.now();
    flood.end();
    flood.hear(said("a", "2"));
    flood.end();
    await rest();
    expect(performance.now() - begun).toBeLessThan(200);
    expect(shown).toEqual(["a: 1", "a: 2"]);
    flood.hear(said("a", "3"));
    await rest();
    expect(shown.at(-1)).toBe("a: 3");
  } finally {
    globalThis.requestAnimationFrame = real;
  }
});
