import { afterEach, describe, expect, it } from "vitest";

import { applyStyles, defineSheets, parseStyled, renameStyles } from "../../../js/page/view/author-styles.ts";

defineSheets();

afterEach(() => {
  document.body.replaceChildren();
});

describe("attributes", () => {
  it.each([
    ["<p>style</p>", "<p>style</p>"],
    ['<p style="a: b">', '<p data-tn-style="a: b">'],
    ["<p STYLE='a' id=x>", "<p data-tn-style='a' id=x>"],
    ["<br style = a:b />", "<br data-tn-style = a:b />"],
    [`<p title="<p style='a'>" style>`, `<p title="<p style='a'>" data-tn-style>`],
    ['<p data-style="x" styles="y">', '<p data-style="x" styles="y">'],
    ['<!-- <p style="a"> --><p style="b">', '<!-- <p style="a"> --><p data-tn-style="b">'],
    ["<!--><p style=a>", "<!--><p data-tn-style=a>"],
    ["<textarea><p style=a></textarea><p style=b>", "<textarea><p style=a></textarea><p data-tn-style=b>"],
    ["<svg><![CDATA[<p style=a>]]><g style='b'/></svg>", "<svg><![CDATA[<p style=a>]]><g data-tn-style='b'/></svg>"],
    ["1 < 2 style <p style=a", "1 < 2 style <p data-tn-style=a"],
    ["</p style=a>", "</p data-tn-style=a>"],
  ])("of %s are renamed before the parser sees them", (html, renamed) => {
    expect(renameStyles(html)).toBe(renamed);
  });

  it("become the style of their element", () => {
    const [element] = parseStyled("<p style='color: red; margin: 2px'>x</p>").children;
    expect((element as HTMLElement).style.color).toBe("red");
    expect(element?.hasAttribute("data-tn-style")).toBe(false);
    document.body.innerHTML = '<svg><rect data-tn-style="fill: blue"></rect></svg>';
    applyStyles(document);
    expect(document.querySelector<SVGElement>("rect")?.style.fill).toBe("blue");
  });
});

describe("style elements", () => {
  it("are sheets of the document for as long as they are in it", () => {
    const before = document.adoptedStyleSheets.length;
    const fragment = parseStyled("<p>a</p><style media='print'>p { color: red }</style><style type='x'>y</style>");
    expect(fragment.querySelectorAll("style")).toHaveLength(1);
    expect(document.adoptedStyleSheets).toHaveLength(before);
    document.body.append(fragment);
    expect(document.adoptedStyleSheets).toHaveLength(before + 1);
    expect(document.adoptedStyleSheets.at(-1)?.cssRules).toHaveLength(1);
    document.body.replaceChildren();
    expect(document.adoptedStyleSheets).toHaveLength(before);
  });

  it("of a drawing stand before it", () => {
    const fragment = parseStyled("<b></b><svg><defs><style>rect { fill: red }</style></defs></svg>");
    expect([...fragment.children].map((child) => child.localName)).toEqual(["b", "tn-sheet", "svg"]);
  });
});
