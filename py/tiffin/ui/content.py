"""Values as HTML, to be put beside or into each other, with widgets among them."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any, TypeAlias

from tiffin.outputs.charts import kind_of
from tiffin.outputs.charts import to_html as chart_to_html
from tiffin.outputs.mime import best
from tiffin.outputs.render import render
from tiffin.ui.element import Element

Piece: TypeAlias = str | Element
"""HTML, or a widget, whose HTML changes with its value."""


def pieces(value: Any) -> list[Piece]:
    """Return what shows `value`: of a list or tuple each item, one beneath another."""
    if isinstance(value, Element):
        return [value]
    if isinstance(value, list | tuple):
        return [piece for item in value for piece in ("<div>", *pieces(item), "</div>")]
    return [_shown(value)]


def to_html(shown: Iterable[Piece]) -> str:
    """Return the HTML of pieces, with widgets as they are now."""
    return "".join(piece.to_html() if isinstance(piece, Element) else piece for piece in shown)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f'<div class="tn-prose" data-markdown>{html.escape(value)}</div>'
    bundle = render(value)
    mime = best(bundle)
    if mime is None:
        return ""
    data = bundle[mime]
    if kind_of(mime) is not None:
        return f'<div class="tn-rich">{chart_to_html(mime, bundle)}</div>'
    match mime:
        case "text/html" | "image/svg+xml":
            return f'<div class="tn-rich">{data}</div>'
        case "text/markdown":
            return f'<div class="tn-prose" data-markdown>{html.escape(data)}</div>'
        case "image/png" | "image/jpeg" | "image/gif" | "image/webp":
            text = html.escape(str(bundle.get("text/plain", ""))[:200])
            return f'<img class="tn-image" src="data:{mime};base64,{data}" alt="{text}">'
    return f'<pre class="tn-text">{html.escape(str(bundle.get("text/plain", data)))}</pre>'
