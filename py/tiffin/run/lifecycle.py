"""The protocol of lifecycles: set-up and tear-down around one cell, and the decisions of a set-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from tiffin.cells.cell import Cell
from tiffin.events import Event
from tiffin.graph.graph import Graph
from tiffin.ids import CellId, RunId
from tiffin.run.namespace import Namespace
from tiffin.run.result import Result


@dataclass(frozen=True)
class Proceed:
    """Go on to the next lifecycle, or to the body."""


@dataclass(frozen=True)
class Skip:
    """Leave out the later lifecycles and the body: this is the result."""

    result: Result


@dataclass(frozen=True)
class Rerun:
    """Run these cells first, then this one again; `reason` is a sentence."""

    cells: tuple[CellId, ...]
    reason: str


Decision: TypeAlias = Proceed | Skip | Rerun
Outcome: TypeAlias = Result | Rerun
Report: TypeAlias = Callable[[Event], None]


@dataclass
class RunMemory:
    """What lifecycles remember over one run: the producers that were already run again for a value."""

    rerun: set[CellId] = field(default_factory=set)


@dataclass(frozen=True)
class CellContext:
    """What a lifecycle may know of the cell at hand. `forced` says that a person wants the body to run."""

    cell: Cell
    graph: Graph
    namespace: Namespace
    run_id: RunId
    report: Report
    forced: bool = False
    memory: RunMemory = field(default_factory=RunMemory)


class Lifecycle(Protocol):
    """Set-up before a body, tear-down after it.

    `setup` returns its decision; an exception counts as the cell's. `teardown` is called whenever `setup`
    was entered, in reverse order, with the outcome so far, and returns the outcome, changed or not.
    """

    async def setup(self, context: CellContext) -> Decision: ...
    async def teardown(self, context: CellContext, outcome: Outcome) -> Outcome: ...
