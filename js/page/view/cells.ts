/** The cells on the page, in the order of the notebook. */

import { type Answer, CellView } from "./cell.ts";
import { renderOutputs } from "./output.ts";

/** A cell as `notebook.json` has it: what a page needs of one. */
export interface WrittenCell {
  readonly id: string;
  readonly name: string | null;
  readonly kind: "code" | "markdown";
  readonly source: string;
}

/** Takes what a reader answers to a question of a cell. */
export type CellAnswer = (cell: string, ...answer: Parameters<Answer>) => void;

export class CellList {
  readonly #answer: CellAnswer;
  readonly #views = new Map<string, CellView>();
  readonly #sections = new Map<string, HTMLElement>();

  constructor(answer: CellAnswer) {
    this.#answer = answer;
    for (const section of document.querySelectorAll<HTMLElement>(".tn-cell")) this.#add(section);
  }

  get ids(): readonly string[] {
    return [...this.#views.keys()];
  }

  get all(): readonly CellView[] {
    return [...this.#views.values()];
  }

  /** The view of a cell with code. */
  find(id: string): CellView | undefined {
    return this.#views.get(id);
  }

  /** The section of a cell. */
  section(id: string): HTMLElement | undefined {
    return this.#sections.get(id);
  }

  /** Makes the page one of another notebook, in which the cells `put` are new or changed. */
  async follow(cells: readonly WrittenCell[], put: readonly string[]): Promise<void> {
    const made = this.arrange(cells);
    await this.write(cells.filter(({ id }) => put.includes(id) || made.includes(id)));
  }

  /** Puts sections in the order of `cells`, makes those that are missing, empty, and returns their ids. */
  arrange(cells: readonly WrittenCell[]): readonly string[] {
    const there = new Map(cells.map((cell) => [cell.id, cell]));
    for (const [id, section] of this.#sections) {
      if (section.dataset["kind"] === there.get(id)?.kind) continue;
      section.remove();
      this.#sections.delete(id);
      this.#views.delete(id);
    }
    const list = document.querySelector<HTMLElement>(".tn-notebook") ?? document.body;
    const made = cells.filter((cell) => !this.#sections.has(cell.id));
    for (const cell of made) this.#add(makeSection(cell));
    let place = list.querySelector(":scope > .tn-cell");
    for (const cell of cells) {
      const section = this.#sections.get(cell.id);
      if (section === undefined) continue;
      if (section === place) place = nextCell(place);
      else list.insertBefore(section, place);
    }
    return made.map(({ id }) => id);
  }

  /** Shows what is written in cells. */
  async write(cells: readonly WrittenCell[]): Promise<void> {
    for (const cell of cells) {
      const section = this.#sections.get(cell.id);
      if (section !== undefined) await write(section, cell);
    }
  }

  #add(section: HTMLElement): HTMLElement {
    this.#sections.set(section.dataset["cell"] ?? "", section);
    // Text is what it is, whatever a kernel says that came of it.
    if (section.dataset["kind"] === "markdown") return section;
    const view = new CellView(section, (question, text) => {
      this.#answer(view.id, question, text);
    });
    this.#views.set(view.id, view);
    return section;
  }
}

function nextCell(section: Element): Element | null {
  let next = section.nextElementSibling;
  while (next !== null && !next.classList.contains("tn-cell")) next = next.nextElementSibling;
  return next;
}

/** An empty section, as the exporter's `render_cell` makes it. */
function makeSection({ id, kind }: WrittenCell): HTMLElement {
  const section = make("section", "tn-cell");
  Object.assign(section.dataset, { cell: id, kind, status: "idle", origin: kind === "code" ? "none" : "export" });
  section.append(make("div", "tn-output"));
  if (kind === "markdown") return section;
  const source = make("details", "tn-source");
  source.toggleAttribute("open", document.documentElement.dataset["view"] === "notebook");
  const code = make("pre", "tn-code");
  code.append(document.createElement("code"));
  source.append(document.createElement("summary"), code);
  const error = make("div", "tn-error");
  error.hidden = true;
  section.prepend(source);
  section.append(make("div", "tn-console"), error);
  return section;
}

/** Shows what is written in a cell; code without colours, which the exporter gives it. */
async function write(section: HTMLElement, cell: WrittenCell): Promise<void> {
  if (cell.kind === "markdown") {
    const text = await renderOutputs([{ "text/markdown": cell.source }]);
    section.querySelector(":scope > .tn-output")?.replaceChildren(text);
    return;
  }
  const code = section.querySelector(".tn-code code");
  if (code !== null) code.textContent = cell.source;
  const title = section.querySelector(".tn-source summary");
  if (title === null) return;
  title.textContent = cell.name ?? "Code";
  if (cell.name === null) return;
  const before = make("span", "tn-hidden");
  before.textContent = "Code of ";
  title.prepend(before);
}

function make(tag: string, name: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}
