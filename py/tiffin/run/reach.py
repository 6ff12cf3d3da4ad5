"""What running some code can touch: names, and what functions and classes behind these refer to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType

from tiffin.cells.texts import code_texts, function_texts, held_texts
from tiffin.graph.graph import Graph
from tiffin.run.lifecycle import CellContext
from tiffin.run.namespace import Namespace


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
    code = cell.code()
    yield from code_texts(part for part in (code.body, code.tail) if part is not None)
    for name in reach(context.taken, context.graph, namespace):
        value = namespace.globals.get(name)
        for part in vars(value).values() if isinstance(value, type) else (value,):
            yield from function_texts(part) if isinstance(part, FunctionType) else held_texts(part)


def _named(code: CodeType) -> tuple[str, ...]:
    """The names that a function's code, and code inside it, may look up in the globals."""
    inner = [name for part in code.co_consts if isinstance(part, CodeType) for name in _named(part)]
    return (*code.co_names, *inner)
