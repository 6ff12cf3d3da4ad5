"""Styles in outputs, moved where a Content-Security-Policy without `unsafe-inline` lets them be.

A `<style>` element becomes a file, linked from where it stood; a `style` attribute becomes `data-tn-style`,
which the page's script sets as the element's style, and a style sheet until then. See decision 023.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

KeepFile: TypeAlias = Callable[[bytes, str], str]
"""Puts bytes into the site under a name with this suffix, and returns the URL relative to the page."""

ATTRIBUTE = "data-tn-style"
_UP = "../../"
"""From a file of an output to its page, which relative addresses in styles are meant from."""
_MARKUP = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))|<!\[CDATA\[.*?(?:\]\]>|\Z)|<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*)|<[!?/][^>]*>",
    re.DOTALL,
)
_PART = re.compile(
    r"""[\s/]*(?P<attribute>[^\s/>][^\s/>=]*)(?:\s*=\s*(?:"(?P<a>[^"]*)"|'(?P<b>[^']*)'|(?P<c>[^\s>]*)))?"""
)
_TAG_END = re.compile(r"[\s/]*>")
_RAW = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})
"""Elements in which a tag is only text."""
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_RELATIVE = re.compile(r"""(\burl\(\s*["']?)(?![a-z][a-z0-9+.-]*:|[/#"')\s])""", re.IGNORECASE)
_MOVED = re.compile(rf'\s{ATTRIBUTE}="([^"]*)"')
_DECLARATIONS = re.compile(
    r"""(?:[^"'(){}\[\]\\/@<>]|/(?!\*)|"[^"\\\n]*"|'[^'\\\n]*'"""
    r"""|\((?:[^"'(){}\[\]\\@]|"[^"\\\n]*"|'[^'\\\n]*'|\([^"'(){}\[\]\\@]*\))*\))*"""
)
"""Declarations that end where they seem to, and so cannot spoil the rules behind them."""


@dataclass(frozen=True)
class _Tag:
    """A tag that opens an element, or `closes` one: `start` to `end` in the markup."""

    name: str
    closes: bool
    start: int
    end: int
    attributes: dict[str, str]
    styles: list[tuple[int, int]]
    """Where its style attributes stand; only the first one counts."""
    text_end: int
    """Where the text ends that follows, if there may be nothing but text in the element."""
    drawing: int | None
    """Where the SVG begins that it is in, if it is."""


def move_styles(markup: str, keep_file: KeepFile) -> str:
    """Return an author's HTML or SVG with its styles moved, everything else as it was."""
    if "style" not in markup.lower():
        return markup
    edits: list[tuple[int, int, str]] = []
    for tag in _tags(markup):
        if tag.closes:
            continue
        if tag.name == "style" and tag.attributes.get("type", "") in ("", "text/css"):
            closed = markup.find(">", tag.text_end)
            end = tag.end if tag.text_end == tag.end else len(markup) if closed < 0 else closed + 1
            content = markup[tag.end : tag.text_end]
            if tag.drawing is None:
                edits.append((tag.start, end, _link(content, tag, keep_file)))
            else:  # in an SVG a link is no link, so it stands before
                edits.append((tag.drawing, tag.drawing, _link(_svg_text(content), tag, keep_file)))
                edits.append((tag.start, end, ""))
            continue
        for number, (start, end) in enumerate(tag.styles):
            moved = f'{ATTRIBUTE}="{html.escape(tag.attributes["style"])}"'
            edits.append((start, end, "" if number else moved))
    pieces, done = [], 0
    for start, end, text in sorted(edits, key=lambda edit: edit[0]):
        pieces += [markup[done:start], text]
        done = end
    return "".join([*pieces, markup[done:]])


def attribute_sheet(moved: str) -> str:
    """Return a style sheet for what `move_styles` made of attributes, empty if that is nothing.

    It is for the time before the page's script, and for readers without one.
    """
    rules: dict[str, None] = {}
    for found in _MOVED.finditer(moved):
        text = html.unescape(found[1])
        if text.strip() and _DECLARATIONS.fullmatch(text):
            # As strong as an attribute is: stronger than what ids choose.
            rules[f'[{ATTRIBUTE}="{_css_string(text)}"]:not(#_#_#_){{{_from_file(text)}}}\n'] = None
    return "".join(rules)


def _tags(markup: str) -> Iterator[_Tag]:
    """Every tag, in order; what is in comments and in elements of plain text has none."""
    at = depth = drawing = 0
    while (found := _MARKUP.search(markup, at)) is not None:
        at = found.end()
        if found["name"] is None:
            continue
        attributes: dict[str, str] = {}
        styles: list[tuple[int, int]] = []
        while (ending := _TAG_END.match(markup, at)) is None:
            part = _PART.match(markup, at)
            if part is None:
                return  # a tag that never ends is none
            at = part.end()
            name = part["attribute"].lower()
            value = next((part[group] for group in "abc" if part[group] is not None), "")
            attributes.setdefault(name, html.unescape(value))
            if name == "style":
                styles.append((part.start("attribute"), at))
        at = ending.end()
        name, closes = found["name"].lower(), found["end"] == "/"
        # Only in a drawing may a slash at the end of a tag close the element.
        closed = "/" in ending[0] and (depth > 0 or name == "svg")
        text_end = at if closes or closed or name not in _RAW else _text_end(markup, name, at)
        if name == "svg":
            drawing = found.start() if depth == 0 else drawing
            depth = max(0, depth - 1) if closes else depth + (not closed)
        inside = drawing if depth > 0 else None
        yield _Tag(name, closes, found.start(), at, attributes, styles, text_end, inside)
        at = text_end


def _text_end(markup: str, name: str, at: int) -> int:
    found = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(markup, at)
    return len(markup) if found is None else found.start()


def _svg_text(content: str) -> str:
    """What a style element of an SVG says, where text is written as in XML."""
    return _CDATA.sub(r"\1", content) if "<![CDATA[" in content else html.unescape(content)


def _link(css: str, tag: _Tag, keep_file: KeepFile) -> str:
    if not css.strip():
        return ""
    address = keep_file(_from_file(css).encode("utf-8", "replace"), ".css")
    media = f' media="{html.escape(tag.attributes["media"])}"' if "media" in tag.attributes else ""
    return f'<link rel="stylesheet" href="{html.escape(address)}"{media}>'


def _from_file(css: str) -> str:
    """The same styles with addresses as they are meant from a file of an output."""
    return _RELATIVE.sub(rf"\g<1>{_UP}", css)


def _css_string(text: str) -> str:
    """Text inside a string of CSS."""
    return re.sub(r'["\\\x00-\x1f\x7f]', lambda found: f"\\{ord(found[0]):x} ", text)
