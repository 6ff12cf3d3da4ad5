"""The names of one cell that are its own: how `_private` names are kept apart in one namespace."""

from __future__ import annotations

import re

from tiffin.ids import CellId

PRESETS = frozenset({"display", "__tiffin__", "__name__", "__file__", "__builtins__", "__doc__", "__debug__"})

_MANGLED = re.compile(r"_cell_[0-9A-Za-z]+__(_\w*)\Z")


def is_private(name: str) -> bool:
    """Return whether `name` is local to its cell: it starts with `_` and is no dunder."""
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__") and len(name) > 4)


def mangle(name: str, cell: CellId) -> str:
    """Return the name under which the private `name` of `cell` stands in the shared namespace.

    The cell's id is written with hexadecimal escapes, so that two ids never give one name.
    """
    safe = "".join(c if c.isascii() and c.isalnum() and c != "Z" else f"Z{ord(c):x}Z" for c in cell)
    return f"_cell_{safe}__{name}"


def unmangle(name: str) -> str:
    """Return the name as its author wrote it."""
    match = _MANGLED.match(name)
    return match.group(1) if match else name
