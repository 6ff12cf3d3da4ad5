/** A cell on the page while its notebook is edited: its tools, and the editor of its source. */

import type { KeyBinding } from "@codemirror/view";

import { makeTextButton } from "../view/button.ts";
import type { Ask } from "./assistance.ts";
import { CellEditor, type Place } from "./cell-editor.ts";
import type { DraftCell } from "./draft.ts";
import { icon } from "./icons.ts";

/** What a frame tells. */
export interface FrameEvents {
  readonly written: (id: string, source: string) => void;
  /** Somebody is at this cell now. */
  readonly entered: (id: string) => void;
  readonly left: (id: string) => void;
  readonly run: (id: string) => void;
  readonly renamed: (id: string, name: string) => void;
  readonly menu: (id: string, button: HTMLElement) => void;
  readonly ask: Ask;
}

export class CellFrame {
  readonly id: string;
  readonly section: HTMLElement;
  readonly #events: FrameEvents;
  readonly #keys: readonly KeyBinding[];
  readonly #tools: HTMLElement;
  readonly #name: HTMLButtonElement;
  readonly #host: HTMLElement;
  #cell: DraftCell;
  #editor: CellEditor | null = null;

  constructor(section: HTMLElement, cell: DraftCell, events: FrameEvents, keys: readonly KeyBinding[]) {
    this.id = cell.id;
    this.section = section;
    this.#cell = cell;
    this.#events = events;
    this.#keys = keys;
    this.#name = button("tn-cell-name", "", () => {
      this.startRenaming();
    });
    this.#tools = this.#makeTools();
    this.#host = section.querySelector<HTMLElement>(".tn-code") ?? makeSource(section);
    const details = this.#host.closest("details");
    if (details !== null) details.open = true;
    section.prepend(this.#tools);
    section.tabIndex = -1;
    section.addEventListener("focusin", () => {
      events.entered(this.id);
    });
    if (cell.kind === "markdown") {
      section.querySelector(":scope > .tn-output")?.addEventListener("dblclick", () => {
        this.write("end");
      });
    }
    this.follow(cell, false);
  }

  /** The editor; made when it is first needed. */
  get editor(): CellEditor {
    if (this.#editor !== null) return this.#editor;
    const { kind, source } = this.#cell;
    this.#host.replaceChildren();
    this.#host.classList.add("tn-editor");
    const label = `${kind === "code" ? "Code" : "Text"} of ${this.#cell.name ?? this.id}`;
    this.#editor = new CellEditor(this.#host, { kind, source, label }, this.#keys, {
      written: (text) => {
        this.#events.written(this.id, text);
      },
      focused: () => {
        this.section.dataset["writing"] = "";
      },
      left: () => {
        delete this.section.dataset["writing"];
        this.#events.left(this.id);
      },
    }, this.#events.ask);
    return this.#editor;
  }

  /** Makes the editor, if it is not there; one of text waits until somebody writes. */
  mount(): CellEditor | null {
    const isHidden = this.#cell.kind === "markdown" && !("open" in this.section.dataset) && this.#cell.source !== "";
    return isHidden ? null : this.editor;
  }

  /** Whether somebody writes in it. */
  get isWriting(): boolean {
    return this.#editor?.hasFocus ?? false;
  }

  /** Whether its editor is there. */
  get isMounted(): boolean {
    return this.#editor !== null;
  }

  /** Follows the notebook: name, settings, and a source that was not written here. */
  follow(cell: DraftCell, isEdited: boolean): void {
    this.#cell = cell;
    if (this.#editor !== null) this.#editor.source = cell.source;
    const isDisabled = cell.settings["disabled"] === true;
    this.#name.textContent = cell.name ?? this.id;
    this.#name.title = "Rename the cell";
    this.section.toggleAttribute("data-edited", isEdited);
    this.section.toggleAttribute("data-disabled", isDisabled);
    this.section.toggleAttribute("data-empty", cell.source.trim() === "");
    this.section.setAttribute("aria-label", `Cell ${cell.name ?? this.id}${isDisabled ? ", disabled" : ""}`);
  }

  /** Says what is wrong with the source as it is written; null if nothing is. */
  warn(problem: string | null): void {
    const warning = this.section.querySelector(":scope > .tn-warning");
    if (problem === null) {
      warning?.remove();
    } else if (warning?.textContent !== problem) {
      const next = document.createElement("p");
      next.className = "tn-warning";
      next.setAttribute("role", "status");
      next.textContent = problem;
      warning?.remove();
      (this.#host.closest("details") ?? this.#host).after(next);
    }
  }

  /** Puts the cursor into the source. */
  write(place?: Place): void {
    this.section.dataset["open"] = "";
    this.editor.focus(place);
  }

  /** Chooses the cell, without writing in it. */
  choose(): void {
    this.section.focus({ preventScroll: true });
    this.section.scrollIntoView({ block: "nearest" });
  }

  /** Shows text as it reads, and no longer its source. */
  fold(): void {
    delete this.section.dataset["open"];
  }

  /** Has the name be written. */
  startRenaming(): void {
    const input = document.createElement("input");
    input.className = "tn-cell-name";
    input.value = this.#cell.name ?? "";
    input.placeholder = this.id;
    input.setAttribute("aria-label", "Name of the cell");
    let isOver = false;
    const end = (isKept: boolean): void => {
      if (isOver) return;
      isOver = true;
      input.replaceWith(this.#name);
      if (isKept && input.value.trim() !== (this.#cell.name ?? "")) this.#events.renamed(this.id, input.value);
    };
    input.addEventListener("blur", () => {
      end(true);
    });
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" && event.key !== "Escape") return;
      end(event.key === "Enter");
      this.choose();
    });
    this.#name.replaceWith(input);
    input.focus();
    input.select();
  }

  close(): void {
    this.#editor?.close();
    this.#editor = null;
    this.section.remove();
  }

  #makeTools(): HTMLElement {
    const tools = document.createElement("div");
    tools.className = "tn-tools";
    tools.setAttribute("role", "toolbar");
    tools.setAttribute("aria-label", `Tools of ${this.id}`);
    const run = button("tn-run", this.#cell.kind === "code" ? "Run the cell" : "Show the text", () => {
      this.#events.run(this.id);
    });
    run.append(icon(this.#cell.kind === "code" ? "run" : "check"));
    const more = button("tn-more", "What else can be done with the cell", () => {
      this.#events.menu(this.id, more);
    });
    more.setAttribute("aria-haspopup", "menu");
    more.append(icon("more"));
    tools.append(run, this.#name, more);
    if (this.#cell.kind === "markdown") {
      const write = button("tn-write", "Write the text", () => {
        this.write("end");
      });
      write.append(icon("pencil"));
      run.after(write);
    }
    return tools;
  }
}

function button(name: string, label: string, act: () => void): HTMLButtonElement {
  const element = makeTextButton("", act, name);
  if (label !== "") element.setAttribute("aria-label", label);
  return element;
}

/** Where text is written: exported pages show it only as it reads. */
function makeSource(section: HTMLElement): HTMLElement {
  const code = document.createElement("div");
  code.className = "tn-code";
  section.prepend(code);
  return code;
}
