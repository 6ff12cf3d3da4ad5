"""From a trigger to a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tiffin.graph.graph import Graph
from tiffin.ids import CellId
from tiffin.plan.triggers import NamesChanged, RestoreAll, RunRequested, Trigger


@dataclass(frozen=True)
class Plan:
    """Cells to run, in order, and those left out, each with the sentence that says why.

    `blocked` cells cannot run; `disabled` ones, and what depends on them, the author does not want to run.
    """

    cells: tuple[CellId, ...]
    blocked: Mapping[CellId, str]
    disabled: Mapping[CellId, str] = field(default_factory=dict)


def make_plan(graph: Graph, trigger: Trigger) -> Plan:
    """Return the plan that answers `trigger`: what must run now, in topological order, and what cannot."""
    wanted = _wanted(graph, trigger)
    blocked: dict[CellId, str] = {}
    disabled: dict[CellId, str] = {}
    for cell in graph.cells:
        if cell in wanted:
            blocking = graph.blocking(cell)
            if blocking is not None:
                culprit, problem = blocking
                reasons = disabled if problem.kind == "disabled" else blocked
                own = culprit == cell
                reasons[cell] = problem.text if own else f"it depends on {culprit}: {problem.text}"
    left_out = blocked.keys() | disabled.keys()
    runnable = (cell for cell in wanted if cell not in left_out and graph.cells[cell].has_code)
    return Plan(graph.sort(runnable), blocked, disabled)


def _wanted(graph: Graph, trigger: Trigger) -> frozenset[CellId]:
    match trigger:
        case RestoreAll():
            return frozenset(graph.cells)
        case RunRequested(cells):
            known = [cell for cell in cells if cell in graph.cells]
            return frozenset(known) | graph.descendants(known)
        case NamesChanged(names):
            users = [cell for name in names for cell in graph.users(name)]
            return frozenset(users) | graph.descendants(users)
