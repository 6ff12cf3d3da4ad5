"""Values beside or beneath each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tiffin.errors import UsageError
from tiffin.ui.content import pieces, to_html

_ALIGN = {"start": "start", "center": "center", "end": "end", "stretch": "stretch"}


def row(items: Iterable[Any], gap: float, align: str) -> str:
    """Return the HTML of values side by side."""
    return _stack("tn-hstack", items, gap, align)


def column(items: Iterable[Any], gap: float, align: str) -> str:
    """Return the HTML of values one beneath another."""
    return _stack("tn-vstack", items, gap, align)


def _stack(name: str, items: Iterable[Any], gap: float, align: str) -> str:
    if align not in _ALIGN:
        raise UsageError(f"{name[3:]}: align is {', '.join(_ALIGN)}, not {align!r}")
    if isinstance(gap, bool) or not 0 <= gap <= 100:
        raise UsageError(f"{name[3:]}: gap must be a number from 0 to 100, not {gap!r}")
    inside = "".join(f"<div>{to_html(pieces(item))}</div>" for item in items)
    return f'<div class="{name}" style="gap:{gap:g}rem;align-items:{align}">{inside}</div>'
