import { beforeEach, describe, expect, it } from "vitest";

import { initialCell } from "../../../js/page/state/cell-state.ts";
import { CellList, type WrittenCell } from "../../../js/page/view/cells.ts";

const CELL = `<details class="tn-source"><summary>Code</summary><pre class="tn-code"><code>old</code></pre></details>
  <div class="tn-output">old</div><div class="tn-console"></div><div class="tn-error" hidden></div>`;

const code = (id: string, source = "old", name: string | null = null): WrittenCell => ({ id, name, kind: "code", source });
const text = (id: string, source: string): WrittenCell => ({ id, name: null, kind: "markdown", source });
const order = (): (string | undefined)[] =>
  [...document.querySelectorAll<HTMLElement>(".tn-notebook > .tn-cell")].map((cell) => cell.dataset["cell"]);
const part = (id: string, name: string): string =>
  document.querySelector(`[data-cell="${id}"] ${name}`)?.textContent.trim() ?? "";

let cells: CellList;
let answers: unknown[];

beforeEach(() => {
  const section = (id: string, kind: string, inner: string): string =>
    `<section class="tn-cell" data-cell="${id}" data-kind="${kind}" data-status="idle" data-origin="export">${inner}</section>`;
  const sections = [section("a", "code", CELL), section("t", "markdown", `<div class="tn-output">text</div>`), section("b", "code", CELL)];
  document.body.innerHTML = `<main class="tn-notebook">${sections.join("\n")}</main>`;
  answers = [];
  cells = new CellList((...answer) => answers.push(answer));
});

describe("the cells of a page", () => {
  it("are those that have code", () => {
    expect(cells.ids).toEqual(["a", "b"]);
    expect(cells.find("t")).toBeUndefined();
  });

  it("stay the very same where nothing was edited", async () => {
    const before = [...document.querySelectorAll(".tn-cell")];
    await cells.follow([code("a"), text("t", "other"), code("b")], []);
    expect([...document.querySelectorAll(".tn-cell")]).toEqual(before);
    expect(part("t", ".tn-output")).toBe("text");
  });

  it("follow an edit: new ones, changed ones, others in another order, and some gone", async () => {
    const before = document.querySelector("[data-cell=a]");
    await cells.follow([text("n", "*new*"), code("b", "x = 1", "named"), code("m", "y = 2"), code("a")], ["n", "b", "m"]);
    expect(order()).toEqual(["n", "b", "m", "a"]);
    expect(document.querySelector("[data-cell=a]")).toBe(before);
    expect([part("n", ".tn-output em"), part("b", ".tn-code"), part("m", ".tn-code"), part("a", ".tn-code")]).toEqual([
      "new",
      "x = 1",
      "y = 2",
      "old",
    ]);
    expect([part("b", "summary"), part("m", "summary")]).toEqual(["Code of named", "Code"]);
    expect(cells.ids).toEqual(["a", "b", "m"]);
    await cells.find("m")?.show({ ...initialCell("running", "none"), outputs: [{ "text/plain": "4" }] });
    expect(part("m", ".tn-output")).toBe("4");
    expect(document.querySelector<HTMLElement>("[data-cell=m]")?.dataset["status"]).toBe("running");
  });

  it("are made anew where code becomes text", async () => {
    await cells.follow([text("a", "words"), text("t", "text"), code("b")], ["a"]);
    expect(order()).toEqual(["a", "t", "b"]);
    expect(part("a", ".tn-output")).toBe("words");
    expect(cells.ids).toEqual(["b"]);
  });

  it("show a question of a new cell, and hand on the answer", async () => {
    await cells.follow([code("a"), text("t", "text"), code("b"), code("q")], ["q"]);
    await cells.find("q")?.show({ ...initialCell("running", "none"), question: { question: "1", prompt: "Who?" } });
    document.querySelector<HTMLFormElement>("[data-cell=q] form")?.requestSubmit();
    expect(answers).toEqual([["q", "1", ""]]);
  });
});
