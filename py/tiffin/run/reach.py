"""What running some code can touch: names, and what functions and classes behind these refer to."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import PurePath
from types import CodeType, FunctionType
from typing import Any

from tiffin.graph.graph import Graph
from tiffin.run.lifecycle import CellContext
from tiffin.run.namespace import Namespace

_HOLDERS = (dict, list, tuple, set, frozenset)
_MOST_HELD = 1000


def reach(names: Iterable[str], graph: Graph, namespace: Namespace) -> tuple[str, ...]:
    """Return the bound ones of `names` and, through functions and classes, all that these refer to."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        binding = namespace.binding(name)
        if binding is None or name in found:
            continue
        found[name] = None
        source = graph.cells[binding.owner].sources.get(name)
        if source is not None:
            waiting += sorted(source.references)
        elif isinstance(value := namespace.globals.get(name), FunctionType):
            waiting += _named(value.__code__)
    return tuple(found)


def named_texts(context: CellContext) -> Iterator[str]:
    """Yield the texts that the cell's code holds, the code that it may call, and its inputs: they may name
    files."""
    cell, namespace = context.cell, context.namespace
    yield from _texts(part for part in (cell.body, cell.tail) if part is not None)
    for name in reach(context.taken, context.graph, namespace):
        value = namespace.globals.get(name)
        for part in vars(value).values() if isinstance(value, type) else (value,):
            if isinstance(part, FunctionType):
                function = inspect.unwrap(part)
                yield from _texts([function.__code__])
                yield from _held((function.__defaults__, *(function.__kwdefaults__ or {}).values()))
            else:
                yield from _held(part)


def _held(value: Any) -> Iterator[str]:
    """Yield the texts and paths that a value is, or holds up to two levels down."""
    parts = [value]
    for _ in range(3):
        yield from (str(part) for part in parts if isinstance(part, str | PurePath))
        inner = (part.values() if type(part) is dict else part for part in parts if type(part) in _HOLDERS)
        parts = list(islice(chain.from_iterable(inner), _MOST_HELD))


def _texts(codes: Iterable[CodeType]) -> Iterator[str]:
    waiting = list(codes)
    while waiting:
        for constant in waiting.pop().co_consts:
            if isinstance(constant, CodeType):
                waiting.append(constant)
            elif isinstance(constant, str):
                yield constant
            elif isinstance(constant, tuple):
                yield from (part for part in constant if isinstance(part, str))


def _named(code: CodeType) -> tuple[str, ...]:
    """The names that a function's code, and code inside it, may look up in the globals."""
    inner = [name for part in code.co_consts if isinstance(part, CodeType) for name in _named(part)]
    return (*code.co_names, *inner)
