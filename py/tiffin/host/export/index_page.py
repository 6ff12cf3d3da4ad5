"""The page that lists the notebooks of a site."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import quote

from markdown_it.token import Token

from tiffin.host.export.markdown import parse_markdown
from tiffin.notebook.notebook import Notebook

LONGEST = 190
"""A summary has at most this many characters."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "base-uri 'none'"
)
"""The page's Content-Security-Policy: it starts nothing and asks nobody."""


@dataclass(frozen=True)
class Card:
    """A notebook in the list: its folder in the site, its title, some sentences of it, the address of its
    picture, with what that shows in words and its width and height."""

    folder: str
    title: str
    summary: str = ""
    picture: str | None = None
    alt: str = ""
    size: tuple[int, int] | None = None


def render_index(
    cards: Iterable[Card],
    script: str,
    styles: str,
    fonts: Iterable[str] = (),
    title: str = "Notebooks",
    playground: str | None = None,
) -> str:
    """Return the page for `cards`; `script`, `styles` and `fonts` are addresses, `playground` the folder of
    one in the same site, which then can open every notebook."""
    items = "\n".join(_render_card(card, playground) for card in cards)
    early = "".join(
        f'<link rel="preload" href="{font}" as="font" type="font/woff2" crossorigin>' for font in fonts
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<title>{html.escape(title)}</title><link rel="icon" href="data:,">'
        f'<script src="{script}"></script>{early}<link rel="stylesheet" href="{styles}"></head>\n'
        f'<body><main class="tn-gallery"><h1>{html.escape(title)}</h1>\n'
        f'<ul class="tn-cards">\n{items}\n</ul></main></body></html>\n'
    )


def _render_card(card: Card, playground: str | None) -> str:
    title = html.escape(card.title)
    picture = links = ""
    if card.picture is not None:
        size = "" if card.size is None else f' width="{card.size[0]}" height="{card.size[1]}"'
        image = f'<img src="{quote(card.picture)}" alt="{html.escape(card.alt)}"{size} loading="lazy">'
        picture = f'<div class="tn-card-picture">{image}</div>'
    if playground is not None:
        address = f"{quote(playground)}/?url={quote(f'../{quote(card.folder)}/notebook.json', safe='')}"
        links = (
            f'<p class="tn-card-links"><a href="{address}">Open in the playground'
            f'<span class="tn-hidden">: {title}</span></a></p>'
        )
    summary = f"<p>{html.escape(card.summary)}</p>" if card.summary else ""
    heading = f'<h2><a href="{quote(card.folder)}/">{title}</a></h2>'
    return f'<li class="tn-card">{heading}{picture}{summary}{links}</li>'


def summarise(notebook: Notebook) -> str:
    """Return the first sentences of a notebook's first paragraph as plain text, or "" if it has none.

    They are whole sentences where these are short enough, else as many words as are.
    """
    for cell in notebook.cells:
        if cell.kind == "markdown":
            tokens = parse_markdown(cell.source)
            for before, token in pairwise(tokens):
                if before.type == "paragraph_open" and before.level == 0:
                    return _shorten(_plain(token.children or ()))
    return ""


def _plain(tokens: Iterable[Token]) -> str:
    breaks = {"softbreak", "hardbreak"}
    parts = [
        " " if token.type in breaks else token.content
        for token in tokens
        if token.type in {*breaks, "text", "text_special", "code_inline", "math_inline"}
    ]
    return " ".join("".join(parts).split())


def _shorten(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    sentences = [found.end() for found in re.finditer(r"[.?!](?=\s)", text) if found.end() <= LONGEST]
    if sentences:
        return text[: sentences[-1]]
    return f"{text[: text.rindex(' ', 0, LONGEST)]} …" if " " in text[:LONGEST] else f"{text[:LONGEST]}…"
