/**
 * Text as a terminal would show it: pieces of two streams to lines of spans, and these to DOM. The exporter's side is
 * `host/export/console.py`; `tests/contracts/console.json` holds both.
 */

import type { ConsoleText } from "../../protocol/messages.ts";

/** One of the sixteen colours that a theme decides on (0 to 15), any other as `#rrggbb`, or none. */
type Colour = number | string | null;

/** Characters of one line that look alike, with the classes and the two free colours that they have. */
export interface Span {
  readonly stream: string;
  readonly text: string;
  readonly classes: readonly string[];
  readonly foreground: string | null;
  readonly background: string | null;
}

export type Line = readonly Span[];

interface Style {
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
  readonly foreground: Colour;
  readonly background: Colour;
}

/** How a character is drawn, and by which stream: one object for each change, so that equal ones are identical. */
interface Mark {
  readonly stream: string;
  readonly style: Style;
}

const PLAIN: Style = {
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
  foreground: null,
  background: null,
};

/** Text of more lines than the first shows so many at its beginning and its end; the rest is folded away. */
export const [FOLD_OVER, HEAD, TAIL] = [30, 12, 8] as const;
/** How far to the right a sequence may move the cursor, in columns. */
const WIDEST = 1000;
const LEVELS = [0, 95, 135, 175, 215, 255] as const;

/* eslint-disable no-control-regex -- control characters are what this is about */
const TOKEN = new RegExp(
  [
    /\x1b\[(?<parameters>[0-?]*)(?<between>[ -/]*)(?<final>[@-~]?)/, // a control sequence
    /\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?/, // a string: titles, links, pictures
    /\x1b[ -/]*[0-~]?/, // any other escape
    /(?<text>[^\x00-\x08\x0a-\x1f\x7f-\x9f]+)/,
    /(?<control>[\x00-\x08\x0a-\x1f\x7f-\x9f])/,
  ]
    .map((part) => part.source)
    .join("|"),
  "g",
);
/* eslint-enable no-control-regex */

class Row {
  readonly characters: string[] = [];
  readonly marks: Mark[] = [];

  write(column: number, characters: readonly string[], mark: Mark): void {
    const blank = { stream: mark.stream, style: PLAIN };
    while (this.characters.length < column) {
      this.characters.push(" ");
      this.marks.push(blank);
    }
    for (const [index, character] of characters.entries()) {
      this.characters[column + index] = character;
      this.marks[column + index] = mark;
    }
  }

  cut(column: number): void {
    this.characters.length = this.marks.length = Math.min(column, this.characters.length);
  }
}

/** A terminal without a width: what was written, and where the cursor stands. */
class Screen {
  readonly rows: Row[] = [new Row()];
  #row = 0;
  #column = 0;
  #style = PLAIN;

  write(stream: string, text: string): void {
    let mark: Mark = { stream, style: this.#style };
    for (const { groups = {} } of text.matchAll(TOKEN)) {
      const { text: plain, control, final, between, parameters = "" } = groups;
      if (plain !== undefined) {
        const characters = Array.from(plain);
        this.#at.write(this.#column, characters, mark);
        this.#column += characters.length;
      } else if (control !== undefined) {
        this.#control(control);
      } else if (final === "m" && between === "") {
        this.#style = restyle(this.#style, parameters);
        mark = { stream, style: this.#style };
      } else if (final !== undefined && final !== "" && between === "" && /^\d{0,6}$/.test(parameters)) {
        this.#move(final, Number(parameters), stream);
      }
    }
  }

  get #at(): Row {
    let row = this.rows[this.#row];
    if (row === undefined) this.rows[this.#row] = row = new Row();
    return row;
  }

  #control(character: string): void {
    switch (character) {
      case "\n":
        this.#row += 1;
        this.#column = 0;
        if (this.#row === this.rows.length) this.rows.push(new Row());
        break;
      case "\r":
        this.#column = 0;
        break;
      case "\b":
        this.#column = Math.max(0, this.#column - 1);
        break;
    }
  }

  #move(final: string, number: number, stream: string): void {
    const steps = number === 0 ? 1 : number;
    switch (final) {
      case "A":
        this.#row = Math.max(0, this.#row - steps);
        break;
      case "B":
        this.#row = Math.min(this.rows.length - 1, this.#row + steps);
        break;
      case "C":
        this.#column = Math.max(this.#column, Math.min(this.#column + steps, WIDEST));
        break;
      case "D":
        this.#column = Math.max(0, this.#column - steps);
        break;
      case "G":
        this.#column = Math.min(steps - 1, WIDEST);
        break;
      case "K":
        this.#erase(number, stream);
        break;
    }
  }

  #erase(part: number, stream: string): void {
    const row = this.#at;
    if (part === 0) row.cut(this.#column);
    else if (part === 1) {
      const blanks = Array<string>(Math.min(this.#column + 1, row.characters.length)).fill(" ");
      row.write(0, blanks, { stream, style: PLAIN });
    } else if (part === 2) row.cut(0);
  }
}

/**
 * What a terminal shows of `pieces`, line by line; text that ends with a line has an empty last one. What overwrites
 * and what is dropped is as the exporter has it.
 */
export function screenLines(pieces: readonly ConsoleText[]): readonly Line[] {
  const screen = new Screen();
  let isWritten = false;
  for (let at = 0; at < pieces.length; ) {
    const stream = pieces[at]?.stream ?? "stdout";
    let text = ""; // a sequence may be cut in two
    for (; pieces[at]?.stream === stream; at += 1) text += pieces[at]?.text ?? "";
    isWritten ||= text !== "";
    screen.write(stream, text);
  }
  return isWritten ? screen.rows.map(lineOf) : [];
}

/** The style that `CSI parameters m` makes of `style`; what is not known changes nothing. */
function restyle(before: Style, parameters: string): Style {
  const waiting = parameters.split(";");
  let style = before;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [code = "", ...parts] = next.split(":");
    if (code === "38" || code === "48") {
      const told = parts.length > 0 ? [...parts.slice(0, 1), ...parts.slice(-3)] : takeColour(waiting);
      const colour = freeColour(told);
      if (colour !== null) style = { ...style, [code === "38" ? "foreground" : "background"]: colour };
    } else if (code === "4" && parts.length > 0) {
      style = { ...style, underline: parts[0] !== "0" };
    } else if (parts.length === 0) {
      style = rendition(style, code);
    }
  }
  return style;
}

function rendition(style: Style, code: string): Style {
  switch (code) {
    case "":
    case "0":
      return PLAIN;
    case "1":
      return { ...style, bold: true };
    case "2":
      return { ...style, dim: true };
    case "3":
      return { ...style, italic: true };
    case "4":
    case "21":
      return { ...style, underline: true };
    case "7":
      return { ...style, inverse: true };
    case "22":
      return { ...style, bold: false, dim: false };
    case "23":
      return { ...style, italic: false };
    case "24":
      return { ...style, underline: false };
    case "27":
      return { ...style, inverse: false };
    case "39":
      return { ...style, foreground: null };
    case "49":
      return { ...style, background: null };
  }
  if (!/^(?:[349][0-7]|10[0-7])$/.test(code)) return style;
  const [tens, unit] = [Math.floor(Number(code) / 10), Number(code) % 10];
  const colour = unit + (tens > 8 ? 8 : 0);
  return tens === 3 || tens === 9 ? { ...style, foreground: colour } : { ...style, background: colour };
}

/** The parameters that tell of a colour; they are taken. */
function takeColour(waiting: string[]): readonly string[] {
  return waiting.splice(0, waiting[0] === "2" ? 4 : waiting[0] === "5" ? 2 : 0);
}

function freeColour(parts: readonly string[]): Colour {
  const numbers = parts.map((part) => (/^\d{0,3}$/.test(part) ? Number(part) : 256));
  if (numbers.some((number) => number > 255)) return null;
  const [kind, ...rest] = numbers;
  if (kind === 5 && rest.length > 0) {
    const number = rest.at(-1) ?? 0;
    return number < 16 ? number : paletteColour(number);
  }
  return kind === 2 && rest.length === 3 ? hex(rest) : null;
}

/** Colours 16 to 255, as xterm has them: a cube of six levels each, then greys. */
function paletteColour(number: number): string {
  if (number >= 232) {
    const grey = 8 + 10 * (number - 232);
    return hex([grey, grey, grey]);
  }
  const cube = number - 16;
  return hex([Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map((level) => LEVELS[level] ?? 0));
}

function hex(parts: readonly number[]): string {
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

function lineOf(row: Row): Line {
  const spans: Span[] = [];
  let start = 0;
  for (let end = 1; end <= row.characters.length; end += 1) {
    const mark = row.marks[start];
    if (mark === undefined || row.marks[end] === mark) continue;
    addSpan(spans, spanOf(row.characters.slice(start, end).join(""), mark));
    start = end;
  }
  return spans;
}

function spanOf(text: string, { stream, style }: Mark): Span {
  const { inverse } = style;
  const foreground = inverse ? style.background : style.foreground;
  const background = inverse ? style.foreground : style.background;
  const names = (["bold", "dim", "italic", "underline"] as const).filter((name) => style[name]);
  const classes = names.map((name) => `tn-${name}`);
  if (inverse && background === null) classes.push("tn-inverse");
  for (const [name, colour] of [["fg", foreground], ["bg", background]] as const) {
    if (colour !== null) classes.push(typeof colour === "number" ? `tn-${name}-${String(colour)}` : `tn-${name}`);
  }
  if (typeof background === "string" && foreground === null) {
    classes.push(isLight(background) ? "tn-on-light" : "tn-on-dark");
  }
  const free = (colour: Colour): string | null => (typeof colour === "string" ? colour : null);
  return { stream, text, classes, foreground: free(foreground), background: free(background) };
}

function isLight(colour: string): boolean {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return 299 * red + 587 * green + 114 * blue >= 128_000;
}

/** Adds a span; one that looks like the last is joined to it, and so is the end of a line. */
function addSpan(spans: Span[], span: Span): void {
  const last = spans.at(-1);
  const joins = last !== undefined && (span.stream === "" || looksOf(last) === looksOf(span));
  if (joins) spans[spans.length - 1] = { ...last, text: last.text + span.text };
  else spans.push(span);
}

function looksOf({ stream, classes, foreground, background }: Span): string {
  return [stream, ...classes, foreground, background].join(" ");
}

const LINE_END: Span = { stream: "", text: "\n", classes: [], foreground: null, background: null };

/** Renders what a cell wrote: nothing without text, one block, or a first one, a fold and a last one. */
export function renderConsole(pieces: readonly ConsoleText[], isOpen = false): readonly HTMLElement[] {
  const lines = screenLines(pieces);
  return lines.length === 0 ? [] : renderBlocks(lines, true, isOpen);
}

/** Renders a text that is an output. */
export function renderPlain(text: string): HTMLElement {
  const blocks = renderBlocks(screenLines([{ stream: "stdout", text }]), false, false);
  const [only] = blocks;
  if (blocks.length === 1 && only !== undefined) {
    only.className = "tn-text";
    return only;
  }
  const element = document.createElement("div");
  element.className = "tn-text";
  element.append(...blocks);
  return element;
}

function renderBlocks(lines: readonly Line[], streams: boolean, isOpen: boolean): readonly HTMLElement[] {
  const count = lines.length - (lines.at(-1)?.length === 0 ? 1 : 0);
  if (count <= FOLD_OVER) return [renderBlock(lines, streams)];
  const fold = document.createElement("details");
  fold.className = "tn-fold";
  fold.open = isOpen;
  const title = document.createElement("summary");
  title.append(
    ...[`Show all ${count.toLocaleString("en")} lines`, "Show fewer lines"].map((words, index) => {
      const span = document.createElement("span");
      span.className = index === 0 ? "tn-fold-more" : "tn-fold-less";
      span.textContent = words;
      return span;
    }),
  );
  const tail = count - TAIL;
  title.dataset["lines"] = (tail - HEAD).toLocaleString("en");
  fold.append(title, renderBlock([...lines.slice(HEAD, tail), []], streams));
  return [renderBlock([...lines.slice(0, HEAD), []], streams), fold, renderBlock(lines.slice(tail), streams)];
}

function renderBlock(lines: readonly Line[], streams: boolean): HTMLElement {
  const joined: Span[] = [];
  for (const [number, line] of lines.entries()) {
    if (number > 0) addSpan(joined, LINE_END);
    for (const span of line) addSpan(joined, span);
  }
  const block = document.createElement("pre");
  block.append(...joined.map((span) => renderSpan(span, streams)));
  return block;
}

function renderSpan(span: Span, streams: boolean): Node {
  const classes = [...(streams && span.stream !== "" ? [`tn-${span.stream}`] : []), ...span.classes];
  if (classes.length === 0) return document.createTextNode(span.text);
  const element = document.createElement("span");
  element.className = classes.join(" ");
  element.textContent = span.text;
  // Properties, not an attribute: the page's policy refuses these.
  if (span.foreground !== null) element.style.setProperty("--tn-fg", span.foreground);
  if (span.background !== null) element.style.setProperty("--tn-bg", span.background);
  return element;
}
