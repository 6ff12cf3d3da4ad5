/** The panel "Files": what a notebook's cells can read, and what they wrote. */

import { makeIconButton } from "../editor/icon-button.ts";
import { makeTextButton } from "../view/button.ts";
import { addPanel } from "../view/panel.ts";
import { sizeText } from "../view/sizes.ts";
import type { Folder, FolderFile } from "./folder.ts";

export interface FilesPanelEvents {
  readonly pick: () => void;
  readonly take: (files: readonly File[]) => void;
  readonly download: (file: FolderFile) => void;
  readonly remove: (name: string) => void;
  /** Whether a file is kept, as a word for its line; null where there is nothing to say. */
  readonly noteOf: (file: FolderFile) => string | null;
  /** What is to be said of all files; null if nothing. */
  readonly note: () => string | null;
}

const NONE = "None yet. Upload one, or drop it here: cells read it by its name, as in open(\"prices.csv\"). What they write is listed here, too.";

export class FilesPanel {
  readonly #details: HTMLDetailsElement;
  readonly #folder: Folder;
  readonly #events: FilesPanelEvents;
  readonly #count = make("span", "tn-count");
  readonly #list = make("ul", "tn-folder");
  readonly #none = make("p", "tn-folder-none");
  readonly #note = make("p", "tn-folder-note");
  readonly #sum = make("span", "tn-folder-sum");
  readonly #upload: HTMLButtonElement;

  /** Adds the closed panel to the bar. */
  constructor(bar: HTMLElement, folder: Folder, events: FilesPanelEvents) {
    this.#folder = folder;
    this.#events = events;
    const { details, body } = addPanel(bar, "tn-files", "Files");
    this.#details = details;
    details.querySelector("summary")?.append(this.#count);
    this.#none.textContent = NONE;
    this.#upload = makeTextButton("Upload…", events.pick);
    const foot = make("div", "tn-folder-foot");
    foot.append(this.#upload, this.#sum);
    body.append(this.#list, this.#none, this.#note, foot);
    hearDrops(body, events.take);
    folder.onChange(() => {
      this.refresh();
    });
    this.refresh();
  }

  get element(): HTMLElement {
    return this.#details;
  }

  /** Opens the panel for somebody who has no pointer at hand. */
  open(): void {
    this.#details.open = true;
    this.#upload.focus();
  }

  /** Shows the files as they are now; whoever was at a line's button is at the same button of the next line. */
  refresh(): void {
    const { files, size } = this.#folder;
    const at = this.#focused();
    this.#list.replaceChildren(...files.map((file) => this.#makeRow(file)));
    this.#list.hidden = files.length === 0;
    this.#none.hidden = files.length > 0;
    this.#count.textContent = files.length === 0 ? "" : String(files.length);
    this.#sum.textContent = files.length < 2 ? "" : `${files.length} files, ${sizeText(size)}`;
    const note = files.length === 0 ? null : this.#events.note();
    this.#note.textContent = note ?? "";
    this.#note.hidden = note === null;
    if (at === null) return;
    const row = this.#list.children[Math.min(at.row, files.length - 1)];
    (row?.querySelectorAll("button")[at.button] ?? this.#upload).focus();
  }

  /** The place of the button in the list that has the focus. */
  #focused(): { readonly row: number; readonly button: number } | null {
    const row = [...this.#list.children].findIndex((child) => child.contains(document.activeElement));
    if (row < 0) return null;
    const buttons = [...(this.#list.children[row]?.querySelectorAll("button") ?? [])];
    return { row, button: buttons.findIndex((button) => button === document.activeElement) };
  }

  #makeRow(file: FolderFile): HTMLElement {
    const row = make("li", "tn-folder-file");
    row.dataset["file"] = file.name;
    const name = make("span", "tn-folder-name");
    name.textContent = file.name;
    name.title = file.name;
    const about = make("small", "tn-folder-about");
    const origin = file.origin === "uploaded" ? "uploaded" : "written by a cell";
    about.textContent = [sizeText(file.content.size), origin].join(" · ");
    const note = this.#events.noteOf(file);
    if (note !== null) {
      const mark = make("strong", "tn-folder-mark");
      mark.textContent = note;
      about.append(" · ", mark);
    }
    row.append(
      name,
      about,
      makeIconButton("download", `Download ${file.name}`, () => { this.#events.download(file); }),
      makeIconButton("bin", `Delete ${file.name}`, () => { this.#events.remove(file.name); }),
    );
    return row;
  }
}

/** Takes files that are dropped on the panel, whatever they are. */
function hearDrops(body: HTMLElement, take: (files: readonly File[]) => void): void {
  const mark = (isOver: boolean): void => {
    body.toggleAttribute("data-over", isOver);
  };
  body.addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes("Files") !== true) return;
    event.preventDefault();
    mark(true);
  });
  body.addEventListener("dragleave", () => {
    mark(false);
  });
  body.addEventListener("drop", (event) => {
    mark(false);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    take(files);
  });
}

function make<K extends keyof HTMLElementTagNameMap>(tag: K, name: string): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}
