"""The graph as a value: which cell needs which names of which other cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from tiffin.cells.cell import Cell, CellProblem
from tiffin.graph.check import cycles, multiple_definitions
from tiffin.graph.order import topological_order
from tiffin.ids import CellId


@dataclass(frozen=True)
class Graph:
    """Immutable dependencies between cells.

    `cells` stand in document order. `definers` maps each name to the cell that defines it (the first in
    document order where several do). `edges` maps a cell to the names it takes and the cell each comes from.
    `problems` holds what makes a cell unrunnable: its own, or one between cells.
    """

    cells: Mapping[CellId, Cell]
    definers: Mapping[str, CellId]
    edges: Mapping[CellId, Mapping[str, CellId]]
    problems: Mapping[CellId, CellProblem]

    @cached_property
    def children(self) -> Mapping[CellId, tuple[CellId, ...]]:
        """For each cell, the cells that take a name from it, in document order."""
        found: dict[CellId, list[CellId]] = {cell: [] for cell in self.cells}
        for cell, taken in self.edges.items():
            for provider in dict.fromkeys(taken.values()):
                found[provider].append(cell)
        return {cell: tuple(children) for cell, children in found.items()}

    @cached_property
    def order(self) -> tuple[CellId, ...]:
        """All runnable-by-order cells topologically, ties in document order; cycles are left out."""
        return topological_order(tuple(self.cells), self.parents)

    @cached_property
    def parents(self) -> Mapping[CellId, frozenset[CellId]]:
        """For each cell, the cells it takes names from."""
        return {cell: frozenset(taken.values()) for cell, taken in self.edges.items()}

    def users(self, name: str) -> tuple[CellId, ...]:
        """The cells that take `name` from its definer, in document order."""
        definer = self.definers.get(name)
        if definer is None:
            return ()
        return tuple(cell for cell in self.children[definer] if name in self.edges[cell])

    def descendants(self, cells: Iterable[CellId]) -> frozenset[CellId]:
        """Every cell that depends on one of `cells`; these too if they depend on one another."""
        return _closure(cells, self.children)

    def ancestors(self, cells: Iterable[CellId]) -> frozenset[CellId]:
        """Every cell that one of `cells` depends on."""
        return _closure(cells, self.parents)

    def sort(self, cells: Iterable[CellId]) -> tuple[CellId, ...]:
        """Return `cells` in topological order."""
        wanted = set(cells)
        return tuple(cell for cell in self.order if cell in wanted)

    def blocking(self, cell: CellId) -> tuple[CellId, CellProblem] | None:
        """What keeps `cell` from running: its own problem or an ancestor's, with that cell; or None."""
        if cell in self.problems:
            return cell, self.problems[cell]
        if not self.problems:
            return None
        ancestors = self.ancestors([cell])
        return next(
            (
                (other, self.problems[other])
                for other in self.cells
                if other in ancestors & self.problems.keys()
            ),
            None,
        )

    def __iter__(self) -> Iterator[Cell]:
        return iter(self.cells.values())


def _closure(start: Iterable[CellId], neighbours: Mapping[CellId, Iterable[CellId]]) -> frozenset[CellId]:
    found: set[CellId] = set()
    waiting = list(start)
    while waiting:
        for cell in neighbours.get(waiting.pop(), ()):
            if cell not in found:
                found.add(cell)
                waiting.append(cell)
    return frozenset(found)


def build_graph(cells: Iterable[Cell]) -> Graph:
    """Return the graph of `cells`, given in document order, in graph order (one definition per name)."""
    by_id = {cell.id: cell for cell in cells}
    definers: dict[str, list[CellId]] = {}
    for cell in by_id.values():
        for name in sorted(cell.definitions):
            definers.setdefault(name, []).append(cell.id)
    first = {name: found[0] for name, found in definers.items()}
    edges = {
        cell.id: {name: first[name] for name in sorted(cell.references) if name in first}
        for cell in by_id.values()
    }
    problems = {cell.id: cell.problem for cell in by_id.values() if cell.problem is not None}
    disabled = CellProblem("disabled", "it is disabled")
    problems.update({cell.id: disabled for cell in by_id.values() if cell.settings.get("disabled")})
    parents = {cell: frozenset(taken.values()) for cell, taken in edges.items()}
    for found in (multiple_definitions(definers), cycles(by_id, parents)):
        for cell_id, problem in found.items():
            problems.setdefault(cell_id, problem)
    return Graph(by_id, first, edges, problems)
