"""All that a kernel accepts, one frozen dataclass per command; the wire form is that of `events.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, Literal, TypeAlias

from tiffin.errors import UsageError

Json: TypeAlias = Any

LONGEST_TIMEOUT = 1e9
"""The most seconds that a clock takes for a time-out, about: thirty years."""


@dataclass(frozen=True)
class Restore:
    """Bring every cell to its result, from the cache where it can; `shown` maps cells to keys on display.

    After a restart, `values` are the front-end values of widgets by element id, as the reader left them; with
    `stored_only` no cell runs, and those whose results are not stored are stale.
    """

    run_id: str
    shown: dict[str, str]
    values: dict[str, Json] | None = None
    stored_only: bool = False


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
class RunStale:
    """Bring every stale result up to date."""

    run_id: str


@dataclass(frozen=True)
class CellSource:
    """A cell as somebody wrote it: put in place of the one with the same id, or as a new one.

    A `name` or `settings` of None stay as they are; an empty name is none.
    """

    id: str
    source: str
    kind: Literal["code", "markdown"] = "code"
    name: str | None = None
    settings: dict[str, Json] | None = None


@dataclass(frozen=True)
class EditCells:
    """Put and remove cells, give all of them another order (ids), or change settings of the notebook; then
    run what has to run. What `order` leaves out as new stands at the end."""

    run_id: str
    put: tuple[CellSource, ...] = ()
    remove: tuple[str, ...] = ()
    order: tuple[str, ...] | None = None
    settings: dict[str, Json] | None = None


@dataclass(frozen=True)
class Execute:
    """Run code with the notebook's names without making it a cell, and what it sets off; `timeout` in
    seconds, from its start, ends the run."""

    run_id: str
    code: str
    timeout: float | None = None


@dataclass(frozen=True)
class Interrupt:
    """Stop the run under way, whose cells end as cancelled; with a `run_id` that run alone, begun or not."""

    run_id: str | None = None


@dataclass(frozen=True)
class AnswerInput:
    """What a reader says to the `question` of an `InputAsked`; None if nothing. It starts no run."""

    question: str
    text: str | None = None


@dataclass(frozen=True)
class PutContent:
    """Hand over the content of a file that a reader chose, in Base64; a widget's value names it by its
    `digest`, the SHA-256. Long ones come in pieces, of which only the last says so. It starts no run."""

    digest: str
    data: str
    last: bool = True


@dataclass(frozen=True)
class Ask:
    """Ask a widget, by its id, something that is no value, such as rows of a table; or, with null for a
    widget, one of the questions of whoever writes a cell. It starts no run, and is answered by one `Answered`
    with the same `run_id`."""

    run_id: str
    asked: dict[str, Json]
    element: str | None = None


@dataclass(frozen=True)
class CheckFiles:
    """See whether these files, by their paths from the notebook's folder, are still as cells found them, and
    run those cells for which they are not: a file is another one, or is there now, or no longer."""

    run_id: str
    files: tuple[str, ...]


Runless: TypeAlias = Interrupt | AnswerInput | PutContent | Ask
"""What starts no run."""

Command: TypeAlias = Restore | RunCells | RunStale | SetValues | EditCells | Execute | CheckFiles | Runless

_COMMANDS: dict[str, type[Command]] = {
    kind.__name__: kind
    for kind in (
        *(Restore, RunCells, RunStale, SetValues, EditCells, Execute, CheckFiles),
        *(Interrupt, AnswerInput, PutContent, Ask),
    )
}


def _texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_IS_RIGHT: Mapping[str, Callable[[Json], bool]] = {
    "run_id": lambda value: isinstance(value, str),
    "shown": lambda value: isinstance(value, dict) and _texts(list(value.values())),
    "cells": _texts,
    "force": lambda value: isinstance(value, bool),
    "stored_only": lambda value: isinstance(value, bool),
    "values": lambda value: isinstance(value, dict),
    "put": lambda value: isinstance(value, list) and all(isinstance(item, dict) for item in value),
    "remove": _texts,
    "order": _texts,
    "settings": lambda value: isinstance(value, dict),
    "code": lambda value: isinstance(value, str),
    "timeout": lambda value: type(value) in (int, float) and 0 < value <= LONGEST_TIMEOUT,
    "id": lambda value: isinstance(value, str),
    "source": lambda value: isinstance(value, str),
    "kind": lambda value: value in ("code", "markdown"),
    "name": lambda value: isinstance(value, str),
    "question": lambda value: isinstance(value, str),
    "asked": lambda value: isinstance(value, dict),
    "element": lambda value: isinstance(value, str),
    "digest": lambda value: isinstance(value, str),
    "data": lambda value: isinstance(value, str),
    "last": lambda value: isinstance(value, bool),
    "files": _texts,
    "text": lambda value: isinstance(value, str),
}
"""What each field may be; null, too, where it is the default."""


def command_from_json(data: Json) -> Command:
    """Return the command that `data` is the wire form of; `UsageError` if it is none."""
    if not isinstance(data, dict):
        raise UsageError(f"a command is a JSON object, not {data!r}")
    kind = _COMMANDS.get(str(data.get("type")))
    if kind is None:
        raise UsageError(f"unknown command {data.get('type')!r}; known: {', '.join(sorted(_COMMANDS))}")
    given = _fields(kind, {name: value for name, value in data.items() if name != "type"})
    for name in ("cells", "remove", "order", "files"):
        if given.get(name) is not None:
            given[name] = tuple(given[name])
    if "put" in given:
        given["put"] = tuple(CellSource(**_fields(CellSource, cell)) for cell in given["put"])
    return kind(**given)


def _fields(kind: type[Command] | type[CellSource], given: dict[str, Json]) -> dict[str, Json]:
    """Return `given` if it has what the fields of `kind` take, `UsageError` otherwise."""
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
    return given
