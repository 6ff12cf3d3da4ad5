import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import type { ConsoleText } from "../../../js/protocol/messages.ts";
import { FOLD_OVER, HEAD, type Line, renderConsole, renderPlain, screenLines, TAIL } from "../../../js/page/view/console.ts";

interface Case {
  readonly name: string;
  readonly pieces: readonly (readonly ["stdout" | "stderr", string])[];
  readonly lines: readonly Line[];
}

const TABLE = JSON.parse(readFileSync("tests/contracts/console.json", "utf8")) as readonly Case[];

function out(text: string): readonly ConsoleText[] {
  return [{ stream: "stdout", text }];
}

function numbered(count: number): string {
  return Array.from({ length: count }, (_, index) => `line ${String(index + 1)}\n`).join("");
}

describe("text as a terminal shows it", () => {
  it.each(TABLE)("$name", ({ pieces, lines }) => {
    expect(screenLines(pieces.map(([stream, text]) => ({ stream, text })))).toEqual(lines);
  });

  it("ends no line beyond all bounds", () => {
    const [line = []] = screenLines(out("\x1b[999999C".repeat(9) + "x"));
    expect(line.map((span) => span.text).join("")).toHaveLength(1001);
  });
});

describe("the console", () => {
  it("is empty without text", () => {
    expect(renderConsole([])).toEqual([]);
  });

  it("marks streams, and sets free colours as properties", () => {
    const [block] = renderConsole([...out("<b>\x1b[38;2;255;136;0mx\x1b[m"), { stream: "stderr", text: "y" }]);
    const spans = [...(block?.querySelectorAll("span") ?? [])];
    expect(spans.map((span) => [span.className, span.textContent])).toEqual([
      ["tn-stdout", "<b>"],
      ["tn-stdout tn-fg", "x"],
      ["tn-stderr", "y"],
    ]);
    expect(spans[1]?.style.getPropertyValue("--tn-fg")).toBe("#ff8800");
  });

  it("folds long text between its first and last lines, and stays open if it was", () => {
    expect(renderConsole(out(numbered(FOLD_OVER)))).toHaveLength(1);
    const [head, fold, tail] = renderConsole(out(numbered(1234)));
    expect(head?.textContent).toBe(numbered(HEAD));
    expect(tail?.textContent).toBe(numbered(1234).split("\n").slice(-TAIL - 1).join("\n"));
    expect(fold?.querySelector("summary")?.textContent).toContain("Show all 1,234 lines");
    expect(fold?.querySelector("summary")?.dataset["lines"]).toBe("1,214");
    expect(fold instanceof HTMLDetailsElement && fold.open).toBe(false);
    const [, again] = renderConsole(out(numbered(1234)), true);
    expect(again instanceof HTMLDetailsElement && again.open).toBe(true);
  });
});

describe("a text that is an output", () => {
  it("is one block, or a folded one", () => {
    expect(renderPlain("a\n<b>").outerHTML).toBe('<pre class="tn-text">a\n&lt;b&gt;</pre>');
    expect(renderPlain("\x1b[1ma").innerHTML).toBe('<span class="tn-bold">a</span>');
    const long = renderPlain(numbered(31));
    expect(long.localName).toBe("div");
    expect([...long.children].map((part) => part.localName)).toEqual(["pre", "details", "pre"]);
  });
});
