"""The result of one cell's body, and how its run ended, and a whole one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from tiffin.events import CellStatus, ErrorReport
from tiffin.ids import CellId, Key, RunId
from tiffin.outputs.mime import Bundle

ResultStatus = Literal["ok", "stopped", "error", "interrupted", "missing"]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a cell. `value` is that of its trailing expression; `output` its rendering.

    A `stopped` one ended by `tn.stop`: it has an output, and nothing that depends on it runs. A `missing` one
    is not stored, in a run that only restores.

    `output`, `displays` and `console` are None where the page shows them already. `seconds` is the body's
    time, as recorded when the result was restored.
    """

    status: ResultStatus = "ok"
    origin: Literal["run", "cache"] = "run"
    value: Any = None
    output: Bundle | None = None
    displays: tuple[Bundle, ...] | None = None
    console: tuple[tuple[str, str], ...] | None = None
    exception: BaseException | None = None
    seconds: float = 0.0
    key: Key | None = None

    def keyed(self, key: Key) -> Result:
        """Return the same under the key of its run."""
        return Result(
            self.status,
            self.origin,
            self.value,
            self.output,
            self.displays,
            self.console,
            self.exception,
            self.seconds,
            key,
        )


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
