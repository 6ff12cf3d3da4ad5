/**
 * The table of contents: where the reader is in it, and the table itself after an edit. The exporter's side is
 * `host/export/contents.py`; `tests/contracts/anchors.json` holds both.
 */

const HEADINGS = ".tn-cell[data-kind=markdown] .tn-prose > :is(h1, h2, h3, h4, h5, h6)";
const DEEPEST = 3;
const FEWEST = 2;
/** How far below the bar a heading may stand, in pixels, for its text to count as what is read. */
const NEAR = 120;

/** An id for each heading, in order: its words in small letters with hyphens between, each id once. */
export function makeAnchors(texts: readonly string[]): readonly string[] {
  const anchors: string[] = [];
  for (const text of texts) {
    const words = text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
    const name = words === "" ? "section" : words.startsWith("tn-") ? `section-${words}` : words;
    let anchor = name;
    for (let number = 2; anchors.includes(anchor); number += 1) anchor = `${name}-${String(number)}`;
    anchors.push(anchor);
  }
  return anchors;
}

export class ContentsView {
  readonly #table: HTMLElement | null = document.querySelector(".tn-contents");
  #isDue = false;

  /** Marks the part that is read while the page scrolls; puts the table away when something in it was chosen. */
  start(): void {
    const table = this.#table;
    if (table === null) return;
    table.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("a") !== null && isShown(table)) table.hidePopover();
    });
    const mark = (): void => {
      if (this.#isDue) return;
      this.#isDue = true;
      requestAnimationFrame(() => {
        this.#isDue = false;
        this.#mark(table);
      });
    };
    addEventListener("scroll", mark, { passive: true });
    addEventListener("resize", mark, { passive: true });
    mark();
  }

  /** Makes the table one of the headings as they are now, after an edit. */
  rebuild(): void {
    const table = this.#table;
    if (table === null) return;
    const headings = [...document.querySelectorAll<HTMLElement>(HEADINGS)];
    const texts = headings.map((heading) => heading.textContent.replace(/\s+/g, " ").trim());
    const anchors = makeAnchors(texts);
    const levels = headings.map((heading) => Number(heading.localName.slice(1)));
    const titles = levels.filter((level) => level === 1).length;
    const items: HTMLElement[] = [];
    for (const [index, heading] of headings.entries()) {
      heading.id = anchors[index] ?? "";
      const level = levels[index] ?? DEEPEST;
      if (level > DEEPEST || (level === 1 && titles === 1)) continue;
      const item = document.createElement("li");
      item.dataset["level"] = String(level);
      const link = document.createElement("a");
      link.href = `#${heading.id}`;
      link.textContent = texts[index] ?? "";
      item.append(link);
      items.push(item);
    }
    const shown = items.length >= FEWEST ? items : [];
    table.querySelector("ol")?.replaceChildren(...shown);
    table.hidden = shown.length === 0;
    const button = document.querySelector<HTMLElement>(".tn-contents-button");
    if (button !== null) button.hidden = table.hidden;
    this.#mark(table);
  }

  #mark(table: HTMLElement): void {
    const links = [...table.querySelectorAll<HTMLAnchorElement>("a")];
    const places = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
    const reading = places.findLastIndex((place) => place !== null && place.getBoundingClientRect().top < NEAR);
    const atEnd = scrollY > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
    const current = links[atEnd ? links.length - 1 : reading];
    for (const link of links) {
      if (link === current) link.setAttribute("aria-current", "location");
      else link.removeAttribute("aria-current");
    }
  }
}

function isShown(table: HTMLElement): boolean {
  return "popover" in HTMLElement.prototype && table.matches(":popover-open");
}
