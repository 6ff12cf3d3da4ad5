"""Code that runs in a run, and is no cell: in no graph, and with no result that is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any, Protocol, TypeAlias

from tiffin.commands import EditCells, Execute
from tiffin.graph.edit import Edited
from tiffin.graph.graph import Graph
from tiffin.ids import RunId
from tiffin.notebook.edit import EditedNotebook
from tiffin.notebook.notebook import Notebook, NotebookCell
from tiffin.plan.triggers import Trigger
from tiffin.run.executor import Executor
from tiffin.run.interrupt import Interrupter
from tiffin.run.lifecycle import Lifecycle, Outcome, Report, RunMemory
from tiffin.run.namespace import Namespace
from tiffin.run.result import Result


class Beside(Protocol):
    """Code that runs first in a run, and is no cell."""

    async def run(self, memory: RunMemory, refused: Result | None) -> Outcome:
        """Run it; what it asks for by `Rerun` is had before it is called again. With `refused` it does not
        run, and that is its result."""

    def end(self, *, interrupted: bool) -> None:
        """The run is about to be over, and has been `interrupted` or not."""


Foreseen: TypeAlias = tuple[EditedNotebook, Edited]
"""The notebook after an edit, and its graph."""


@dataclass(frozen=True)
class BesideServices:
    """What a kernel gives to who runs code beside its cells.

    `notebook` and `graph` give the present ones, `read_cell` completes a cell that somebody wrote. Of
    `lifecycles`, the last one captures. `interrupt` stops the run under way, as a signal handler does.
    `foresee` tells what an edit would make, `take_up` makes it so, `set_values` sets widgets; `UsageError`
    from them means that nothing was changed. `triggers` takes what is to be followed when the code has ended.
    """

    notebook: Callable[[], Notebook]
    graph: Callable[[], Graph]
    namespace: Namespace
    read_cell: Callable[[NotebookCell], NotebookCell]
    lifecycles: tuple[Lifecycle, ...]
    executor: Executor
    interrupter: Interrupter
    report: Report
    interrupt: Callable[[FrameType | None], None]
    foresee: Callable[[EditCells], Foreseen]
    take_up: Callable[[RunId, Foreseen], Trigger]
    set_values: Callable[[Mapping[str, Any]], Trigger]
    triggers: list[Trigger]


class Scratching(Protocol):
    """Makes what runs beside the cells out of a command."""

    def open(self, command: Execute) -> Beside: ...
    def code_mode(self, *, skip_validation: bool) -> Any: ...
