"""What is wrong between cells, as data: names defined twice, and cycles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tiffin.cells.cell import Cell, CellProblem
from tiffin.graph.order import find_cycles
from tiffin.ids import CellId


def multiple_definitions(definers: Mapping[str, Sequence[CellId]]) -> dict[CellId, CellProblem]:
    """Return a problem for every cell that defines a name which another cell defines too."""
    problems: dict[CellId, CellProblem] = {}
    for name, cells in sorted(definers.items()):
        for cell in cells if len(cells) > 1 else ():
            others = ", ".join(other for other in cells if other != cell)
            problems.setdefault(
                cell,
                CellProblem(
                    "multiple-definitions",
                    f"'{name}' is also defined by {others}: rename one of them, or call it '_{name}' "
                    "to keep it local to its cell",
                ),
            )
    return problems


def cycles(
    cells: Mapping[CellId, Cell], edges: Mapping[CellId, Mapping[str, CellId]]
) -> dict[CellId, CellProblem]:
    """Return a problem for every cell that needs, through others, its own result."""
    problems: dict[CellId, CellProblem] = {}
    parents = {cell: frozenset(taken.values()) for cell, taken in edges.items()}
    for component in find_cycles(tuple(cells), parents):
        path = " -> ".join((*component, component[0]))
        for cell in component:
            problems[cell] = CellProblem("cycle", f"these cells need each other's results: {path}")
    return problems
