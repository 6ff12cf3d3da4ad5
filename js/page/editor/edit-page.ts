/** A page whose notebook is edited: keeps what is written, what is shown, and what the kernel has in step. */

import type { NotebookEdited } from "../../protocol/messages.ts";
import type { NotebookEdits } from "../notebook-edits.ts";
import type { Ask } from "./assistance.ts";
import { CellFrame } from "./cell-frame.ts";
import { Checks } from "./checks.ts";
import { COMMANDS, type CommandName, type Editing } from "./commands.ts";
import {
  changedCells,
  type CellKind,
  commit,
  type Draft,
  type DraftCell,
  draftText,
  editsBetween,
  findCell,
  insertCell,
  joinCell,
  moveCell,
  newCell,
  newCellId,
  readDraft,
  removeCell,
  renameCell,
  requirePackages,
  setCell,
  splitCell,
  turnCell,
  writeCell,
} from "./draft.ts";
import { FindPanel } from "./find-panel.ts";
import { makeEndBar, makeInsertBar } from "./insert-bar.ts";
import { editorKeys, hearKeys } from "./keys.ts";
import { choicesOf, openPalette } from "./palette.ts";

/** The page as its editor needs it. */
export interface EditedPage {
  readonly edits: Pick<NotebookEdits, "edit" | "hold" | "attend" | "onRequired" | "section" | "arrange" | "write">;
  /** Whether Python runs, or is about to. */
  readonly isStarted: boolean;
  boot(): Promise<void>;
  run(ids?: readonly string[]): Promise<boolean>;
  runStale(): Promise<boolean>;
  interrupt(): boolean;
  restart(): Promise<void>;
  /** Says at once that these cells will run. */
  plan(ids: readonly string[]): void;
  readonly assist: Ask;
}

export interface EditSettings {
  readonly isMac: boolean;
  /** Takes every next notebook, as it is written. */
  readonly changed: (draft: Draft) => void;
  /** Further commands for the palette. */
  readonly more: () => readonly { readonly title: string; readonly keys: readonly string[]; readonly act: () => void }[];
  /** Says something that can be taken back; null says that nothing can, any more. */
  readonly tell: (text: string | null, undo: (() => void) | null) => void;
}

interface Removed {
  readonly cell: DraftCell;
  readonly at: number;
}

export class EditPage implements Editing {
  readonly #page: EditedPage;
  readonly #settings: EditSettings;
  readonly #frames = new Map<string, CellFrame>();
  readonly #find: FindPanel;
  readonly #near: IntersectionObserver;
  readonly #checks: Checks;
  #draft: Draft;
  /** The notebook as the kernel has it, or will have it once it is up. */
  #sent: Draft;
  #removed: readonly Removed[] = [];
  /** The cell at hand. */
  #at: string | null = null;

  constructor(page: EditedPage, draft: Draft, settings: EditSettings) {
    this.#page = page;
    this.#settings = settings;
    this.#draft = this.#sent = draft;
    this.#find = new FindPanel(() => this.#draft, {
      show: (match) => {
        for (const other of this.#frames.values()) if (other.isMounted) other.editor.unmark();
        const frame = this.#frames.get(match.cell);
        frame?.section.setAttribute("data-open", "");
        frame?.editor.mark(match.from, match.to);
        frame?.section.scrollIntoView({ block: "nearest" });
      },
      replace: (next) => {
        this.#take(next);
      },
    });
    this.#checks = new Checks(
      (question) => page.assist(question),
      () => editsBetween(this.#sent, this.#draft),
      (problems) => {
        for (const [id, frame] of this.#frames) frame.warn(problems.get(id) ?? null);
      },
    );
    this.#near = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          const frame = isIntersecting ? this.#frames.get((target as HTMLElement).dataset["cell"] ?? "") : undefined;
          if (frame === undefined) continue;
          this.#near.unobserve(target);
          frame.mount();
        }
      },
      { rootMargin: "800px" },
    );
    page.edits.attend((notebook, event) => {
      this.#adopt(readDraft(notebook), event);
    });
    page.edits.onRequired((packages) => {
      this.#require(packages);
    });
    page.edits.hold(draftText(draft));
    this.#show(draft.cells.map((cell) => cell.id));
    makeEndBar(document.querySelector(".tn-notebook") ?? document.body, (kind) => {
      this.insert(kind, null, true);
    });
    hearKeys(settings.isMac, () => this.#at !== null, (name) => {
      this.#act(name);
    });
  }

  get draft(): Draft {
    return this.#draft;
  }

  /** Gives the notebook another name. */
  renameNotebook(name: string): void {
    this.#take({ ...this.#draft, name, filename: `${name}.py` });
  }

  // -- what can be done ----------------------------------------------------------------------------------

  run(id: string): void {
    const cell = findCell(this.#draft, id);
    if (cell === undefined) return;
    if (cell.kind === "markdown") {
      this.#push([id]);
      this.#frames.get(id)?.fold();
      return;
    }
    const isNew = changedCells(this.#sent, this.#draft).includes(id);
    this.#page.plan([id]);
    // What a kernel is started for runs as soon as it is up.
    const wasStarted = this.#page.isStarted;
    this.#push([id]);
    if (!wasStarted) this.#quietly(this.#page.boot());
    if (!isNew || this.#draft.settings["autorun"] === false) this.#quietly(this.#page.run([id]));
  }

  runAll(): void {
    this.#push(this.#draft.cells.map((cell) => cell.id));
    this.#quietly(this.#page.run());
  }

  runStale(): void {
    this.#push(this.#draft.cells.map((cell) => cell.id));
    this.#quietly(this.#page.runStale());
  }

  interrupt(): void {
    this.#page.interrupt();
  }

  restart(): void {
    this.#quietly(this.#page.restart());
  }

  insert(kind: CellKind, beside: string | null, below: boolean): void {
    const id = newCellId(this.#draft, this.#removed.map(({ cell }) => cell.id));
    const at = beside === null ? this.#draft.cells.length : this.#indexOf(beside) + (below ? 1 : 0);
    this.#take(insertCell(this.#draft, newCell(id, kind, ""), at));
    this.write(id);
  }

  remove(id: string): void {
    const at = this.#indexOf(id);
    const cell = this.#draft.cells[at];
    if (cell === undefined) return;
    this.#removed = [...this.#removed, { cell, at }];
    let next = removeCell(this.#draft, id);
    if (next.cells.length === 0) next = insertCell(next, newCell(newCellId(next, [id]), "code", ""), 0);
    this.#take(next);
    const beside = next.cells[Math.min(at, next.cells.length - 1)];
    if (beside !== undefined) this.#frames.get(beside.id)?.choose();
    this.#settings.tell(`${cell.name ?? cell.id} was deleted.`, () => {
      this.bringBack();
    });
  }

  bringBack(): void {
    const last = this.#removed.at(-1);
    if (last === undefined) return;
    this.#removed = this.#removed.slice(0, -1);
    this.#settings.tell(null, null);
    this.#take(insertCell(this.#draft, last.cell, last.at), [last.cell.id]);
    this.#frames.get(last.cell.id)?.choose();
  }

  move(id: string, by: number): void {
    const wasWriting = this.#frames.get(id)?.isWriting ?? false;
    this.#take(moveCell(this.#draft, id, by));
    const frame = this.#frames.get(id);
    if (wasWriting) frame?.editor.focus();
    else frame?.choose();
  }

  turn(id: string, kind: CellKind): void {
    this.#take(turnCell(this.#draft, id, kind), [id]);
    this.#frames.get(id)?.choose();
  }

  rename(id: string): void {
    this.#frames.get(id)?.startRenaming();
  }

  toggleDisabled(id: string): void {
    const isDisabled = findCell(this.#draft, id)?.settings["disabled"] === true;
    this.#take(setCell(this.#draft, id, "disabled", isDisabled ? null : true));
  }

  split(id: string): void {
    const frame = this.#frames.get(id);
    if (frame === undefined) return;
    const second = newCellId(this.#draft, this.#removed.map(({ cell }) => cell.id));
    this.#take(splitCell(this.#draft, id, frame.editor.position, second));
    this.#frames.get(second)?.write("start");
  }

  join(id: string): void {
    const above = this.#draft.cells[this.#indexOf(id) - 1];
    if (above === undefined) return;
    this.#take(joinCell(this.#draft, id));
    this.#frames.get(above.id)?.write("end");
  }

  step(id: string, by: number, add: boolean): void {
    const wasWriting = this.#frames.get(id)?.isWriting ?? false;
    const next = this.#draft.cells[this.#indexOf(id) + by];
    if (next === undefined) {
      if (add) this.insert("code", id, true);
      return;
    }
    const frame = this.#frames.get(next.id);
    if (wasWriting && next.kind === "code") frame?.write("start");
    else frame?.choose();
  }

  write(id: string): void {
    this.#frames.get(id)?.write();
  }

  find(): void {
    const frame = this.#at === null ? undefined : this.#frames.get(this.#at);
    this.#find.open(frame?.isMounted === true ? frame.editor.marked : "");
  }

  openPalette(): void {
    const cell = this.#at;
    const choices = choicesOf((name) => { this.#act(name); }, cell !== null, this.#settings.isMac);
    openPalette([...choices, ...this.#settings.more()], "What would you like to do?");
  }

  explainKeys(): void {
    const choices = choicesOf((name) => { this.#act(name); }, true, this.#settings.isMac);
    openPalette(choices.filter(({ keys }) => keys.length > 0), "Keys");
  }

  // -- keeping in step -------------------------------------------------------------------------------------

  #indexOf(id: string): number {
    return this.#draft.cells.findIndex((cell) => cell.id === id);
  }

  /** Makes `next` the notebook: shows it, and tells the kernel all but sources that wait to be run. */
  #take(next: Draft, ids: readonly string[] = []): void {
    const before = this.#draft;
    this.#draft = next;
    this.#push(ids);
    this.#show(changedCells(before, next));
    this.#settings.changed(next);
  }

  /** Brings the kernel what it does not have yet: the sources of `ids`, and everything but sources. */
  #push(ids: readonly string[]): void {
    const next = commit(this.#sent, this.#draft, ids);
    const edits = editsBetween(this.#sent, next);
    this.#sent = next;
    this.#page.edits.hold(draftText(next));
    this.#checks.schedule();
    if (edits === null) return;
    const wasStarted = this.#page.isStarted;
    if (wasStarted) this.#quietly(this.#page.edits.edit(edits));
    this.#page.edits.write(next.cells.filter((cell) => cell.kind === "markdown" && ids.includes(cell.id)));
    this.#mark(ids);
  }

  /** Brings the page's sections to the notebook; `put` are the cells whose frames may show something old. */
  #show(put: readonly string[]): void {
    const made = this.#page.edits.arrange(this.#draft.cells);
    for (const [id, frame] of this.#frames) {
      if (this.#page.edits.section(id) === frame.section) continue;
      frame.close();
      this.#frames.delete(id);
    }
    for (const cell of this.#draft.cells) {
      if (!this.#frames.has(cell.id)) this.#frame(cell);
    }
    this.#page.edits.write(this.#draft.cells.filter((cell) => made.includes(cell.id)));
    this.#mark([...put, ...made]);
  }

  #mark(ids: readonly string[]): void {
    for (const id of new Set(ids)) {
      const cell = findCell(this.#draft, id);
      if (cell !== undefined) this.#frames.get(id)?.follow(cell, this.#isEdited(cell));
    }
  }

  /** Whether a cell's source is not the one that its result belongs to. */
  #isEdited(cell: DraftCell): boolean {
    return cell.kind === "code" && findCell(this.#sent, cell.id)?.source !== cell.source;
  }

  #frame(cell: DraftCell): void {
    const section = this.#page.edits.section(cell.id);
    if (section === undefined) return;
    const frame = new CellFrame(
      section,
      cell,
      {
        written: (id, source) => {
          this.#draft = writeCell(this.#draft, id, source);
          this.#mark([id]);
          this.#settings.changed(this.#draft);
          this.#checks.schedule();
        },
        ask: (question) => this.#page.assist(question),
        entered: (id) => {
          this.#choose(id);
        },
        left: (id) => {
          const left = findCell(this.#draft, id);
          if (left?.kind === "markdown") this.#push([id]);
        },
        run: (id) => {
          this.run(id);
        },
        renamed: (id, name) => {
          this.#take(renameCell(this.#draft, id, name));
        },
        menu: (id) => {
          this.#choose(id);
          const choices = choicesOf((name) => { this.#act(name); }, true, this.#settings.isMac);
          const mine = new Set<string>(Object.values(COMMANDS).filter((command) => command.ofCell).map(({ title }) => title));
          openPalette(choices.filter(({ title }) => mine.has(title)), `What to do with ${findCell(this.#draft, id)?.name ?? id}?`);
        },
      },
      this.#keysOf(cell.id),
    );
    this.#frames.set(cell.id, frame);
    makeInsertBar(section, (kind) => {
      this.insert(kind, cell.id, true);
    });
    this.#near.observe(section);
  }

  #keysOf(id: string): ReturnType<typeof editorKeys> {
    return editorKeys({
      act: (name) => {
        this.#choose(id);
        this.#act(name);
      },
      lead: (end) => {
        const next = this.#draft.cells[this.#indexOf(id) + (end === "start" ? -1 : 1)];
        if (next?.kind !== "code" || this.#frames.get(id)?.editor.isAt(end) !== true) return false;
        this.#frames.get(next.id)?.write(end === "start" ? "end" : "start");
        return true;
      },
      leave: () => this.#frames.get(id)?.choose(),
    });
  }

  /** Writes down what cells needed: who opens the notebook elsewhere needs it, too. */
  #require(packages: readonly string[]): void {
    const before = this.#draft;
    const next = requirePackages(before, packages);
    if (next === before) return;
    const added = next.requirements.slice(before.requirements.length);
    this.#take(next);
    const text = added.length === 1 ? "was installed, and is a requirement" : "were installed, and are requirements";
    this.#settings.tell(`${added.join(", ")} ${text} of this notebook now.`, null);
  }

  /** Takes over an edit that somebody else made: what nobody here is writing. */
  #adopt(notebook: Draft, event: NotebookEdited): void {
    const mine = new Set(this.#draft.cells.filter((cell) => this.#isEdited(cell)).map((cell) => cell.id));
    const cells = notebook.cells.map((cell) => {
      const own = findCell(this.#draft, cell.id);
      return own !== undefined && mine.has(cell.id) && !event.put.includes(cell.id) ? own : cell;
    });
    this.#sent = notebook;
    this.#draft = { ...notebook, cells };
    this.#page.edits.hold(draftText(notebook));
    this.#show(event.put);
    this.#page.edits.write(notebook.cells.filter((cell) => event.put.includes(cell.id)));
    this.#settings.changed(this.#draft);
  }

  #choose(id: string): void {
    if (this.#at === id) return;
    if (this.#at !== null) this.#frames.get(this.#at)?.section.removeAttribute("data-chosen");
    this.#at = id;
    this.#frames.get(id)?.section.setAttribute("data-chosen", "");
  }

  #act(name: CommandName): void {
    const command = COMMANDS[name];
    const cell = this.#at ?? this.#draft.cells.at(0)?.id ?? "";
    command.act(this, cell);
  }

  #quietly(work: Promise<unknown>): void {
    work.catch(() => undefined); // the status line and notices tell of it
  }
}
