"""The next graph after an edit; the one before stays as it is."""

from __future__ import annotations

from collections.abc import Iterable

from tiffin.cells.cell import Cell
from tiffin.graph.graph import Graph, build_graph
from tiffin.ids import CellId


def edit(graph: Graph, *, put: Iterable[Cell] = (), remove: Iterable[CellId] = ()) -> Graph:
    """Return `graph` with the cells of `put` in place of those with the same id, or at their `position`,
    and without those of `remove`."""
    cells = {cell.id: cell for cell in graph}
    for gone in remove:
        cells.pop(gone, None)
    cells.update({cell.id: cell for cell in put})
    return build_graph(sorted(cells.values(), key=lambda cell: cell.position))
