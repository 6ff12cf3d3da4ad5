"""The page that lists the notebooks of a site."""

from __future__ import annotations

import html
from collections.abc import Iterable
from urllib.parse import quote


def render_index(notebooks: Iterable[tuple[str, str]], script: str, styles: str) -> str:
    """Return the page for notebooks given by folder and title; `script` and `styles` are addresses."""
    items = "\n".join(
        f'<li><a href="{quote(folder)}/">{html.escape(title)}</a></li>' for folder, title in notebooks
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<title>Notebooks</title><link rel="icon" href="data:,">'
        f'<script src="{script}"></script><link rel="stylesheet" href="{styles}"></head>'
        f'<body><main class="tn-notebook"><h1>Notebooks</h1><ul>\n{items}\n</ul></main></body></html>\n'
    )
