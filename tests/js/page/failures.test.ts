import { afterEach, describe, expect, it } from "vitest";

import { failureText, watchFailures } from "../../../js/page/view/failures.ts";

afterEach(() => {
  document.body.innerHTML = "";
});

/** The sentence for an element that does not load. */
function failed(tag: string, attributes: Readonly<Record<string, string>>): string | null {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  let text: string | null = null;
  element.addEventListener("error", (event) => {
    text = failureText(event);
  });
  element.dispatchEvent(new Event("error"));
  return text;
}

describe("a failure", () => {
  it("of a file says which, what that means, and what to do", () => {
    const script = document.createElement("script");
    Object.defineProperty(script, "src", { value: "https://x.org/assets/page-A.js?1" });
    Object.defineProperty(script, "async", { value: false });
    const event = new Event("error");
    Object.defineProperty(event, "target", { value: script });
    expect(failureText(event)).toMatch(/^This page’s script could not be loaded \(page-A\.js\): .* Reload the page\.$/);
    expect(failed("link", { rel: "stylesheet", href: "assets/x.css" })).toMatch(/^A style sheet .*\(x\.css\)/);
    expect(failed("img", { src: "assets/outputs/1.png" })).toMatch(/^A picture .*\(1\.png\)/);
  });

  it("that harms nobody is not told", () => {
    expect(failed("link", { rel: "preload", href: "f.woff2" })).toBeNull();
    expect(failed("img", { src: "data:image/png;base64,AA" })).toBeNull();
    expect(failureText(new ErrorEvent("error", { message: "ResizeObserver loop limit exceeded" }))).toBeNull();
    expect(failureText(new Event("error"))).toBeNull();
  });

  it("of a script is shown", () => {
    watchFailures(window);
    window.dispatchEvent(new ErrorEvent("error", { message: "Unexpected end of input." }));
    const [notice] = [...document.querySelectorAll(".tn-notice")].map((item) => item.textContent);
    expect(notice).toContain("this page’s script failed: Unexpected end of input. What is shown");
  });
});
