"""What starts work: a closed union of triggers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from tiffin.ids import CellId


@dataclass(frozen=True)
class RestoreAll:
    """The notebook was opened: bring every cell to its result."""


@dataclass(frozen=True)
class RunRequested:
    """A person or a script asked for these cells; what depends on them follows."""

    cells: tuple[CellId, ...]


@dataclass(frozen=True)
class StaleRequested:
    """A person or a script asked for every stale result to be brought up to date."""


@dataclass(frozen=True)
class ValuesChanged:
    """The values of these versions (name and maker) changed without their cells running: a widget moved, a
    state was set. `except_for` are cells that do not run for it."""

    versions: tuple[tuple[str, CellId], ...]
    except_for: frozenset[CellId] = frozenset()


@dataclass(frozen=True)
class GraphEdited:
    """The graph is another one: `cells` were edited, and the edit concerns `others`."""

    cells: frozenset[CellId]
    others: frozenset[CellId] = frozenset()


@dataclass(frozen=True)
class FilesChanged:
    """Files that these cells have read are others than they were, or are there now, or no longer."""

    cells: frozenset[CellId]


Trigger: TypeAlias = RestoreAll | RunRequested | StaleRequested | ValuesChanged | GraphEdited | FilesChanged
