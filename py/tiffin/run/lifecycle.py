"""The protocol of lifecycles: set-up and tear-down around one cell, and the decisions of a set-up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


PROCEED = Proceed()


@dataclass(frozen=True)
class Skip:
    """Leave out the later lifecycles and the body: this is the result."""

    result: Result


@dataclass(frozen=True)
class Rerun:
    """Run these cells first, then this one again; `reason` is a sentence.

    `afresh` says that something was learned which makes what the cell asked for before count no more.
    """

    cells: tuple[CellId, ...]
    reason: str
    afresh: bool = False


Decision: TypeAlias = Proceed | Skip | Rerun
Outcome: TypeAlias = Result | Rerun
Report: TypeAlias = Callable[[Event], None]


@dataclass
class RunMemory:
    """What lifecycles remember over one run.

    `rerun` holds who asked which producer for which name to be had again, `produce` the producers whose body
    has to run for it, whatever is stored; `observed` the names that cells were
    seen to change, which their code does not show; `not_kept` the names that are not worth keeping.
    `stored_only` says that no body is to run: what is not stored is missing.
    """

    rerun: set[tuple[CellId, CellId, str]] = field(default_factory=set)
    produce: set[CellId] = field(default_factory=set)
    observed: dict[CellId, frozenset[str]] = field(default_factory=dict)
    not_kept: dict[CellId, frozenset[str]] = field(default_factory=dict)
    stored_only: bool = False


@dataclass(slots=True)
class CellNotes:
    """What lifecycles tell each other of the cell at hand: the inputs that its body changed, with the
    identity that their content gives them now, None where it gives none; and whether its result must not be
    stored."""

    changed: dict[str, str | None] = field(default_factory=dict)
    unstorable: bool = False


@dataclass(slots=True)
class CellContext:
    """What a lifecycle may know of the cell at hand. `forced` says that a person wants the body to run."""

    cell: Cell
    graph: Graph
    namespace: Namespace
    run_id: RunId
    report: Report
    forced: bool = False
    memory: RunMemory = field(default_factory=RunMemory)
    notes: CellNotes = field(default_factory=CellNotes)

    @property
    def taken(self) -> Mapping[str, CellId]:
        """The names that the cell takes from others, each with the maker of the version that it sees."""
        return self.graph.edges[self.cell.id]

    @property
    def made(self) -> frozenset[str]:
        """The names of which the cell makes a version, as its code shows, and what running it has shown."""
        made = self.graph.made[self.cell.id]
        observed = self.memory.observed.get(self.cell.id)
        return made | observed if observed else made


class Lifecycle(Protocol):
    """Set-up before a body, tear-down after it.

    `setup` returns its decision; an exception counts as the cell's. `teardown` is called whenever `setup`
    was entered, in reverse order, with the outcome so far, and returns the outcome, changed or not.
    """

    async def setup(self, context: CellContext) -> Decision: ...
    async def teardown(self, context: CellContext, outcome: Outcome) -> Outcome: ...
