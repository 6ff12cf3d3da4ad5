"""All that a kernel accepts, one frozen dataclass per command; the wire form is that of `events.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeAlias

from tiffin.errors import UsageError

Json: TypeAlias = Any


@dataclass(frozen=True)
class Restore:
    """Bring every cell to its result, from the cache where it can; `shown` maps cells to keys on display."""

    run_id: str
    shown: dict[str, str]


@dataclass(frozen=True)
class RunCells:
    """Run these cells and what depends on them (all cells when None); `force` runs them even on a hit."""

    run_id: str
    cells: tuple[str, ...] | None = None
    force: bool = False


@dataclass(frozen=True)
class SetValues:
    """Set widgets, by name or element id, to front-end values, and run what depends on them."""

    run_id: str
    values: dict[str, Json]


@dataclass(frozen=True)
class Interrupt:
    """Stop the run under way; its cells end as cancelled."""

    run_id: str | None = None


Command: TypeAlias = Restore | RunCells | SetValues | Interrupt

_COMMANDS: dict[str, type[Restore] | type[RunCells] | type[SetValues] | type[Interrupt]] = {
    kind.__name__: kind for kind in (Restore, RunCells, SetValues, Interrupt)
}


def _texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_IS_RIGHT: Mapping[str, Callable[[Json], bool]] = {
    "run_id": lambda value: isinstance(value, str),
    "shown": lambda value: isinstance(value, dict) and _texts(list(value.values())),
    "cells": _texts,
    "force": lambda value: isinstance(value, bool),
    "values": lambda value: isinstance(value, dict),
}
"""What each field may be; null, too, where it is the default."""


def command_from_json(data: Json) -> Command:
    """Return the command that `data` is the wire form of; `UsageError` if it is none."""
    if not isinstance(data, dict):
        raise UsageError(f"a command is a JSON object, not {data!r}")
    kind = _COMMANDS.get(str(data.get("type")))
    if kind is None:
        raise UsageError(f"unknown command {data.get('type')!r}; known: {', '.join(sorted(_COMMANDS))}")
    given = {name: value for name, value in data.items() if name != "type"}
    known = {field.name: field for field in fields(kind)}
    odd = given.keys() - known.keys()
    for name, field in known.items():
        if name not in given:
            right = field.default is not MISSING
        else:
            right = _IS_RIGHT[name](given[name]) or (given[name] is None and field.default is None)
        if not right:
            odd.add(name)
    if odd:
        raise UsageError(
            f"command {kind.__name__} takes {', '.join(known)}; wrong or missing: {', '.join(sorted(odd))}"
        )
    if given.get("cells") is not None:
        given["cells"] = tuple(given["cells"])
    return kind(**given)
