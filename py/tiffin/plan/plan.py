"""From a trigger to a plan."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from tiffin.graph.graph import Graph
from tiffin.ids import CellId
from tiffin.plan.triggers import (
    FilesChanged,
    GraphEdited,
    RestoreAll,
    RunRequested,
    StaleRequested,
    Trigger,
    ValuesChanged,
)

_NONE: frozenset[CellId] = frozenset()


@dataclass(frozen=True)
class Plan:
    """Cells to run, in order, and those left out, each with the sentence that says why.

    `blocked` cells cannot run; `disabled` ones, and what depends on them, the author does not want to run;
    the results of `stale` ones are older than their inputs, and stay so until somebody asks (lazy mode);
    `emptied` ones were edited and have no code any more.
    """

    cells: tuple[CellId, ...]
    blocked: Mapping[CellId, str] = field(default_factory=dict)
    disabled: Mapping[CellId, str] = field(default_factory=dict)
    stale: Mapping[CellId, str] = field(default_factory=dict)
    emptied: tuple[CellId, ...] = ()


def make_plan(
    graph: Graph, trigger: Trigger, stale: AbstractSet[CellId] = _NONE, *, autorun: bool = True
) -> Plan:
    """Return the plan that answers `trigger`: what must run now, in topological order, and what cannot.

    `stale` are the cells that are stale now; those that a cell of the plan needs run before it. Without
    `autorun` only what was asked for runs, and what depends on it becomes stale.
    """
    asked, following = _wanted(graph, trigger, stale)
    becoming: frozenset[CellId] = _NONE
    if not autorun and not isinstance(trigger, RestoreAll | StaleRequested):
        becoming = following - asked
        following = _NONE
        if stale:
            asked |= graph.ancestors(asked) & stale
    if stale and autorun and not isinstance(trigger, RestoreAll | StaleRequested):
        following |= graph.ancestors(asked | following) & stale
    wanted = asked | following
    blocked: dict[CellId, str] = {}
    disabled: dict[CellId, str] = {}
    if graph.problems:
        for cell in sorted((wanted | becoming) & graph.blockages.keys(), key=graph.positions.__getitem__):
            culprit = graph.blockages[cell]
            problem = graph.problems[culprit]
            reasons = disabled if problem.kind == "disabled" else blocked
            reasons[cell] = problem.text if culprit == cell else f"it depends on {culprit}: {problem.text}"
    runnable = [
        cell for cell in wanted if graph.cells[cell].has_code and cell not in blocked and cell not in disabled
    ]
    left = graph.sort(
        cell
        for cell in becoming
        if graph.cells[cell].has_code and cell not in blocked and cell not in disabled
    )
    emptied: tuple[CellId, ...] = ()
    if isinstance(trigger, GraphEdited):
        emptied = tuple(
            cell for cell in trigger.cells if not graph.cells[cell].has_code and cell not in blocked
        )
    why = {cell: _why_stale(trigger, cell) for cell in left}
    return Plan(graph.sort(runnable), blocked, disabled, why, emptied)


def _why_stale(trigger: Trigger, cell: CellId) -> str:
    match trigger:
        case ValuesChanged(versions):
            return f"'{versions[0][0]}' has another value" if versions else "its inputs have other values"
        case FilesChanged(cells) if cell in cells:
            return "a file that it reads has changed"
        case _:
            return "a cell that it depends on has another result"


def _wanted(
    graph: Graph, trigger: Trigger, stale: AbstractSet[CellId]
) -> tuple[frozenset[CellId], frozenset[CellId]]:
    """The cells that `trigger` asks for, and those that follow from them."""
    match trigger:
        case RestoreAll():
            return frozenset(graph.cells), _NONE
        case StaleRequested():
            known = frozenset(stale & graph.cells.keys())
            return known, graph.descendants(known)
        case RunRequested(cells):
            known = frozenset(cell for cell in cells if cell in graph.cells)
            return known, _NONE if len(known) == len(graph.cells) else graph.descendants(known)
        case GraphEdited(cells, others):
            return cells, others | graph.descendants(cells | others)
        case FilesChanged(cells):
            return _NONE, cells | graph.descendants(cells)
        case ValuesChanged(versions, except_for):
            users = frozenset(u for name, maker in versions for u in graph.users(name, maker)) - except_for
            return _NONE, users | (graph.descendants(users) - except_for)
