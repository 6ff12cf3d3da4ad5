"""What somebody hears of code that ran in the scratchpad, piece by piece: one frozen dataclass per shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from tiffin.events import CellStatus, ErrorReport

Json: TypeAlias = Any


@dataclass(frozen=True)
class Written:
    """What the code wrote; on `stderr` also what went wrong, in words."""

    data: str


@dataclass(frozen=True)
class Shown:
    """The best representation of a value; empty text for none."""

    mimetype: str
    data: Json


@dataclass(frozen=True)
class Displayed:
    """What the code displayed; `clear` says that what it displayed before is to go."""

    mimetype: str
    data: Json
    clear: bool


@dataclass(frozen=True)
class Ended:
    """How a cell ended that the code set off."""

    cell: str
    status: CellStatus
    error: ErrorReport | None
    reason: str | None


@dataclass(frozen=True)
class Done:
    """The last piece, once nothing more will come: `success` is false if the code, or any cell that it set
    off, failed. `output` is the value of its last expression."""

    success: bool
    output: Shown


PIECES: dict[str, type] = {
    "stdout": Written,
    "stderr": Written,
    "output": Displayed,
    "cell": Ended,
    "done": Done,
}
"""The data of each piece, by its name."""
