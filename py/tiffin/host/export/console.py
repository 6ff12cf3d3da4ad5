"""Text as a terminal would show it: pieces of two streams to lines of spans, and these to HTML.

The sequences are those of ECMA-48 (SGR: section 8.3.117, colours also as in ISO 8613-6). The page's side is
`js/page/view/console.ts`; `tests/contracts/console.json` holds both.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TypeAlias

Piece: TypeAlias = tuple[str, str]
"""A stream's name, and what was written to it."""
Colour: TypeAlias = int | str | None
"""One of the sixteen that a theme decides on (0 to 15), any other as `#rrggbb`, or none."""

FOLD_OVER, HEAD, TAIL = 30, 12, 8
"""Text of more lines than the first shows so many at its beginning and its end; the rest is folded away."""
WIDEST = 1000
"""How far to the right a sequence may move the cursor, in columns."""

_TOKEN = re.compile(
    r"\x1b\[(?P<parameters>[0-?]*)(?P<between>[ -/]*)(?P<final>[@-~]?)"  # a control sequence
    r"|\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?"  # a string: titles, links, pictures
    r"|\x1b[ -/]*[0-~]?"  # any other escape
    r"|(?P<text>[^\x00-\x08\x0a-\x1f\x7f-\x9f]+)"
    r"|(?P<control>[\x00-\x08\x0a-\x1f\x7f-\x9f])"
)
_LEVELS = (0, 95, 135, 175, 215, 255)


@dataclass(frozen=True)
class Style:
    """How a character is drawn."""

    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    inverse: bool = False
    foreground: Colour = None
    background: Colour = None


@dataclass(frozen=True)
class Span:
    """Characters of one line that look alike: their stream, the classes and the two free colours (`#rrggbb`)
    that they have beside it."""

    stream: str
    text: str
    classes: tuple[str, ...] = ()
    foreground: str | None = None
    background: str | None = None


Line: TypeAlias = tuple[Span, ...]
PLAIN = Style()


@dataclass
class _Row:
    characters: list[str] = field(default_factory=list)
    marks: list[tuple[str, Style]] = field(default_factory=list)

    def write(self, column: int, text: str, mark: tuple[str, Style]) -> None:
        gap = column - len(self.characters)
        if gap > 0:
            self.characters += " " * gap
            self.marks += [(mark[0], PLAIN)] * gap
        self.characters[column : column + len(text)] = text
        self.marks[column : column + len(text)] = [mark] * len(text)

    def cut(self, column: int) -> None:
        del self.characters[column:], self.marks[column:]


class _Screen:
    """A terminal without a width: what was written, and where the cursor stands."""

    def __init__(self) -> None:
        self.rows = [_Row()]
        self._row = self._column = 0
        self._style = PLAIN

    def write(self, stream: str, text: str) -> None:
        for token in _TOKEN.finditer(text):
            if token["text"] is not None:
                self.rows[self._row].write(self._column, token["text"], (stream, self._style))
                self._column += len(token["text"])
            elif token["control"] is not None:
                self._control(token["control"])
            elif token["final"] and not token["between"]:
                self._sequence(token["final"], token["parameters"], stream)

    def _control(self, character: str) -> None:
        match character:
            case "\n":
                self._row += 1
                self._column = 0
                if self._row == len(self.rows):
                    self.rows.append(_Row())
            case "\r":
                self._column = 0
            case "\b":
                self._column = max(0, self._column - 1)

    def _sequence(self, final: str, parameters: str, stream: str) -> None:
        if final == "m":
            self._style = restyle(self._style, parameters)
            return
        if not re.fullmatch(r"[0-9]{0,6}", parameters):
            return
        number = int(parameters or 0)
        steps = number or 1
        match final:
            case "A":
                self._row = max(0, self._row - steps)
            case "B":
                self._row = min(len(self.rows) - 1, self._row + steps)
            case "C":
                self._column = max(self._column, min(self._column + steps, WIDEST))
            case "D":
                self._column = max(0, self._column - steps)
            case "G":
                self._column = min(steps - 1, WIDEST)
            case "K":
                self._erase(number, stream)

    def _erase(self, part: int, stream: str) -> None:
        row = self.rows[self._row]
        if part == 0:
            row.cut(self._column)
        elif part == 1:
            row.write(0, " " * min(self._column + 1, len(row.characters)), (stream, PLAIN))
        elif part == 2:
            row.cut(0)


def screen_lines(pieces: Iterable[Piece]) -> tuple[Line, ...]:
    """Return the lines that a terminal shows of `pieces`; behind a line end there is one more, maybe empty.

    Carriage return, backspace, and the sequences that move the cursor or erase in a line overwrite what was
    there; graphic renditions (bold, dim, italic, underline, inverse, colours) become classes; every
    other sequence and control character is dropped. A tab is a character. No text is none, without a line.
    """
    screen = _Screen()
    written = False
    for stream, group in groupby(pieces, key=lambda piece: piece[0]):
        text = "".join(text for _, text in group)  # a sequence may be cut in two
        written = written or text != ""
        screen.write(stream, text)
    return tuple(_line(row) for row in screen.rows) if written else ()


def restyle(style: Style, parameters: str) -> Style:
    """Return the style that `CSI parameters m` makes of `style`; what is not known changes nothing."""
    waiting = parameters.split(";")
    while waiting:
        code, *parts = waiting.pop(0).split(":")
        if code in ("38", "48"):
            colour = _free_colour(parts[:1] + parts[-3:]) if parts else _next_colour(waiting)
            if colour is not None and code == "38":
                style = replace(style, foreground=colour)
            elif colour is not None:
                style = replace(style, background=colour)
        elif code == "4" and parts:
            style = replace(style, underline=parts[0] != "0")
        elif not parts:
            style = _rendition(style, code)
    return style


def _rendition(style: Style, code: str) -> Style:
    match code:
        case "" | "0":
            return PLAIN
        case "1":
            return replace(style, bold=True)
        case "2":
            return replace(style, dim=True)
        case "3":
            return replace(style, italic=True)
        case "4" | "21":
            return replace(style, underline=True)
        case "7":
            return replace(style, inverse=True)
        case "22":
            return replace(style, bold=False, dim=False)
        case "23":
            return replace(style, italic=False)
        case "24":
            return replace(style, underline=False)
        case "27":
            return replace(style, inverse=False)
        case "39":
            return replace(style, foreground=None)
        case "49":
            return replace(style, background=None)
    if re.fullmatch("[349][0-7]|10[0-7]", code) is None:
        return style
    tens, colour = divmod(int(code), 10)
    colour += 8 if tens > 8 else 0
    return replace(style, foreground=colour) if tens in (3, 9) else replace(style, background=colour)


def _next_colour(waiting: list[str]) -> Colour:
    """The colour that the next parameters tell of; they are taken."""
    count = {"2": 4, "5": 2}.get(waiting[0] if waiting else "", 0)
    taken, waiting[:] = waiting[:count], waiting[count:]
    return _free_colour(taken)


def _free_colour(parts: Sequence[str]) -> Colour:
    numbers = [int(part or 0) if re.fullmatch("[0-9]{0,3}", part) else 256 for part in parts]
    if not numbers or max(numbers) > 255:
        return None
    match numbers:
        case [5, *_, number] if len(numbers) > 1:
            return number if number < 16 else _palette(number)
        case [2, red, green, blue]:
            return f"#{red:02x}{green:02x}{blue:02x}"
    return None


def _palette(number: int) -> str:
    """Colours 16 to 255, as xterm has them: a cube of six levels each, then greys."""
    if number >= 232:
        grey = 8 + 10 * (number - 232)
        return f"#{grey:02x}{grey:02x}{grey:02x}"
    cube = number - 16
    red, green, blue = _LEVELS[cube // 36], _LEVELS[cube // 6 % 6], _LEVELS[cube % 6]
    return f"#{red:02x}{green:02x}{blue:02x}"


def _line(row: _Row) -> Line:
    spans = []
    position = 0
    for (stream, style), group in groupby(row.marks):
        end = position + sum(1 for _ in group)
        spans.append(_span(stream, "".join(row.characters[position:end]), style))
        position = end
    return tuple(spans)


def _span(stream: str, text: str, style: Style) -> Span:
    foreground, background = style.foreground, style.background
    if style.inverse:
        foreground, background = background, foreground
    classes = [f"tn-{name}" for name in ("bold", "dim", "italic", "underline") if getattr(style, name)]
    if style.inverse and background is None:
        classes.append("tn-inverse")
    for name, colour in (("fg", foreground), ("bg", background)):
        if colour is not None:
            classes.append(f"tn-{name}-{colour}" if isinstance(colour, int) else f"tn-{name}")
    if isinstance(background, str) and foreground is None:
        classes.append("tn-on-light" if _is_light(background) else "tn-on-dark")
    return Span(
        stream,
        text,
        tuple(classes),
        foreground if isinstance(foreground, str) else None,
        background if isinstance(background, str) else None,
    )


def _is_light(colour: str) -> bool:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 299 * red + 587 * green + 114 * blue >= 128_000


def render_console(pieces: Iterable[Piece]) -> str:
    """Return the content of a cell's console, empty without text; each span is marked by its stream."""
    lines = screen_lines(pieces)
    return "".join(_blocks(lines, streams=True)) if lines else ""


def render_plain(text: str) -> str:
    """Return the element of a text that is an output."""
    if len(text) < FOLD_OVER and text.isprintable():
        return f'<pre class="tn-text">{html.escape(text)}</pre>'
    blocks = _blocks(screen_lines([("stdout", text)]), streams=False)
    if len(blocks) == 1:
        return blocks[0].replace("<pre>", '<pre class="tn-text">', 1)
    return f'<div class="tn-text">{"".join(blocks)}</div>'


def _blocks(lines: tuple[Line, ...], *, streams: bool) -> list[str]:
    """The lines as one block, or the first, the folded and the last ones."""
    ended = bool(lines) and not lines[-1]
    count = len(lines) - ended
    if count <= FOLD_OVER:
        return [_block(lines, streams=streams)]
    tail = count - TAIL
    return [
        _block((*lines[:HEAD], ()), streams=streams),
        f'<details class="tn-fold"><summary data-lines="{tail - HEAD:,}">{fold_title(count)}</summary>'
        f"{_block((*lines[HEAD:tail], ()), streams=streams)}</details>",
        _block(lines[tail:], streams=streams),
    ]


def fold_title(count: int) -> str:
    """Return the words on what shows the folded lines of a text that has so many in all, as HTML."""
    return (
        f'<span class="tn-fold-more">Show all {count:,} lines</span>'
        '<span class="tn-fold-less">Show fewer lines</span>'
    )


def _block(lines: Sequence[Line], *, streams: bool) -> str:
    joined: list[Span] = []
    for number, line in enumerate(lines):
        if number > 0:
            _join(joined, Span("", "\n"))
        for span in line:
            _join(joined, span)
    text = "".join(_markup(span, streams=streams) for span in joined)
    return f"<pre>{chr(10) if text.startswith(chr(10)) else ''}{text}</pre>"  # the parser drops a first one


def _join(spans: list[Span], span: Span) -> None:
    """Add a span; the end of a line belongs to what stands before it."""
    if spans and (span.stream == "" or replace(span, text="") == replace(spans[-1], text="")):
        spans[-1] = replace(spans[-1], text=spans[-1].text + span.text)
    else:
        spans.append(span)


def _markup(span: Span, *, streams: bool) -> str:
    classes = [f"tn-{span.stream}"] if streams and span.stream else []
    names = " ".join([*classes, *span.classes])
    if not names:
        return html.escape(span.text)
    colours = (("fg", span.foreground), ("bg", span.background))
    style = ";".join(f"--tn-{name}:{colour}" for name, colour in colours if colour is not None)
    # What the page's script and a style sheet of the site make styles of: see `styles.py`.
    moved = f' data-tn-style="{style}"' if style else ""
    return f'<span class="{names}"{moved}>{html.escape(span.text)}</span>'
