/** The source of one cell, in an editor. */

import { Annotation, EditorState } from "@codemirror/state";
import { EditorView, type KeyBinding } from "@codemirror/view";

import type { Ask } from "./assistance.ts";
import { editorSetup } from "./code-setup.ts";
import type { CellKind } from "./draft.ts";

/** What an editor tells. */
export interface EditorEvents {
  readonly written: (source: string) => void;
  readonly focused: () => void;
  readonly left: () => void;
}

/** Where the cursor goes. */
export type Place = "start" | "end" | number;

/** Marks a change that does not come from whoever types. */
const Given = Annotation.define<boolean>();

export class CellEditor {
  readonly #view: EditorView;

  constructor(
    parent: HTMLElement,
    about: { readonly kind: CellKind; readonly source: string; readonly label: string },
    keys: readonly KeyBinding[],
    events: EditorEvents,
    ask: Ask,
  ) {
    this.#view = new EditorView({
      parent,
      state: EditorState.create({
        doc: about.source,
        extensions: [
          editorSetup(about.kind, about.label, keys, ask),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !update.transactions.some((change) => change.annotation(Given) === true)) {
              events.written(update.state.doc.toString());
            }
            if (!update.focusChanged) return;
            if (update.view.hasFocus) events.focused();
            else events.left();
          }),
        ],
      }),
    });
  }

  get source(): string {
    return this.#view.state.doc.toString();
  }

  /** Shows another source, which somebody else has written; who types keeps the place. */
  set source(source: string) {
    if (source === this.source) return;
    const { doc } = this.#view.state;
    this.#view.dispatch({ changes: { from: 0, to: doc.length, insert: source }, annotations: Given.of(true) });
  }

  get hasFocus(): boolean {
    return this.#view.hasFocus;
  }

  /** The position of the cursor in the source. */
  get position(): number {
    return this.#view.state.selection.main.head;
  }

  /** What is marked, as text. */
  get marked(): string {
    const { from, to } = this.#view.state.selection.main;
    return this.#view.state.sliceDoc(from, to);
  }

  /** Whether the cursor stands in the first or last line, with nothing marked. */
  isAt(end: "start" | "end"): boolean {
    const { selection, doc } = this.#view.state;
    if (!selection.main.empty) return false;
    return doc.lineAt(selection.main.head).number === (end === "start" ? 1 : doc.lines);
  }

  focus(place?: Place): void {
    if (place !== undefined) {
      const { length } = this.#view.state.doc;
      const anchor = place === "start" ? 0 : place === "end" ? length : Math.min(place, length);
      this.#view.dispatch({ selection: { anchor } });
    }
    this.#view.focus();
    this.#view.dispatch({ scrollIntoView: true });
  }

  /** Marks a part of the source, and brings it into view. */
  mark(from: number, to: number): void {
    const { length } = this.#view.state.doc;
    this.#view.dispatch({ selection: { anchor: Math.min(from, length), head: Math.min(to, length) }, scrollIntoView: true });
  }

  /** Marks nothing any more. */
  unmark(): void {
    this.#view.dispatch({ selection: { anchor: this.position } });
  }

  close(): void {
    this.#view.destroy();
  }
}
