"""Widgets and states inside plain containers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tiffin.ui.element import Reactive

_DEEPEST = 4
_ATOMS = frozenset({int, float, str, bool, bytes, complex, type(None)})


def elements_in(value: Any, depth: int = 0) -> Iterator[Reactive]:
    """Yield the widgets and states that `value` is, or holds in lists, tuples, dicts up to four levels
    down; each before its parts."""
    if type(value) in _ATOMS:
        return
    if isinstance(value, Reactive):
        yield value
        for part in value.parts:
            yield from elements_in(part, depth)
    elif depth < _DEEPEST and type(value) in (list, tuple, dict):
        items = value.values() if type(value) is dict else value
        # Long lists of numbers are common, and looking at each number's type in C is a hundred times faster.
        if not _ATOMS.issuperset(map(type, items)):
            for item in items:
                yield from elements_in(item, depth + 1)
