"""The graph as a value: which cell needs which versions of which names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from tiffin.cells.cell import Cell, CellProblem
from tiffin.cells.compile import compile_cell
from tiffin.graph.check import cycles, multiple_definitions
from tiffin.graph.order import order_within, topological_order
from tiffin.graph.versions import CellVersions, find_versions
from tiffin.ids import CellId
from tiffin.notebook.notebook import Notebook, Order

_EMPTY: Mapping[CellId, frozenset[str]] = MappingProxyType({})
_DISABLED = CellProblem("disabled", "it is disabled")


@dataclass(frozen=True)
class Graph:
    """Immutable dependencies between cells.

    `cells` stand in document order. `edges` maps a cell to the names it takes, each with the cell that made
    the version which it sees. `made` maps a cell to the names of which it makes a version: its definitions,
    and in document order also what it changes in place; `observed` are those among them that only running
    it has shown. `versions` is what each cell does to versions, in document order. `hidden` are names that
    a cell may use although no version stands above it. `problems` holds what makes a cell unrunnable: its
    own, or one between cells. Graph order is the case with one version per name.
    """

    order: Order
    cells: Mapping[CellId, Cell]
    edges: Mapping[CellId, Mapping[str, CellId]]
    made: Mapping[CellId, frozenset[str]]
    problems: Mapping[CellId, CellProblem]
    definers: Mapping[str, tuple[CellId, ...]]
    referrers: Mapping[str, frozenset[CellId]]
    children: Mapping[CellId, frozenset[CellId]]
    observed: Mapping[CellId, frozenset[str]] = field(default_factory=lambda: _EMPTY)
    hidden: Mapping[CellId, frozenset[str]] = field(default_factory=lambda: _EMPTY)
    versions: Mapping[CellId, CellVersions] = field(default_factory=lambda: MappingProxyType({}))

    @cached_property
    def positions(self) -> Mapping[CellId, int]:
        """Where each cell stands in the document, from 0."""
        return {cell: index for index, cell in enumerate(self.cells)}

    @cached_property
    def sequence(self) -> tuple[CellId, ...]:
        """All cells topologically, ties in document order; those on cycles, and behind them, are left out."""
        if self.order == "document":
            return tuple(self.cells)
        return topological_order(tuple(self.cells), {cell: self.parents(cell) for cell in self.cells})

    @cached_property
    def blockages(self) -> Mapping[CellId, CellId]:
        """Every cell that cannot run, with the first cell whose problem is the reason."""
        found: dict[CellId, CellId] = {cell: cell for cell in self.problems}
        for culprit in sorted(self.problems, key=self.positions.__getitem__):
            for cell in self.descendants([culprit]):
                found.setdefault(cell, culprit)
        return found

    def parents(self, cell: CellId) -> frozenset[CellId]:
        """The cells that `cell` takes names from."""
        return frozenset(self.edges[cell].values())

    def version(self, cell: CellId, name: str) -> CellId | None:
        """The maker of the version of `name` that `cell` sees, None if there is none."""
        taken = self.edges[cell].get(name)
        if taken is None and self.order == "graph" and (definers := self.definers.get(name)):
            return definers[0]
        return taken

    def above(self, name: str, cell: CellId) -> CellId | None:
        """The maker of the version of `name` that code in `cell` finds when it starts, in document order."""
        position = self.positions[cell]
        for maker in reversed(self.definers.get(name, ())):
            if self.positions[maker] < position:
                return maker
        return None

    def users(self, name: str, maker: CellId) -> tuple[CellId, ...]:
        """The cells that take the version of `name` that `maker` makes, in document order."""
        users = (cell for cell in self.children[maker] if self.edges[cell].get(name) == maker)
        return tuple(sorted(users, key=self.positions.__getitem__))

    def descendants(self, cells: Iterable[CellId]) -> frozenset[CellId]:
        """Every cell that depends on one of `cells`; these too if they depend on one another."""
        found: set[CellId] = set()
        waiting = list(cells)
        while waiting:
            fresh = self.children[waiting.pop()] - found
            found |= fresh
            waiting += fresh
        return frozenset(found)

    def ancestors(self, cells: Iterable[CellId]) -> frozenset[CellId]:
        """Every cell that one of `cells` depends on."""
        found: set[CellId] = set()
        waiting = list(cells)
        while waiting:
            fresh = self.parents(waiting.pop()) - found
            found |= fresh
            waiting += fresh
        return frozenset(found)

    def sort(self, cells: Iterable[CellId]) -> tuple[CellId, ...]:
        """Return `cells` in topological order, ties in document order; those on cycles are left out.

        Costs what these cells and those between them cost, not the whole graph.
        """
        wanted = set(cells)
        if len(wanted) > 1 and self.order == "graph":
            if len(wanted) == len(self.cells):
                return self.sequence
            between = self.descendants(wanted) & self.ancestors(wanted) | wanted
            found = order_within(between, self.edges, self.children, self.positions)
            return tuple(cell for cell in found if cell in wanted)
        return tuple(sorted(wanted, key=self.positions.__getitem__))

    def __iter__(self) -> Iterator[Cell]:
        return iter(self.cells.values())


def build_graph(
    cells: Iterable[Cell], order: Order = "graph", observed: Mapping[CellId, frozenset[str]] = _EMPTY
) -> Graph:
    """Return the graph of `cells`, given in document order and compiled for `order`."""
    by_id = {cell.id: cell for cell in cells}
    problems = {cell.id: problem for cell in by_id.values() if (problem := own_problem(cell)) is not None}
    definers: dict[str, list[CellId]] = {}
    referrers: dict[str, set[CellId]] = {}
    edges: Mapping[CellId, Mapping[str, CellId]]
    if order == "document":
        versions = find_versions(by_id.values(), observed)
        edges = {cell_id: read.taken for cell_id, read in versions.items()}
        made = {cell_id: read.made for cell_id, read in versions.items()}
        hidden = {cell_id: read.hidden for cell_id, read in versions.items() if read.hidden}
        for cell_id, read in versions.items():
            if read.problem is not None:
                problems.setdefault(cell_id, read.problem)
    else:
        versions, made, hidden = {}, {cell.id: cell.definitions for cell in by_id.values()}, {}
        for cell in by_id.values():
            for name in cell.references:
                referrers.setdefault(name, set()).add(cell.id)
    for cell_id, names in made.items():
        for name in names:
            definers.setdefault(name, []).append(cell_id)
    if order == "graph":
        edges = {cell.id: edges_of(cell, definers) for cell in by_id.values()}
        for found in (multiple_definitions(definers), cycles(by_id, edges)):
            for cell_id, problem in found.items():
                problems.setdefault(cell_id, problem)
    children: dict[CellId, set[CellId]] = {cell_id: set() for cell_id in by_id}
    for cell_id, taken in edges.items():
        for maker in taken.values():
            children[maker].add(cell_id)
    return Graph(
        order=order,
        cells=by_id,
        edges=edges,
        made=made,
        problems=problems,
        definers={name: tuple(makers) for name, makers in definers.items()},
        referrers={name: frozenset(users) for name, users in referrers.items()},
        children={cell_id: frozenset(users) for cell_id, users in children.items()},
        observed=observed,
        hidden=hidden,
        versions=versions,
    )


def own_problem(cell: Cell) -> CellProblem | None:
    """Return what is wrong with a cell by itself."""
    return cell.problem or (_DISABLED if cell.settings.get("disabled") else None)


def edges_of(cell: Cell, definers: Mapping[str, Iterable[CellId]]) -> Mapping[str, CellId]:
    """Return the names that `cell` takes in graph order, each with its (first) definer."""
    return {name: next(iter(definers[name])) for name in sorted(cell.references) if definers.get(name)}


def graph_of(notebook: Notebook) -> Graph:
    """Return the graph of a notebook, compiled in its order.

    Where the order is `auto`, it is document order if a name has several versions, else graph order.
    """

    def compiled(order: Order) -> list[Cell]:
        return [compile_cell(cell, notebook.filename, order) for cell in notebook.cells]

    if notebook.order != "graph":
        graph = build_graph(compiled("document"), "document")
        if notebook.order == "document" or any(len(makers) > 1 for makers in graph.definers.values()):
            return graph
    return build_graph(compiled("graph"))
