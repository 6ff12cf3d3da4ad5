"""The next graph after an edit, and the cells that it concerns; the graph before stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from tiffin.cells.cell import Cell, CellProblem
from tiffin.graph.check import cycles, multiple_definitions
from tiffin.graph.graph import Graph, build_graph, edges_of, own_problem
from tiffin.graph.versions import Latent, read_cell
from tiffin.ids import CellId

T = TypeVar("T")

_BETWEEN = ("multiple-definitions", "cycle")


@dataclass(frozen=True)
class Edited:
    """A graph after an edit.

    `concerned` are the cells whose code, inputs or problems are others than before, so that their results are
    not; what depends on them follows. `removed` are the cells that are gone.
    """

    graph: Graph
    concerned: frozenset[CellId]
    removed: tuple[Cell, ...] = ()


def edit(
    graph: Graph,
    *,
    put: Iterable[Cell] = (),
    remove: Iterable[CellId] = (),
    order: Sequence[CellId] | None = None,
) -> Edited:
    """Return `graph` with the cells of `put` in place of those with the same id, or at the end, without those
    of `remove`, in the document order `order` if it is given.

    In graph order the cost is that of the cells concerned, and of copying the graph's mappings.
    """
    new = {cell.id: cell for cell in put}
    removed = tuple(graph.cells[cell] for cell in dict.fromkeys(remove) if cell in graph.cells)
    cells = {**graph.cells, **new}
    for cell in removed:
        del cells[cell.id]
    if order is not None and tuple(order) != tuple(cells):
        cells = {cell_id: cells[cell_id] for cell_id in order}
    else:
        order = None
    if graph.order == "document":
        observed = {
            cell_id: names
            for cell_id, names in graph.observed.items()
            if cell_id in cells and cells[cell_id].digest == graph.cells[cell_id].digest
        }
        after = None
        if not removed and order is None and new.keys() <= graph.cells.keys():
            after = _edit_in_place(graph, cells, new.values(), observed)
        if after is None:
            after = build_graph(cells.values(), "document", observed)
    else:
        after = _edit_graph_order(graph, cells, [cell for cell in new.values() if cell.id in cells], removed)
    return Edited(after, _concerned(graph, after, new.keys() & cells.keys()), removed)


def observe(graph: Graph, seen: Mapping[CellId, frozenset[str]]) -> Edited:
    """Return `graph`, in document order, with what running cells has shown: the names that they change."""
    observed = dict(graph.observed)
    for cell, names in seen.items():
        observed[cell] = observed.get(cell, frozenset()) | names
    after = build_graph(graph.cells.values(), "document", observed)
    return Edited(after, _concerned(graph, after, ()))


def new_problems(before: Graph, after: Graph) -> tuple[str, ...]:
    """Return what is wrong after an edit and was not before, a sentence for each cell, which it names."""
    return tuple(
        f"{cell}{'' if problem.line is None else f', line {problem.line}'}: {problem.text}"
        for cell, problem in after.problems.items()
        if problem.kind != "disabled" and before.problems.get(cell) != problem
    )


def _concerned(before: Graph, after: Graph, put: Iterable[CellId]) -> frozenset[CellId]:
    found = {cell for cell in put if _is_other(before.cells.get(cell), after.cells[cell])}
    if before.edges is not after.edges:
        for cell, taken in after.edges.items():
            old = before.edges.get(cell)
            if old is not taken and old != taken:
                found.add(cell)
    if before.hidden != after.hidden:
        found |= {cell for cell in after.cells if before.hidden.get(cell) != after.hidden.get(cell)}
    if before.problems != after.problems:
        either = before.problems.keys() | after.problems.keys()
        found |= {cell for cell in either if before.problems.get(cell) != after.problems.get(cell)}
    return frozenset(found & after.cells.keys())


def _is_other(before: Cell | None, after: Cell) -> bool:
    return before is None or before.digest != after.digest or before.problem != after.problem


def _edit_graph_order(
    graph: Graph, cells: Mapping[CellId, Cell], put: Sequence[Cell], removed: Sequence[Cell]
) -> Graph:
    changed = [cell.id for cell in (*put, *removed)]
    made, edges, children = dict(graph.made), dict(graph.edges), dict(graph.children)
    definers, referrers = dict(graph.definers), dict(graph.referrers)
    names: set[str] = set()
    for cell_id in changed:
        old, new = graph.cells.get(cell_id), cells.get(cell_id)
        names |= _update_definers(definers, cell_id, old, new)
        _update_referrers(referrers, cell_id, old, new)
        if new is None:
            made.pop(cell_id, None)
        else:
            made[cell_id] = new.definitions
    positions = graph.positions
    moved = tuple(cells) != tuple(graph.cells)
    after = replace(graph, cells=cells, made=made, edges=edges, children=children, observed={})
    if not moved:
        vars(after)["positions"] = positions
    for name in tuple(definers) if moved else names & definers.keys():
        if len(definers[name]) > 1:
            first = definers[name][0]
            definers[name] = tuple(sorted(definers[name], key=after.positions.__getitem__))
            if definers[name][0] != first:
                names.add(name)  # its users take it from another cell now
    relink = {*changed, *(user for name in names for user in referrers.get(name, ()))}
    relinked = _relink(relink, cells, edges, children, definers)
    problems = _problems(graph, after, changed, relinked, definers)
    return _replace(after, definers=definers, referrers=referrers, problems=problems)


def _edit_in_place(
    graph: Graph,
    cells: Mapping[CellId, Cell],
    put: Iterable[Cell],
    observed: Mapping[CellId, frozenset[str]],
) -> Graph | None:
    """The next graph in document order if other cells see the very versions that they saw before; else None.

    Then nothing but the cells of `put` has to be read.
    """
    versions, edges, children = dict(graph.versions), dict(graph.edges), dict(graph.children)
    hidden, problems = dict(graph.hidden), dict(graph.problems)
    for cell in put:
        old, before = graph.cells[cell.id], graph.versions[cell.id]
        read = read_cell(
            cell,
            observed.get(cell.id, frozenset()),
            partial(graph.above, cell=cell.id),
            partial(_latent_above, graph, cell.id),
            partial(_first_definer, graph),
        )
        taken = before.taken.keys() | read.taken.keys()
        if (
            (read.made, read.latent) != (before.made, before.latent)
            or (cell.flow.binds, cell.flow.kept) != (old.flow.binds, old.flow.kept)
            or any(
                name in graph.versions[maker].kept for name in taken if (maker := graph.above(name, cell.id))
            )
        ):
            return None
        for name, maker in read.kept.items():
            if graph.users(name, cell.id):
                if name in graph.versions[maker].kept:
                    return None
                read.taken[name] = maker
        versions[cell.id], edges[cell.id] = read, read.taken
        _update_children(children, cell.id, before.taken, read.taken)
        _put_or_drop(hidden, cell.id, read.hidden or None)
        _put_or_drop(problems, cell.id, own_problem(cell) or read.problem)
    changes = {"problems": problems} if problems != graph.problems else {}
    return _replace(
        graph,
        cells=cells,
        versions=versions,
        edges=edges,
        children=children,
        hidden=hidden,
        observed=observed,
        **changes,
    )


def _latent_above(graph: Graph, cell: CellId, name: str) -> Latent | None:
    maker = graph.above(name, cell)
    return None if maker is None else graph.versions[maker].latent.get(name)


def _first_definer(graph: Graph, name: str) -> CellId | None:
    makers = graph.definers.get(name, ())
    return next((maker for maker in makers if name in graph.cells[maker].flow.binds), None)


def _update_children(
    children: dict[CellId, frozenset[CellId]],
    cell: CellId,
    before: Mapping[str, CellId],
    now: Mapping[str, CellId],
) -> None:
    for maker in {*before.values()} - {*now.values()}:
        children[maker] = children[maker] - {cell}
    for maker in {*now.values()} - {*before.values()}:
        children[maker] = children.get(maker, frozenset()) | {cell}


def _put_or_drop(mapping: dict[CellId, T], cell: CellId, value: T | None) -> None:
    if value is None:
        mapping.pop(cell, None)
    else:
        mapping[cell] = value


def _replace(graph: Graph, **changes: object) -> Graph:
    """Return `graph` with `changes` that leave its cells where they are."""
    after = replace(graph, **changes)  # type: ignore[arg-type]
    if "positions" in vars(graph):
        vars(after)["positions"] = graph.positions
    return after


def _update_definers(
    definers: dict[str, tuple[CellId, ...]], cell: CellId, old: Cell | None, new: Cell | None
) -> set[str]:
    """Move `cell` among the definers of its names; return the names that it defined before or defines now."""
    before = old.definitions if old is not None else frozenset()
    now = new.definitions if new is not None else frozenset()
    for name in before - now:
        left = tuple(other for other in definers[name] if other != cell)
        if left:
            definers[name] = left
        else:
            del definers[name]
    for name in now - before:
        definers[name] = (*definers.get(name, ()), cell)
    return set(before ^ now)


def _update_referrers(
    referrers: dict[str, frozenset[CellId]], cell: CellId, old: Cell | None, new: Cell | None
) -> None:
    before = old.references if old is not None else frozenset()
    now = new.references if new is not None else frozenset()
    for name in before - now:
        referrers[name] = referrers[name] - {cell}
    for name in now - before:
        referrers[name] = referrers.get(name, frozenset()) | {cell}


def _relink(
    relink: Iterable[CellId],
    cells: Mapping[CellId, Cell],
    edges: dict[CellId, Mapping[str, CellId]],
    children: dict[CellId, frozenset[CellId]],
    definers: Mapping[str, tuple[CellId, ...]],
) -> list[CellId]:
    """Draw the edges of these cells anew; return those whose edges are others than before."""
    relinked = []
    for cell_id in relink:
        cell = cells.get(cell_id)
        before = edges.pop(cell_id, None)
        taken = {} if cell is None else edges_of(cell, definers)
        if cell is not None:
            edges[cell_id] = before if before == taken and before is not None else taken
            children.setdefault(cell_id, frozenset())
        if before != taken:
            relinked.append(cell_id)
            _update_children(children, cell_id, before or {}, taken)
    for cell_id in children.keys() - cells.keys():
        del children[cell_id]
    return relinked


def _problems(
    before: Graph,
    after: Graph,
    changed: Sequence[CellId],
    relinked: Sequence[CellId],
    definers: Mapping[str, tuple[CellId, ...]],
) -> Mapping[CellId, CellProblem]:
    """The problems after an edit; cycles are looked for only where one may have come or gone."""
    own = {cell_id: own_problem(after.cells[cell_id]) for cell_id in changed if cell_id in after.cells}
    kept = {
        cell_id: problem
        for cell_id, problem in before.problems.items()
        if problem.kind not in _BETWEEN and cell_id not in changed
    }
    problems = kept | {cell_id: problem for cell_id, problem in own.items() if problem is not None}
    between = any(problem.kind in _BETWEEN for problem in before.problems.values())
    several = any(len(definers.get(n, ())) > 1 for c in changed if c in after.cells for n in after.made[c])
    if between or several:
        for cell_id, problem in multiple_definitions(definers).items():
            problems.setdefault(cell_id, problem)
    on_cycle = any(cell in after.cells and cell in after.descendants([cell]) for cell in relinked)
    if between or on_cycle:
        for cell_id, problem in cycles(after.cells, after.edges).items():
            problems.setdefault(cell_id, problem)
    return problems if problems != before.problems else before.problems
