"""The graph as code sees it that is no cell."""

from __future__ import annotations

from dataclasses import replace

from tiffin.cells.cell import Cell
from tiffin.graph.graph import Graph, edges_of
from tiffin.graph.versions import Latent, read_cell
from tiffin.ids import CellId


def with_scratch(graph: Graph, code: Cell) -> Graph:
    """Return `graph` with `code` below its last cell: it takes names, makes none, and no cell knows of it."""
    taken = edges_of(code, graph.definers) if graph.order == "graph" else _taken_below(graph, code)
    return replace(
        graph,
        cells={**graph.cells, code.id: code},
        edges={**graph.edges, code.id: taken},
        made={**graph.made, code.id: frozenset()},
    )


def _taken_below(graph: Graph, code: Cell) -> dict[str, CellId]:
    def last(name: str) -> CellId | None:
        makers = graph.definers.get(name)
        return makers[-1] if makers else None

    def latent(name: str) -> Latent | None:
        maker = last(name)
        return None if maker is None else graph.versions[maker].latent.get(name)

    return read_cell(code, frozenset(), last, latent, lambda name: None).taken
