"""The texts that code and values hold: some of them may name files."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import PurePath
from types import CodeType, FunctionType
from typing import Any

_HOLDERS = (dict, list, tuple, set, frozenset)
_MOST_HELD = 1000


def code_texts(codes: Iterable[CodeType]) -> Iterator[str]:
    """Yield the texts among the constants of code objects, and of code inside them."""
    waiting = list(codes)
    while waiting:
        for constant in waiting.pop().co_consts:
            if isinstance(constant, CodeType):
                waiting.append(constant)
            elif isinstance(constant, str):
                yield constant
            elif isinstance(constant, tuple):
                yield from (part for part in constant if isinstance(part, str))


def function_texts(function: FunctionType) -> Iterator[str]:
    """Yield the texts of a function, its defaults included."""
    inner = inspect.unwrap(function)
    yield from code_texts([inner.__code__])
    yield from held_texts((inner.__defaults__, *(inner.__kwdefaults__ or {}).values()))


def held_texts(value: Any) -> Iterator[str]:
    """Yield the texts and paths that a value is, or holds up to two levels down."""
    parts = [value]
    for _ in range(3):
        yield from (str(part) for part in parts if isinstance(part, str | PurePath))
        inner = (part.values() if type(part) is dict else part for part in parts if type(part) in _HOLDERS)
        parts = list(islice(chain.from_iterable(inner), _MOST_HELD))
