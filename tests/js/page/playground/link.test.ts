import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { newCell, newDraft, draftText } from "../../../../js/page/editor/draft.ts";
import { addressOf, readAddress, sharedAddress } from "../../../../js/page/playground/address.ts";
import { packNotebook, unpackNotebook } from "../../../../js/page/playground/link.ts";

const BASE = new URL("https://example.org/play/?notebook=0123456789abcdef");

describe("a link", () => {
  it("carries any notebook", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: "binary" }), { maxLength: 5 }), async (sources) => {
        const cells = sources.map((source, index) => newCell(`c${index + 1}`, "code", source));
        const draft = { ...newDraft("n"), cells };
        const link = sharedAddress(BASE, await packNotebook(draft));
        const asked = readAddress(new URL(link));
        expect(asked.kind).toBe("shared");
        if (asked.kind === "shared") expect(draftText(await unpackNotebook(asked.text))).toBe(draftText(JSON.parse(draftText(draft)) as typeof draft));
      }),
      { numRuns: 30 },
    );
  });

  it("is damaged where a part of it is missing, or it holds something else", async () => {
    const text = await packNotebook(newDraft("n"));
    for (const broken of [text.slice(0, -8), "!!", "aGVsbG8", ""]) {
      await expect(unpackNotebook(broken)).rejects.toThrow(/damaged|no notebook|not a notebook/);
    }
  });

  it("unpacks no more than a notebook may have", async () => {
    const big = { ...newDraft("n"), cells: [newCell("c1", "code", "x".repeat(9 * 1024 * 1024))] };
    const text = await packNotebook(big);
    expect(text.length).toBeLessThan(100_000);
    await expect(unpackNotebook(text)).rejects.toThrow("damaged");
  });
});

describe("an address", () => {
  it("asks for a notebook of the library, or a new one", () => {
    expect(readAddress(new URL(addressOf(BASE, "fedcba9876543210")))).toEqual({ kind: "own", id: "fedcba9876543210", take: false });
    expect(readAddress(new URL(addressOf(BASE, "fedcba9876543210", true)))).toMatchObject({ take: true });
    expect(readAddress(new URL(addressOf(BASE, "new")))).toEqual({ kind: "new" });
  });

  it("asks for the latest one, whatever else stands there", () => {
    for (const rest of ["", "?notebook=../../x", "?notebook=", "?url=", "#other"]) {
      expect(readAddress(new URL(`https://example.org/${rest}`))).toEqual({ kind: "latest" });
    }
  });
});
