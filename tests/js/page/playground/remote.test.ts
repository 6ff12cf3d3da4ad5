import { afterEach, describe, expect, it, vi } from "vitest";
import { fetchNotebook, fileAddress } from "../../../../js/page/playground/remote.ts";

const SHA = "0123456789abcdef0123456789abcdef01234567";

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("the file that a page shows", () => {
  it.each([
    ["https://github.com/a/b/blob/main/x/y.py", "https://raw.githubusercontent.com/a/b/main/x/y.py"],
    ["https://github.com/a/b/raw/main/y.ipynb", "https://raw.githubusercontent.com/a/b/main/y.ipynb"],
    ["https://www.github.com/a/b/blob/v1/y.md", "https://raw.githubusercontent.com/a/b/v1/y.md"],
    ["https://github.com/a/b", "https://github.com/a/b"],
    ["https://gist.github.com/a/abc123", "https://gist.githubusercontent.com/a/abc123/raw"],
    [`https://gist.github.com/a/abc123/${SHA}`, `https://gist.githubusercontent.com/a/abc123/raw/${SHA}`],
    ["https://gitlab.com/a/b/-/blob/main/y.py", "https://gitlab.com/a/b/-/raw/main/y.py"],
    ["https://example.org/y.py?x=1", "https://example.org/y.py?x=1"],
  ])("%s is %s", (page, file) => {
    expect(fileAddress(new URL(page)).href).toBe(file);
  });
});

describe("a notebook at an address", () => {
  const answer = (text: string, status = 200): void => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response(text, { status })));
  };

  it("is read by its name", async () => {
    answer("# %% one\nx = 1\n");
    const draft = await fetchNotebook("https://example.org/a/lunch%20box.py", "https://tiffin.example/");
    expect([draft.name, draft.cells.map((cell) => cell.source)]).toEqual(["lunch box", ["x = 1"]]);
  });

  it("is read by what it looks like, where its name says nothing", async () => {
    answer(JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [{ cell_type: "code", id: "a", metadata: {}, source: "x" }] }));
    const draft = await fetchNotebook("https://gist.github.com/a/abc123", "https://tiffin.example/");
    expect(draft.cells[0]?.id).toBe("a");
  });

  it.each([
    ["javascript:alert(1)", "", 200, "no address of a web server"],
    ["file:///etc/passwd", "", 200, "no address of a web server"],
    ["https://example.org/x.py", "gone", 404, "example.org answers 404 for /x.py"],
    ["https://example.org/x.ipynb", "{", 200, "not valid JSON"],
    ["https://example.org/x.py", "\n", 200, "has no cells"],
  ])("that is none says so: %s", async (address, text, status, problem) => {
    answer(text, status);
    await expect(fetchNotebook(address, "https://tiffin.example/")).rejects.toThrow(problem);
  });

  it("that cannot be reached says so", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
    await expect(fetchNotebook("https://example.org/x.py", "https://tiffin.example/")).rejects.toThrow("example.org cannot be reached");
  });
});
