/**
 * Styles in outputs, under a Content-Security-Policy that lets no inline style be: the page's side of
 * `host/export/styles.py`. Attributes are set through the CSS object model, elements become style sheets of the
 * document for as long as they are in it.
 */

/** What the exporter, and this module before it parses, calls a `style` attribute. */
export const ATTRIBUTE = "data-tn-style";

const MARKUP =
  /<!--(?:-?>|[^]*?(?:--!?>|$))|<!\[CDATA\[[^]*?(?:\]\]>|$)|<(?<end>\/?)(?<name>[a-zA-Z][^\s/>]*)|<[!?/][^>]*>/g;
const PART = /[\s/]*(?<attribute>[^\s/>][^\s/>=]*)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]*))?/y;
const TAG_END = /[\s/]*>/y;
/** Elements in which a tag is only text. */
const RAW: readonly string[] = ["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"];

/** A style element of an output: its text is a style sheet of the document while it is in it. */
export class AuthorSheet extends HTMLElement {
  #sheet: CSSStyleSheet | null = null;

  connectedCallback(): void {
    const media = this.getAttribute("media") ?? "";
    this.#sheet = new CSSStyleSheet({ media });
    this.#sheet.replaceSync(this.textContent);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.#sheet];
  }

  disconnectedCallback(): void {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== this.#sheet);
    this.#sheet = null;
  }
}

/** Makes the style elements of outputs known to the browser. */
export function defineSheets(): void {
  if (customElements.get("tn-sheet") === undefined) customElements.define("tn-sheet", AuthorSheet);
}

let purify = (html: string): string => html;

/** Has HTML go through `purifier` from now on, before it is parsed. */
export function purifyWith(purifier: (html: string) => string): void {
  purify = purifier;
}

/**
 * Parses an author's HTML; scripts in it do not run, styles come with it. A purifier parses, too: without the renaming
 * before it, the browser would tell of every style attribute that the policy refuses there.
 */
export function parseStyled(html: string): DocumentFragment {
  const template = document.createElement("template");
  template.innerHTML = renameStyles(purify(renameStyles(html)));
  const content = template.content;
  for (const style of content.querySelectorAll("style")) {
    const type = style.getAttribute("type") ?? "";
    if (type !== "" && type !== "text/css") continue;
    const sheet = document.createElement("tn-sheet");
    sheet.hidden = true;
    sheet.textContent = style.textContent;
    const media = style.getAttribute("media");
    if (media !== null) sheet.setAttribute("media", media);
    const svg = outermostSvg(style);
    if (svg === null) {
      style.replaceWith(sheet);
    } else {
      svg.before(sheet);
      style.remove();
    }
  }
  applyStyles(content);
  return content;
}

/** Gives elements the styles that their authors wrote as attributes. */
export function applyStyles(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement | SVGElement | MathMLElement>(`[${ATTRIBUTE}]`)) {
    element.style.cssText = element.getAttribute(ATTRIBUTE) ?? "";
    element.removeAttribute(ATTRIBUTE);
  }
}

/** The markup with its `style` attributes renamed: the parser itself would already have them refused. */
export function renameStyles(html: string): string {
  if (!/style/i.test(html)) return html;
  const pieces: string[] = [];
  let done = 0;
  MARKUP.lastIndex = 0;
  for (let found = MARKUP.exec(html); found !== null; found = MARKUP.exec(html)) {
    const name = found.groups?.["name"]?.toLowerCase();
    if (name === undefined) continue;
    let at = MARKUP.lastIndex;
    let end = match(TAG_END, html, at);
    while (end === null) {
      const part = match(PART, html, at);
      if (part === null) return pieces.join("") + html.slice(done); // a tag that never ends is none
      const attribute = part.groups?.["attribute"] ?? "";
      if (attribute.toLowerCase() === "style") {
        const start = part.index + part[0].indexOf(attribute);
        pieces.push(html.slice(done, start), ATTRIBUTE);
        done = start + attribute.length;
      }
      at = PART.lastIndex;
      end = match(TAG_END, html, at);
    }
    at = TAG_END.lastIndex;
    if (RAW.includes(name) && found.groups?.["end"] === "") at = contentEnd(html, name, at);
    MARKUP.lastIndex = at;
  }
  return pieces.join("") + html.slice(done);
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function contentEnd(html: string, name: string, at: number): number {
  const closing = new RegExp(`</${name}(?=[\\s/>])`, "gi");
  return match(closing, html, at)?.index ?? html.length;
}

function outermostSvg(element: Element): Element | null {
  let outermost: Element | null = null;
  for (let svg = element.closest("svg"); svg !== null; svg = svg.parentElement?.closest("svg") ?? null) outermost = svg;
  return outermost;
}
