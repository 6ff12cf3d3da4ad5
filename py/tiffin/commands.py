"""All that a kernel accepts, one frozen dataclass per command; the wire form is that of `events.py`."""

from __future__ import annotations

from collections.abc import Mapping
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


def command_from_json(data: Mapping[str, Json]) -> Command:
    """Return the command that `data` is the wire form of; `UsageError` if it is none."""
    kind = _COMMANDS.get(str(data.get("type")))
    if kind is None:
        raise UsageError(f"unknown command {data.get('type')!r}; known: {', '.join(sorted(_COMMANDS))}")
    given = {name: value for name, value in data.items() if name != "type"}
    known = {field.name: field for field in fields(kind)}
    missing = [
        name
        for name, field in known.items()
        if field.default is MISSING and field.default_factory is MISSING and name not in given
    ]
    if missing or not given.keys() <= known.keys():
        odd = sorted({*missing, *(given.keys() - known.keys())})
        raise UsageError(
            f"command {kind.__name__} takes {', '.join(known)}; wrong or missing: {', '.join(odd)}"
        )
    if isinstance(given.get("cells"), list):
        given["cells"] = tuple(given["cells"])
    return kind(**given)
