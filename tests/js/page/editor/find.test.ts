import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { type Draft, newCell, newDraft } from "../../../../js/page/editor/draft.ts";
import { findMatches, patternOf, type Query, replaceAll, replaceMatch } from "../../../../js/page/editor/find.ts";

const draftOf = (...sources: readonly string[]): Draft => ({
  ...newDraft("n"),
  cells: sources.map((source, index) => newCell(`c${index + 1}`, "code", source)),
});
const plain = (text: string): Query => ({ text, matchCase: false, isPattern: false });
const pattern = (text: string): Query => ({ text, matchCase: true, isPattern: true });
const sources = (draft: Draft): readonly string[] => draft.cells.map((cell) => cell.source);

describe("finding", () => {
  it("goes through the cells in order", () => {
    const found = findMatches(draftOf("ab ab", "x", "AB"), plain("ab"));
    expect(found).toEqual([
      { cell: "c1", from: 0, to: 2 },
      { cell: "c1", from: 3, to: 5 },
      { cell: "c3", from: 0, to: 2 },
    ]);
  });

  it("tells cases apart when asked to", () => {
    expect(findMatches(draftOf("ab AB"), { ...plain("AB"), matchCase: true })).toHaveLength(1);
  });

  it("takes text as it is, whatever signs are in it", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), fc.string(), (text, before, after) => {
        const query = { ...plain(text), matchCase: true };
        expect(findMatches(draftOf(`${before}${text}${after}`), query).length).toBeGreaterThan(0);
      }),
    );
  });

  it("finds nothing by a pattern that is none, or that matches nothing at all", () => {
    expect(patternOf(pattern("("))).toBeNull();
    expect(findMatches(draftOf("abc"), pattern("("))).toEqual([]);
    expect(findMatches(draftOf("abc"), pattern("x*"))).toEqual([]);
  });
});

describe("replacing", () => {
  it("takes the place of every match, or of one", () => {
    const draft = draftOf("a + a", "a");
    expect(sources(replaceAll(draft, plain("a"), "bb"))).toEqual(["bb + bb", "bb"]);
    const [, second] = findMatches(draft, plain("a"));
    expect(second).toBeDefined();
    if (second !== undefined) expect(sources(replaceMatch(draft, plain("a"), second, "bb"))).toEqual(["a + bb", "a"]);
  });

  it("knows groups in patterns, and takes dollars as they are in text", () => {
    expect(sources(replaceAll(draftOf("f(1), f(2)"), pattern("f\\((\\d)\\)"), "$1"))).toEqual(["1, 2"]);
    expect(sources(replaceAll(draftOf("price"), plain("price"), "$1"))).toEqual(["$1"]);
  });

  it("sees what stands around a match", () => {
    expect(sources(replaceAll(draftOf("aa a"), pattern("(?<=a)a"), "b"))).toEqual(["ab a"]);
  });

  it("leaves no match, if what replaces holds none", () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[ab ]{0,8}$/)), fc.stringMatching(/^[ab]{1,2}$/), (texts, text) => {
        expect(findMatches(replaceAll(draftOf(...texts), plain(text), "-"), plain(text))).toEqual([]);
      }),
    );
  });
});
