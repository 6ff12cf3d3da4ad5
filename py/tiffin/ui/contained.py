"""Elements inside plain containers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tiffin.ui.element import Element

_DEEPEST = 4


def elements_in(value: Any, depth: int = 0) -> Iterator[Element]:
    """Yield the elements that `value` is, or holds in lists, tuples and dicts up to four levels down."""
    if isinstance(value, Element):
        yield value
    elif depth < _DEEPEST and type(value) in (list, tuple):
        for item in value:
            yield from elements_in(item, depth + 1)
    elif depth < _DEEPEST and type(value) is dict:
        for item in value.values():
            yield from elements_in(item, depth + 1)
