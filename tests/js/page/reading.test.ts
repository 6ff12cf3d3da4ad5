import { beforeEach, describe, expect, it, vi } from "vitest";

import { applyTheme, chosenTheme, chosenView, rememberTheme, rememberView } from "../../../js/page/reading.ts";
import { addReadingPanel, currentView } from "../../../js/page/view/reading-panel.ts";

beforeEach(() => {
  localStorage.clear();
  document.head.innerHTML = '<meta name="color-scheme" content="light dark">';
  document.body.innerHTML = '<span class="tn-actions"></span>';
  delete document.documentElement.dataset["theme"];
  document.documentElement.dataset["view"] = "article";
});

const page = (search = "", path = "/a/"): URL => new URL(`https://x.org${path}${search}`);

describe("the view", () => {
  it("is remembered for each page, and a link wins", () => {
    expect(chosenView(page())).toBeNull();
    rememberView(page(), "notebook");
    expect(chosenView(page("", "/a/index.html"))).toBe("notebook");
    expect(chosenView(page("", "/b/"))).toBeNull();
    expect(chosenView(page("?view=app"))).toBe("app");
    expect(chosenView(page("?view=slides"))).toBe("notebook");
  });

  it("is asked for, and not remembered, where there is no storage", () => {
    const refuse = (): never => {
      throw new DOMException("no", "SecurityError");
    };
    vi.stubGlobal("localStorage", { getItem: refuse, setItem: refuse });
    rememberView(page(), "app");
    rememberTheme("dark");
    expect([chosenView(page()), chosenTheme(), chosenView(page("?view=app"))]).toEqual([null, "system", "app"]);
    vi.unstubAllGlobals();
  });
});

describe("the theme", () => {
  it("is the root's, and that of the ground before styles are there", () => {
    const scheme = (): string | null | undefined => document.querySelector("meta")?.getAttribute("content");
    applyTheme(document, "dark");
    expect([document.documentElement.dataset["theme"], scheme()]).toEqual(["dark", "dark"]);
    applyTheme(document, "system");
    expect([document.documentElement.dataset["theme"], scheme()]).toEqual([undefined, "light dark"]);
  });

  it("is remembered if it is one", () => {
    rememberTheme("light");
    expect(chosenTheme()).toBe("light");
    localStorage.setItem("tiffin theme", "pink");
    expect(chosenTheme()).toBe("system");
  });
});

describe("the panel", () => {
  it("shows what is chosen, applies another choice, and remembers it", () => {
    const changed = vi.fn();
    const bar = document.querySelector<HTMLElement>(".tn-actions");
    if (bar === null) throw new Error("no bar");
    rememberTheme("light");
    addReadingPanel(bar, changed);
    const box = (value: string): HTMLInputElement => {
      const found = bar.querySelector<HTMLInputElement>(`input[value=${value}]`);
      if (found === null) throw new Error(value);
      return found;
    };
    expect([box("article").checked, box("light").checked, box("app").checked]).toEqual([true, true, false]);
    box("app").click();
    box("dark").click();
    expect(changed).toHaveBeenCalledWith("app");
    expect([currentView(), document.documentElement.dataset["theme"]]).toEqual(["app", "dark"]);
    expect([chosenTheme(), chosenView(new URL(location.href))]).toEqual(["dark", "app"]);
    expect([...bar.querySelectorAll("legend")].map((legend) => legend.textContent)).toEqual(["Show as", "Colours"]);
  });
});
