"""The table of contents: headings of Markdown cells, their anchors, and the list of links to them.

The page's side, for text that is edited there, is `js/page/view/contents.ts`; `tests/contracts/anchors.json`
holds both.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

DEEPEST = 3
"""Headings below this level have anchors, and are not in the table."""
FEWEST = 2
"""With fewer headings than these there is nothing to find one's way in."""


@dataclass(frozen=True)
class Heading:
    """A heading of a notebook: its level (1 to 6), its words, and the id that links lead to."""

    level: int
    text: str
    anchor: str


def make_anchors(texts: Iterable[str]) -> list[str]:
    """Return an id for each heading, in order: its words in small letters, hyphens between, each id once."""
    anchors: list[str] = []
    for text in texts:
        name = re.sub(r"[\W_]+", "-", text.lower()).strip("-") or "section"
        if name.startswith("tn-"):  # the page's own
            name = f"section-{name}"
        number, anchor = 1, name
        while anchor in anchors:
            number += 1
            anchor = f"{name}-{number}"
        anchors.append(anchor)
    return anchors


def listed(headings: Sequence[Heading]) -> list[Heading]:
    """Return the headings that the table shows: not the only title, and none if that leaves too few."""
    titles = [heading for heading in headings if heading.level == 1]
    shown = [
        heading for heading in headings if heading.level <= DEEPEST and (len(titles) > 1 or heading.level > 1)
    ]
    return shown if len(shown) >= FEWEST else []


def render_contents(headings: Sequence[Heading]) -> str:
    """Return the table as HTML: beside the text where there is room, else shown by the bar's button."""
    items = "\n".join(
        f'<li data-level="{heading.level}"><a href="#{html.escape(heading.anchor)}">'
        f"{html.escape(heading.text)}</a></li>"
        for heading in listed(headings)
    )
    hidden = "" if items else " hidden"
    return (
        f'<nav class="tn-contents" id="tn-contents" aria-label="Contents" popover{hidden}>'
        f"<ol>\n{items}\n</ol></nav>"
    )


def render_contents_button(headings: Sequence[Heading]) -> str:
    """Return the button that shows the table on narrow screens; it needs no script."""
    hidden = "" if listed(headings) else " hidden"
    return (
        '<button class="tn-contents-button" type="button" popovertarget="tn-contents"'
        f"{hidden}>Contents</button>"
    )
