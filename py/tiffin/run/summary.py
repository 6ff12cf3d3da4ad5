"""How a run ended."""

from __future__ import annotations

from dataclasses import dataclass

from tiffin.events import CellStatus, ErrorReport
from tiffin.ids import CellId, RunId
from tiffin.run.result import Result


@dataclass(frozen=True, slots=True)
class CellRun:
    """How one cell ended in a run; `elapsed` is the wall time from its start to its end in seconds.

    `fine` says that nothing is wrong: it has a result, or the author wants none (disabled, or stopped).
    """

    cell: CellId
    status: CellStatus
    result: Result | None
    elapsed: float = 0.0
    error: ErrorReport | None = None
    reason: str | None = None
    fine: bool = True


@dataclass(frozen=True)
class RunSummary:
    """How a run ended: every cell that took part, in the order they ended."""

    run_id: RunId
    cells: tuple[CellRun, ...]

    @property
    def success(self) -> bool:
        """Whether no cell failed, was interrupted, or was blocked; a disabled or stopped one is none of
        these."""
        return all(run.fine for run in self.cells)
