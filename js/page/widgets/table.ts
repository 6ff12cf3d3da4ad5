/** `tn.ui.table`: rows that are sorted, filtered, selected and downloaded; only those that are seen are in the document. */

import { reasonOf } from "../../protocol/reason.ts";
import type { Definitions } from "./define.ts";
import { TnElement } from "./element.ts";
import { button, type Column, download, grouped, make, WIDEST, widthsFor } from "./table/parts.ts";
import { type Cell, FetchedRows, type Row, type Rows, type TableView, UNCHANGED, type Whole, WholeRows } from "./table/rows.ts";
import { bodyHeight, scrollFor, viewportAt } from "./table/viewport.ts";

/** Milliseconds of rest before what was typed filters. */
const REST = 200;

let ids = 0;

export class TnTable extends TnElement {
  readonly #id = `tn-table-${String(++ids)}`;
  readonly #grid = make("div", "tn-tb-grid");
  readonly #heads = make("div", "tn-tb-row tn-tb-heads");
  readonly #filterRow = make("div", "tn-tb-row tn-tb-filters");
  readonly #body = make("div", "tn-tb-body");
  readonly #count = make("output", "tn-tb-count");
  readonly #problem = make("p", "tn-tb-problem");
  #rows: Rows | null = null;
  #view: TableView = UNCHANGED;
  #rowHeight = 32;
  /** Where the keyboard is: row -1 is that of the titles. */
  #active = { row: -1, column: 0 };
  #anchor = 0;
  #frame = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  protected override get controls(): "none" {
    return "none";
  }

  get #columns(): readonly Column[] {
    return this.args["columns"] as unknown as readonly Column[];
  }

  get #selects(): string {
    const { selection } = this.args;
    return typeof selection === "string" ? selection : "none";
  }

  protected override bringToLife(): Promise<void> {
    const made = this.makeControl();
    this.replaceChildren(made);
    this.#measure();
    this.#draw();
    return Promise.resolve();
  }

  protected override makeControl(): HTMLElement {
    this.#rows = this.#makeRows();
    const frame = make("div", "tn-tb");
    frame.append(this.#makeBar(), this.#makeGrid(), this.#problem);
    this.#problem.setAttribute("role", "alert");
    if (this.help !== "") {
      const help = make("p", "tn-widget-help");
      help.id = `${this.#id}-help`;
      help.textContent = this.help;
      this.#grid.setAttribute("aria-describedby", help.id);
      frame.append(help);
    }
    return frame;
  }

  protected override showValue(): void {
    this.#draw();
  }

  #makeRows(): Rows {
    const first = this.args["first"] as unknown as Whole | Pick<Whole, "rows">;
    const titles = this.#columns.map(({ title }) => title);
    if ("ranks" in first) return new WholeRows(first, titles);
    return new FetchedRows(first.rows, Number(this.args["count"]), (asked) => this.ask(asked), (problem) => {
      this.#problem.textContent = problem === null ? "" : `Further rows cannot be had: ${problem}.`;
      this.#draw();
    });
  }

  #makeBar(): HTMLElement {
    const bar = make("div", "tn-tb-bar");
    const label = make("span", "tn-tb-label");
    label.id = `${this.#id}-label`;
    label.textContent = this.label;
    label.hidden = this.label === "";
    const search = make("input", "tn-tb-search");
    search.type = "search";
    search.placeholder = "Filter";
    search.setAttribute("aria-label", `Filter ${this.label === "" ? "the table" : this.label}`);
    search.addEventListener("input", () => {
      this.#soon(() => ({ ...this.#view, filter: search.value }));
    });
    const columns = button("Columns", "Columns: filter by column");
    columns.setAttribute("aria-expanded", "false");
    columns.addEventListener("click", () => {
      this.#filterRow.hidden = !this.#filterRow.hidden;
      columns.setAttribute("aria-expanded", String(!this.#filterRow.hidden));
      this.#draw();
      if (!this.#filterRow.hidden) this.#filterRow.querySelector("input")?.focus();
    });
    const save = button("CSV", "Download as CSV");
    save.addEventListener("click", () => {
      void this.#download(save);
    });
    bar.append(label, this.#count, search, columns, save);
    return bar;
  }

  #makeGrid(): HTMLElement {
    const grid = this.#grid;
    grid.tabIndex = 0;
    grid.setAttribute("role", "grid");
    // A frame that is a cell's output has no label: it is called by its size.
    if (this.label === "") grid.setAttribute("aria-label", `Table of ${grouped(Number(this.args["count"]))} rows`);
    else grid.setAttribute("aria-labelledby", `${this.#id}-label`);
    grid.setAttribute("aria-colcount", String(this.#columns.length));
    if (this.#selects === "multi") grid.setAttribute("aria-multiselectable", "true");
    if (this.#selects === "none") grid.setAttribute("aria-readonly", "true");
    const head = make("div", "tn-tb-head");
    head.setAttribute("role", "rowgroup");
    this.#heads.setAttribute("role", "row");
    this.#heads.setAttribute("aria-rowindex", "1");
    this.#heads.append(...this.#columns.map((column, index) => this.#makeHead(column, index)));
    this.#filterRow.hidden = true;
    this.#filterRow.setAttribute("role", "row");
    this.#filterRow.append(...this.#columns.map((column, index) => this.#makeFilter(column, index)));
    head.append(this.#heads, this.#filterRow);
    this.#body.setAttribute("role", "rowgroup");
    grid.append(head, this.#body);
    const widths = widthsFor(this.#columns, (this.args["first"] as unknown as Pick<Whole, "rows">).rows);
    grid.style.setProperty("--tn-columns", widths.map((width) => `minmax(calc${width}, 1fr)`).join(" "));
    grid.style.setProperty("--tn-width", `calc(${widths.join(" + ")})`);
    grid.addEventListener("scroll", () => {
      cancelAnimationFrame(this.#frame);
      this.#frame = requestAnimationFrame(() => {
        this.#rows?.retry();
        this.#draw();
      });
    }, { passive: true });
    grid.addEventListener("keydown", (event) => {
      if (event.target === grid && this.#press(event)) event.preventDefault();
    });
    this.#body.addEventListener("click", (event) => {
      const row = event.target instanceof Element ? event.target.closest<HTMLElement>(".tn-tb-row") : null;
      if (row === null) return;
      this.#active = { ...this.#active, row: Number(row.dataset["index"]) };
      this.#select(this.#active.row, event.shiftKey);
    });
    return grid;
  }

  #makeHead({ title, number }: Column, index: number): HTMLElement {
    const head = make("div", `tn-tb-cell${number ? " tn-tb-number" : ""}`);
    head.setAttribute("role", "columnheader");
    head.setAttribute("aria-colindex", String(index + 1));
    head.id = `${this.#id}-head-${String(index)}`;
    head.title = title;
    const text = make("span", "tn-tb-title");
    text.textContent = title;
    head.append(text);
    head.addEventListener("click", () => {
      this.#active = { row: -1, column: index };
      this.#sort(index);
    });
    return head;
  }

  #makeFilter({ title }: Column, index: number): HTMLElement {
    const cell = make("div", "tn-tb-cell");
    cell.setAttribute("role", "gridcell");
    cell.setAttribute("aria-colindex", String(index + 1));
    const input = make("input", "tn-tb-search");
    input.type = "search";
    input.setAttribute("aria-label", `Filter ${title === "" ? `column ${String(index + 1)}` : title}`);
    input.addEventListener("input", () => {
      this.#soon(() => {
        const others = Object.entries(this.#view.filters).filter(([column]) => column !== String(index));
        const own = input.value === "" ? [] : [[String(index), input.value] as const];
        return { ...this.#view, filters: Object.fromEntries([...others, ...own]) };
      });
    });
    cell.append(input);
    return cell;
  }

  #measure(): void {
    const probe = make("div", "tn-tb-row");
    this.#body.replaceChildren(probe);
    this.#rowHeight = probe.getBoundingClientRect().height || 32;
    probe.remove();
  }

  get #visible(): number {
    const head = this.#body.previousElementSibling?.getBoundingClientRect().height ?? 0;
    return Math.max(this.#rowHeight, this.#grid.clientHeight - head);
  }

  /** Puts the rows that are seen into the document. */
  #draw(): void {
    const rows = this.#rows;
    if (rows === null) return;
    const { total } = rows;
    this.#body.style.height = `${String(bodyHeight(total, this.#rowHeight))}px`;
    const { start, end, offset } = viewportAt(this.#grid.scrollTop, this.#visible, total, this.#rowHeight);
    rows.want(start, end);
    const selected = new Set(Array.isArray(this.value) ? this.value.map(Number) : []);
    const shown: HTMLElement[] = [];
    for (let index = start; index < end; index += 1) {
      const row = this.#makeRow(index, rows.get(index), selected);
      row.style.transform = `translateY(${String(offset + (index - start) * this.#rowHeight)}px)`;
      shown.push(row);
    }
    this.#body.replaceChildren(...shown);
    this.#grid.setAttribute("aria-rowcount", String(total + 1));
    this.#mark();
    this.#showCount(total, selected.size);
  }

  #makeRow(index: number, row: Row | null, selected: ReadonlySet<number>): HTMLElement {
    const made = make("div", "tn-tb-row");
    made.setAttribute("role", "row");
    made.setAttribute("aria-rowindex", String(index + 2));
    made.dataset["index"] = String(index);
    if (this.#selects !== "none" && row !== null) made.setAttribute("aria-selected", String(selected.has(row.position)));
    made.append(...this.#columns.map((column, number) => this.#makeCell(index, number, column, row?.cells[number])));
    return made;
  }

  #makeCell(index: number, number: number, column: Column, text: Cell | undefined): HTMLElement {
    const cell = make("div", `tn-tb-cell${column.number ? " tn-tb-number" : ""}`);
    cell.setAttribute("role", "gridcell");
    cell.setAttribute("aria-colindex", String(number + 1));
    cell.id = `${this.#id}-${String(index)}-${String(number)}`;
    cell.textContent = text === undefined ? "…" : (text ?? "");
    if (text === null) cell.classList.add("tn-tb-missing");
    else if (text !== undefined && text.length > WIDEST) cell.title = text;
    return cell;
  }

  /** Shows where the keyboard is. */
  #mark(): void {
    const { row, column } = this.#active;
    for (const marked of this.#grid.querySelectorAll(".tn-tb-active")) marked.classList.remove("tn-tb-active");
    const id = row < 0 ? `${this.#id}-head-${String(column)}` : `${this.#id}-${String(row)}-${String(column)}`;
    const cell = this.#grid.querySelector(`#${id}`);
    if (cell === null) {
      this.#grid.removeAttribute("aria-activedescendant");
      return;
    }
    cell.classList.add("tn-tb-active");
    this.#grid.setAttribute("aria-activedescendant", id);
  }

  #showCount(total: number, selected: number): void {
    const count = Number(this.args["count"]);
    const rows = total === count ? `${grouped(count)} ${count === 1 ? "row" : "rows"}` : `${grouped(total)} of ${grouped(count)} rows`;
    const text = selected === 0 ? rows : `${rows}, ${grouped(selected)} selected`;
    if (this.#count.textContent !== text) this.#count.textContent = text;
  }

  /** Carries out a key; false if it means nothing here. Source: the grid pattern of the ARIA Authoring Practices. */
  #press(event: KeyboardEvent): boolean {
    const last = (this.#rows?.total ?? 0) - 1;
    const page = Math.max(1, Math.floor(this.#visible / this.#rowHeight) - 1);
    const { row, column } = this.#active;
    switch (event.key) {
      case "ArrowDown":
        return this.#go(Math.min(row + 1, last), column, event.shiftKey);
      case "ArrowUp":
        return this.#go(Math.max(row - 1, -1), column, event.shiftKey);
      case "ArrowRight":
        return this.#go(row, Math.min(column + 1, this.#columns.length - 1));
      case "ArrowLeft":
        return this.#go(row, Math.max(column - 1, 0));
      case "PageDown":
        return this.#go(Math.min(row + page, last), column);
      case "PageUp":
        return this.#go(Math.max(row - page, Math.min(0, last)), column);
      case "Home":
        return event.ctrlKey ? this.#go(Math.min(0, last), 0) : this.#go(row, 0);
      case "End":
        return event.ctrlKey ? this.#go(last, this.#columns.length - 1) : this.#go(row, this.#columns.length - 1);
      case "Enter":
      case " ":
        if (row < 0) this.#sort(column);
        else this.#select(row, event.shiftKey);
        return true;
      default:
        return false;
    }
  }

  #go(row: number, column: number, extends_ = false): boolean {
    if (extends_ && row >= 0 && this.#selects === "multi") {
      this.#active = { row, column };
      this.#select(row, true);
    } else {
      this.#active = { row, column };
    }
    if (row >= 0) {
      const scroll = scrollFor(row, this.#grid.scrollTop, this.#visible, this.#rows?.total ?? 0, this.#rowHeight);
      if (scroll !== null) this.#grid.scrollTop = scroll;
    }
    const head = this.#heads.children[column];
    if (head instanceof HTMLElement) {
      const { scrollLeft, clientWidth } = this.#grid;
      if (head.offsetLeft < scrollLeft) this.#grid.scrollLeft = head.offsetLeft;
      else if (head.offsetLeft + head.offsetWidth > scrollLeft + clientWidth) this.#grid.scrollLeft = head.offsetLeft + head.offsetWidth - clientWidth;
    }
    this.#draw();
    return true;
  }

  /** Sorts up, then down, then not at all. */
  #sort(column: number): void {
    const { sort } = this.#view;
    const isUp = sort?.column === column && !sort.descending;
    const isDown = sort?.column === column && sort.descending;
    this.#look({ ...this.#view, sort: isDown ? null : { column, descending: isUp } });
  }

  #soon(next: () => TableView): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#look(next());
    }, REST);
  }

  /** Shows another view of the rows: no value changes, and nothing runs. */
  #look(view: TableView): void {
    this.#view = view;
    this.#rows?.look(view);
    for (const [index, head] of [...this.#heads.children].entries()) {
      if (view.sort?.column === index) head.setAttribute("aria-sort", view.sort.descending ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    this.#grid.scrollTop = 0;
    if (this.#active.row > 0) this.#active = { ...this.#active, row: 0 };
    this.#draw();
  }

  #select(index: number, extends_: boolean): void {
    const row = this.#rows?.get(index) ?? null;
    if (row === null || this.#selects === "none" || this.disabled) {
      this.#draw();
      return;
    }
    const before = new Set(Array.isArray(this.value) ? this.value.map(Number) : []);
    let after: Set<number>;
    if (this.#selects === "single") {
      after = before.has(row.position) ? new Set() : new Set([row.position]);
    } else if (extends_) {
      after = new Set([...before, ...this.#between(this.#anchor, index)]);
    } else {
      after = new Set(before);
      if (!after.delete(row.position)) after.add(row.position);
    }
    if (!extends_) this.#anchor = index;
    this.changed([...after].sort((one, other) => one - other));
    this.#draw();
  }

  /** The positions of the rows between two, which are here. */
  #between(one: number, other: number): readonly number[] {
    const found: number[] = [];
    for (let index = Math.min(one, other); index <= Math.max(one, other); index += 1) {
      const row = this.#rows?.get(index) ?? null;
      if (row !== null) found.push(row.position);
    }
    return found;
  }

  async #download(button: HTMLButtonElement): Promise<void> {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    try {
      const text = (await this.#rows?.csv()) ?? "";
      download(text, /^[\w-]+$/.test(this.name) ? this.name : "table");
      this.#problem.textContent = "";
    } catch (error) {
      this.#problem.textContent = `The rows could not be downloaded: ${reasonOf(error)}.`;
    } finally {
      button.setAttribute("aria-disabled", "false");
    }
  }
}

export const WIDGETS: Definitions = { "tn-table": TnTable };
