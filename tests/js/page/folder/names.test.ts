import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { baseName, nameProblem, uploadName } from "../../../../js/page/folder/names.ts";
import { namesOf } from "../../../../js/page/keeping/store.ts";

describe("names of files", () => {
  it.each(["prices.csv", "out/deep/a b.parquet", "Élan.txt", "no-suffix", "public.csv"])("takes %s", (name) => {
    expect(nameProblem(name)).toBeNull();
  });

  it.each([
    ["", "no file name"],
    ["../x", "no file name"],
    ["a//b", "no file name"],
    ["/x", "no file name"],
    ["a/b/c/d/e/f/g/h/i", "no file name"],
    [".env", "begin with a dot"],
    ["a/.b/c", "begin with a dot"],
    ["x".repeat(201), "too long"],
    ["a\nb", "characters"],
    ["a:b", "characters"],
    ["public/x.csv", "come with the page"],
    [" /x", "a space"],
    ["x.csv ", "a space"],
  ])("refuses %j", (name, why) => {
    expect(nameProblem(name)).toContain(why);
  });

  it("lets nothing lead out of the notebook's folder", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "/", ".", "..", "\\", "\0", "é", " "), { maxLength: 12 }), (parts) => {
        const name = parts.join("");
        if (nameProblem(name) !== null) return;
        expect(namesOf(name).every((part) => !part.startsWith("."))).toBe(true);
        expect(new URL(name, "https://x.org/in/").pathname.startsWith("/in/")).toBe(true);
      }),
    );
  });

  it("are one for what is typed and what a disk has", () => {
    expect(uploadName("e\u0301lan.csv")).toBe("\u00e9lan.csv");
    expect(uploadName(" a b.csv ")).toBe("a b.csv");
    expect(baseName("a/b/c.csv")).toBe("c.csv");
    expect(baseName("c.csv")).toBe("c.csv");
  });
});
