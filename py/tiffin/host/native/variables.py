"""The variables of a notebook, as far as they can be told without running any of its code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tiffin.run.namespace import Namespace

LONGEST = 120  # characters of a preview
_PLAIN = frozenset({bool, int, float, complex, str, bytes, type(None)})
_SIZED = frozenset({list, tuple, dict, set, frozenset, bytearray, range})
_MOST_BITS = 300


@dataclass(frozen=True)
class Variable:
    """A name that a cell has bound. `live` says that its value is in memory, not only known from the cache;
    `preview` is the value or its size where one of Python's own types says so, else None."""

    name: str
    cell: str
    type: str
    live: bool
    preview: str | None


def list_variables(namespace: Namespace) -> tuple[Variable, ...]:
    """Return every variable in place, by name. Any thread may ask, also while a cell runs: no code of the
    values' types is called."""
    found = []
    for name in sorted(namespace.names):
        binding = namespace.binding(name)
        if binding is not None:
            definition, live = binding.definition, namespace.is_live(name)
            if live:
                preview = _preview(namespace.globals.get(name))
            else:
                scalar = definition.kind == "inline" and type(definition.plain) in _PLAIN
                preview = _preview(definition.plain) if scalar else None
            found.append(Variable(name, binding.owner, definition.type, live, preview))
    return tuple(found)


def _preview(value: Any) -> str | None:
    kind = type(value)
    if kind in _SIZED:
        count = len(value)
        return f"{count:,} item{'' if count == 1 else 's'}"
    if kind not in _PLAIN or (kind is int and value.bit_length() > _MOST_BITS):
        return None
    text = repr(value[:LONGEST] if kind in (str, bytes) else value)
    longer = len(text) > LONGEST or (kind in (str, bytes) and len(value) > LONGEST)
    return f"{text[: LONGEST - 1]}…" if longer else text
