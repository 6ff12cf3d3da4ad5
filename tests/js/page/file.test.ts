import { describe, expect, it, vi } from "vitest";

import { sizeText } from "../../../js/page/view/sizes.ts";
import { isAccepted, TnFile } from "../../../js/page/widgets/file.ts";
import type { TnChange, TnContent } from "../../../js/page/widgets/element.ts";

if (customElements.get("tn-file") === undefined) customElements.define("tn-file", TnFile);
vi.stubGlobal("isSecureContext", true);

const ARGS = { label: "Data", accept: [".csv", "image/*"], multiple: false, max_size: 20 };

async function place(args: object): Promise<{ made: TnFile; changes: TnChange[]; contents: TnContent[] }> {
  const made = new TnFile();
  const changes: TnChange[] = [];
  const contents: TnContent[] = [];
  made.addEventListener("tn-change", (event) => changes.push(event.detail));
  made.addEventListener("tn-content", (event) => contents.push(event.detail));
  made.setAttribute("name", "f");
  made.dataset["args"] = JSON.stringify({ ...ARGS, ...args });
  made.dataset["value"] = "[]";
  document.body.replaceChildren(made);
  await vi.waitFor(() => { expect(made.dataset["live"]).toBe(""); });
  return { made, changes, contents };
}

function choose(made: TnFile, ...files: readonly File[]): void {
  const input = made.querySelector("input");
  if (input === null) throw new Error("no input");
  Object.defineProperty(input, "files", { configurable: true, value: files });
  input.dispatchEvent(new Event("change"));
}

const problem = (made: TnFile): string => made.querySelector(".tn-file-problem")?.textContent ?? "";

describe("sizes in words", () => {
  it.each([
    [0, "0 bytes"], [1, "1 byte"], [999, "999 bytes"], [1500, "1.5 kB"], [99_960, "100 kB"], [999_600, "1 MB"],
    [20_000_000, "20 MB"], [3_200_000_000, "3.2 GB"],
  ])("%d", (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });
});

describe("kinds", () => {
  it.each([
    ["a.CSV", "", true], ["a.csv.exe", "", false], ["a", "image/png", true], ["a", "text/csv", false],
  ])("%s of %s", (name, type, taken) => {
    expect(isAccepted({ name, type }, [".csv", "image/*"])).toBe(taken);
    expect(isAccepted({ name, type }, [])).toBe(true);
  });
});

describe("a file that is chosen", () => {
  it("has its content told before its value, which names it by its digest", async () => {
    const { made, changes, contents } = await place({});
    choose(made, new File(["abc"], "t.csv", { type: "text/csv" }));
    await vi.waitFor(() => { expect(changes).toHaveLength(1); });
    const digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // FIPS 180-2, B.1
    expect(changes[0]?.value).toEqual([{ digest, name: "t.csv", size: 3, type: "text/csv" }]);
    expect(contents[0]?.digest).toBe(digest);
    expect(made.querySelector(".tn-file-list")?.textContent).toContain("t.csv");
    made.querySelector<HTMLButtonElement>(".tn-file-remove")?.click();
    expect(changes[1]?.value).toEqual([]);
  });

  it.each([
    [[new File(["abc"], "t.txt")], "t.txt is not taken here, only .csv, image/*."],
    [[new File(["x".repeat(21)], "t.csv")], "t.csv has 21 bytes; at most 20 bytes are taken here."],
    [[new File([], "a.csv"), new File([], "b.csv")], "One file at a time is taken here."],
  ])("is refused in words: %#", async (files, words) => {
    const { made, changes } = await place({});
    choose(made, ...files);
    await vi.waitFor(() => { expect(problem(made)).toBe(words); });
    expect(changes).toEqual([]);
  });

  it("joins others where there may be several, once", async () => {
    const { made, changes } = await place({ multiple: true });
    choose(made, new File(["a"], "a.csv"));
    await vi.waitFor(() => { expect(changes).toHaveLength(1); });
    choose(made, new File(["a"], "a.csv"), new File(["b"], "b.csv"));
    await vi.waitFor(() => { expect(changes).toHaveLength(2); });
    expect((changes[1]?.value as { name: string }[]).map(({ name }) => name)).toEqual(["a.csv", "b.csv"]);
  });
});
