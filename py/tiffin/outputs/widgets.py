"""Widgets of others that stand alone at the end of a cell, where they are not alive."""

from __future__ import annotations

import html
from typing import Any, TypeAlias

Json: TypeAlias = Any


def render_anywidget(widget: Any) -> dict[str, Json]:
    """Return the sentence that says how an object of the anywidget package comes to life."""
    kind = type(widget).__name__
    text = f"This is a {kind} of anywidget. To have it live here, show what tn.ui.anywidget makes of it."
    return {"text/html": f'<p class="tn-table-note">{html.escape(text)}</p>', "text/plain": text}
