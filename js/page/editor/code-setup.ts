/** How CodeMirror is set up for every cell: language, colours, and the keys of an editor. */

import {
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
  completionStatus,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import {
  bracketMatching,
  defineLanguageFacet,
  foldKeymap,
  indentOnInput,
  indentUnit,
  Language,
  syntaxHighlighting,
} from "@codemirror/language";
import { highlightSelectionMatches } from "@codemirror/search";
import { EditorState, type Extension, Prec, type Transaction } from "@codemirror/state";
import {
  drawSelection,
  dropCursor,
  EditorView,
  highlightSpecialChars,
  keymap,
  type KeyBinding,
  placeholder,
} from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";
import { parser as markdownParser, Strikethrough, Table } from "@lezer/markdown";

import { CODE_COLOURS } from "../view/code-colours.ts";
import { type Ask, assistance } from "./assistance.ts";
import type { CellKind } from "./draft.ts";

/** The classes that exported code has, and those of Markdown as it is written. */
const COLOURS = tagHighlighter([
  ...CODE_COLOURS,
  { tag: [tags.meta], class: "nf" },
  { tag: [tags.standard(tags.name)], class: "nb" },
  { tag: [tags.heading], class: "tn-md-heading" },
  { tag: [tags.emphasis], class: "tn-md-emphasis" },
  { tag: [tags.strong], class: "tn-md-strong" },
  { tag: [tags.link, tags.url], class: "tn-md-link" },
  { tag: [tags.monospace], class: "tn-md-code" },
  { tag: [tags.processingInstruction, tags.contentSeparator], class: "c" },
  { tag: [tags.invalid], class: "err" },
]);

/** What every editor of code or text has. `keys` come before CodeMirror's own; `ask` asks Python for help. */
export function editorSetup(kind: CellKind, label: string, keys: readonly KeyBinding[], ask: Ask): Extension {
  return [
    Prec.highest(keymap.of(completionKeymap.filter((binding) => binding.key !== "Escape"))),
    Prec.high(keymap.of(keys.map(afterCompletion))),
    history(),
    highlightSpecialChars(),
    drawSelection(),
    dropCursor(),
    EditorState.allowMultipleSelections.of(true),
    indentUnit.of("    "),
    EditorState.tabSize.of(4),
    bracketMatching(),
    closeBrackets(),
    highlightSelectionMatches(),
    syntaxHighlighting(COLOURS),
    EditorView.contentAttributes.of({ "aria-label": label }),
    TYPING_OVER,
    kind === "code" ? [CODE, assistance(ask)] : TEXT,
    keymap.of([
      ...closeBracketsKeymap,
      ...foldKeymap,
      ...historyKeymap,
      indentWithTab,
      // What would take keys from the notebook is left out.
      ...defaultKeymap.filter((binding) => !TAKEN.has(binding.key ?? "")),
    ]),
  ];
}

/**
 * Puts what is typed over a selection into the text itself. Chromium would keep the look of what was there in a style
 * attribute, for CodeMirror to take away again, and the page's policy reports that.
 */
const TYPING_OVER = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { data, inputType } = event;
    const { main, ranges } = view.state.selection;
    if (inputType !== "insertText" || data === null || ranges.every((range) => range.empty)) return false;
    const insert = (): Transaction =>
      view.state.update(view.state.replaceSelection(data), { userEvent: "input.type", scrollIntoView: true });
    const handlers = view.state.facet(EditorView.inputHandler);
    if (!handlers.some((handle) => handle(view, main.from, main.to, data, insert))) view.dispatch(insert());
    return true;
  },
});

/** Keys close a list of completions that is open; Escape does nothing else then. */
function afterCompletion(binding: KeyBinding): KeyBinding {
  const { key, run } = binding;
  if (run === undefined || key?.startsWith("Arrow") === true) return binding;
  return {
    ...binding,
    run: (view) => {
      const wasOpen = completionStatus(view.state) === "active";
      closeCompletion(view);
      return (key === "Escape" && wasOpen) || run(view);
    },
  };
}

/** Keys that mean something to the notebook. */
const TAKEN = new Set(["Mod-Enter", "Shift-Enter", "Escape"]);

const CODE: Extension = [python(), indentOnInput()];

/** Markdown as pages show it. CodeMirror's own package has HTML, CSS and JavaScript with it, five times its size. */
const MARKDOWN = new Language(defineLanguageFacet(), markdownParser.configure([Table, Strikethrough]), [], "markdown");

const TEXT: Extension = [MARKDOWN, EditorView.lineWrapping, placeholder("Write in Markdown")];
