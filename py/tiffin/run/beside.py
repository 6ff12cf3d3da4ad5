"""Code that runs in a run, and is no cell: in no graph, and with no result that is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Protocol

from tiffin.commands import Execute
from tiffin.graph.graph import Graph
from tiffin.notebook.notebook import Notebook, NotebookCell
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


@dataclass(frozen=True)
class BesideServices:
    """What a kernel gives to who runs code beside its cells.

    `notebook` and `graph` give the present ones, `read_cell` completes a cell that somebody wrote. Of
    `lifecycles`, the last one captures. `interrupt` stops the run under way, as a signal handler does.
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


class Scratching(Protocol):
    """Makes what runs beside the cells out of a command."""

    def open(self, command: Execute) -> Beside: ...
