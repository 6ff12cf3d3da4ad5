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
class NamesChanged:
    """The values behind these names changed without their cells running: a widget moved, a state was set."""

    names: tuple[str, ...]


Trigger: TypeAlias = RestoreAll | RunRequested | NamesChanged
