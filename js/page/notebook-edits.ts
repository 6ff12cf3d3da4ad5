/** Edits of the notebook on a page, by whoever edits it there, and by code beside its cells. */

import type { EditCells, NotebookEdited } from "../protocol/messages.ts";
import type { PackageOffer } from "../protocol/rpc.ts";
import { newRunId } from "./run-id.ts";
import type { CellList, WrittenCell } from "./view/cells.ts";

/** What an edit says beside its run. */
export type CellEdits = Omit<EditCells, "type" | "run_id">;

/** What the page does for edits. */
export interface EditsPage {
  readonly cells: CellList;
  /** Carries out a command once the kernel is up; resolves with whether its run succeeded. */
  carryOut(command: EditCells): Promise<boolean>;
  /** Changes the page in its turn; `what` is named if that fails. */
  draw(what: string, change: () => Promise<void>): void;
  /** Called when the page shows another notebook. */
  readonly shown: () => void;
}

/** Takes the notebook's JSON after an edit of somebody else. */
export type EditListener = (notebook: string, event: NotebookEdited) => void;

export class NotebookEdits {
  readonly #page: EditsPage;
  /** The runs of edits whose editor shows them already. */
  readonly #own = new Set<string>();
  #notebook: string | null = null;
  #listener: EditListener | null = null;
  #requiring: (packages: readonly string[]) => void = () => undefined;
  #offering: ((offer: PackageOffer) => void) | null = null;
  #offers: PackageOffer[] = [];

  constructor(page: EditsPage) {
    this.#page = page;
  }

  /** The JSON of the notebook that the next kernel starts with; null as long as it is the one of the page. */
  get notebook(): string | null {
    return this.#notebook;
  }

  /** Makes `notebook` the one that the next kernel starts with. */
  hold(notebook: string): void {
    this.#notebook = notebook;
  }

  /** Tells whoever edits that these packages were installed for what is written. */
  require(packages: readonly string[]): void {
    this.#requiring(packages);
  }

  /** Has somebody hear of packages that were installed. */
  onRequired(listener: (packages: readonly string[]) => void): void {
    this.#requiring = listener;
  }

  /** Tells whoever edits that a package could be installed; keeps it for them while nobody does. */
  offer(offer: PackageOffer): void {
    if (this.#offering === null) this.#offers.push(offer);
    else this.#offering(offer);
  }

  /** Has somebody hear of packages that could be installed. */
  onOffered(listener: (offer: PackageOffer) => void): void {
    this.#offering = listener;
    for (const offer of this.#offers.splice(0)) listener(offer);
  }

  /** Has somebody else show edits from now on: those that they have not made themselves. */
  attend(listener: EditListener): void {
    this.#listener = listener;
  }

  /** Has the kernel edit its notebook, which the page shows already. */
  async edit(edits: CellEdits): Promise<boolean> {
    const run_id = newRunId();
    this.#own.add(run_id);
    try {
      return await this.#page.carryOut({ type: "EditCells", run_id, ...edits });
    } finally {
      this.#own.delete(run_id);
    }
  }

  /** Shows the notebook as the kernel has it now. */
  follow(event: NotebookEdited): void {
    const notebook = this.#notebook;
    if (notebook === null || this.#own.has(event.run_id)) return;
    if (this.#listener !== null) {
      this.#listener(notebook, event);
      return;
    }
    const { cells } = JSON.parse(notebook) as { readonly cells: readonly WrittenCell[] };
    this.#draw("the edited notebook", () => this.#page.cells.follow(cells, event.put));
  }

  /** The section of a cell. */
  section(id: string): HTMLElement | undefined {
    return this.#page.cells.section(id);
  }

  /** Puts the sections of cells in order; returns the ids of those that are new. */
  arrange(cells: readonly WrittenCell[]): readonly string[] {
    return this.#page.cells.arrange(cells);
  }

  /** Shows what is written in cells. */
  write(cells: readonly WrittenCell[]): void {
    if (cells.length > 0) this.#draw("what is written in a cell", () => this.#page.cells.write(cells));
  }

  #draw(what: string, change: () => Promise<void>): void {
    this.#page.draw(what, async () => {
      await change();
      this.#page.shown();
    });
  }
}
