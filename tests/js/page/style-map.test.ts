import { html, render } from "lit";
import { describe, expect, it } from "vitest";

import { styleMap } from "../../../js/page/widgets/style-map.ts";

describe("styleMap", () => {
  it("sets, changes and removes properties of the style itself", () => {
    const box = document.createElement("div");
    const show = (styles: Record<string, string | number | null>): CSSStyleDeclaration => {
      render(html`<p style=${styleMap(styles)}></p>`, box);
      const element = box.querySelector("p");
      if (element === null) throw new Error("nothing was rendered");
      return element.style;
    };
    let style = show({ "--position": "5%", backgroundColor: "red", color: "blue !important", margin: null });
    expect(style.getPropertyValue("--position")).toBe("5%");
    expect(style.getPropertyValue("background-color")).toBe("red");
    expect([style.color, style.getPropertyPriority("color")]).toEqual(["blue", "important"]);
    style = show({ "--position": "6%", backgroundColor: null });
    expect(style.getPropertyValue("--position")).toBe("6%");
    expect([style.backgroundColor, style.color]).toEqual(["", ""]);
  });
});
