"""Code mode: a transaction on the notebook, whose edits of cells are made together or not at all."""

from __future__ import annotations

import linecache
from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Literal, TypeAlias

from tiffin.cells.cell import Cell
from tiffin.cells.compile import remember_source
from tiffin.commands import CellSource, EditCells
from tiffin.errors import UsageError
from tiffin.graph.edit import new_problems
from tiffin.graph.graph import Graph
from tiffin.ids import CellId, RunId
from tiffin.notebook.notebook import NotebookCell
from tiffin.plan.triggers import GraphEdited, RunRequested, Trigger, ValuesChanged
from tiffin.session.ambient import current
from tiffin.session.edits import BesideServices

Json: TypeAlias = Any


@dataclass(frozen=True)
class DraftCell:
    """A cell as it will be: see `CellSource`."""

    id: str
    source: str
    kind: Literal["code", "markdown"] = "code"
    name: str | None = None


class Transaction:
    """What is asked of it happens at the end of its `async with` block; a cell is given by its id or name.

    An error in the block, or of the whole, changes nothing. `UsageError` for what makes no sense as asked.
    """

    def __init__(self, kernel: BesideServices, run_id: RunId, *, skip_validation: bool) -> None:
        self._kernel = kernel
        self._run_id = run_id
        self._skips_validation = skip_validation
        self._before: dict[str, DraftCell] = {cell.id: _draft(cell) for cell in kernel.edits.notebook.cells}
        self._cells: dict[str, DraftCell] = dict(self._before)
        self._moved: dict[str, None] = {}
        self._wanted: dict[str, None] = {}
        self._values: dict[str, Json] = {}
        self._is_open = False

    async def __aenter__(self) -> Transaction:
        self._is_open = True
        return self

    async def __aexit__(self, kind: object, error: BaseException | None, trace: TracebackType | None) -> None:
        self._check_open()
        self._is_open = False
        if error is None:
            self._commit()

    # -- asking ------------------------------------------------------------------------------------------

    @property
    def cells(self) -> tuple[DraftCell, ...]:
        """The cells as they will be, in document order."""
        return tuple(self._cells.values())

    def create_cell(
        self,
        source: str,
        *,
        before: str | None = None,
        after: str | None = None,
        name: str | None = None,
        kind: Literal["code", "markdown"] = "code",
    ) -> str:
        """Create a cell, at the end or beside another one, and return its id."""
        self._check_open()
        number = len(self._before) + 1
        while (cell := f"c{number}") in self._before or cell in self._cells:
            number += 1
        self._place(DraftCell(cell, source, kind, name), before, after)
        return cell

    def edit_cell(self, cell: str, source: str) -> None:
        """Give a cell another source."""
        draft = self._find(cell)
        self._cells[draft.id] = replace(draft, source=source)

    def move_cell(self, cell: str, *, before: str | None = None, after: str | None = None) -> None:
        """Move a cell beside another one, or to the end."""
        draft = self._find(cell)
        if draft.id in {self._find(other).id for other in (before, after) if other is not None}:
            raise UsageError(f"{draft.id} cannot be moved beside itself: name another cell")
        self._place(draft, before, after)
        self._moved[draft.id] = None

    def delete_cell(self, cell: str) -> None:
        """Delete a cell."""
        draft = self._find(cell)
        del self._cells[draft.id]
        self._wanted.pop(draft.id, None)

    def run_cell(self, cell: str) -> None:
        """Run a cell, and what depends on it; those that an edit concerns run anyhow."""
        self._wanted[self._find(cell).id] = None

    def set_value(self, widget: str, value: Json) -> None:
        """Set a widget, by its name or id, to a front-end value: it is as if its reader had moved it."""
        self._check_open()
        self._values[widget] = value

    def _check_open(self) -> None:
        if not self._is_open:
            raise UsageError("a transaction is asked inside its block: async with tn.code_mode() as nb")

    def _find(self, cell: str) -> DraftCell:
        self._check_open()
        if cell in self._cells:
            return self._cells[cell]
        named = [draft for draft in self._cells.values() if draft.name == cell]
        if len(named) != 1:
            problem = "several cells are" if named else "no cell is"
            known = ", ".join(self._cells) or "none"
            raise UsageError(f"{problem} called {cell!r}; the ids are: {known}")
        return named[0]

    def _place(self, draft: DraftCell, before: str | None, after: str | None) -> None:
        if before is not None and after is not None:
            raise UsageError("a cell stands before or after another one: give one of the two")
        beside = before if before is not None else after
        anchor = None if beside is None else self._find(beside).id
        self._cells.pop(draft.id, None)
        others = list(self._cells)
        place = len(others) if anchor is None else others.index(anchor) + (before is None)
        cells = [*self._cells.values()]
        cells.insert(place, draft)
        self._cells = {cell.id: cell for cell in cells}

    # -- happening ---------------------------------------------------------------------------------------

    def _commit(self) -> None:
        kernel = self._kernel
        put = [cell for cell in self.cells if self._before.get(cell.id) != cell]
        removed = [cell for cell in self._before if cell not in self._cells]
        stays = [cell for cell in self._before if cell in self._cells]
        new = [cell.id for cell in put if cell.id not in self._before]
        order = tuple(self._cells)
        is_moved = stays != [cell for cell in order if cell not in new]
        moved = [cell for cell in self._moved if cell in stays] if is_moved else []
        command = EditCells(
            self._run_id,
            tuple(CellSource(cell.id, cell.source, cell.kind, cell.name) for cell in put),
            tuple(removed),
            None if order == (*stays, *new) else order,
        )
        said: list[str] = []
        graph = kernel.edits.runner.graph
        if put or removed or command.order is not None:
            known = {cell.filename: cell for cell in graph}
            try:
                foreseen = kernel.edits.foresee(command)
                if not self._skips_validation:
                    _check(graph, foreseen[1].graph)
                triggers = [kernel.edits.set_values(self._values)] if self._values else []
            except BaseException:
                _forget_sources(known, [cell.id for cell in put])
                raise
            graph = foreseen[1].graph
            triggers.append(kernel.edits.take_up(self._run_id, foreseen))
            said += [_told("created", graph, new)]
            said += [_told("edited", graph, [cell.id for cell in put if cell.id not in new])]
            said += [_told("moved", graph, moved), _told("deleted", graph, removed)]
        else:
            triggers = [kernel.edits.set_values(self._values)] if self._values else []
        said += [f"set {', '.join(self._values)}"] if self._values else []
        if self._wanted:
            triggers.append(RunRequested(tuple(CellId(cell) for cell in self._wanted)))
            said.append(f"will run {', '.join(self._wanted)}")
        kernel.edits.call_back()
        kernel.triggers[:] = [_left(trigger, graph) for trigger in (*kernel.triggers, *triggers)]
        print(*([line for line in said if line] or ["nothing to change"]), sep="\n")


def _left(trigger: Trigger, graph: Graph) -> Trigger:
    """What is left of a trigger now that some cells may be gone."""
    match trigger:
        case GraphEdited(cells, others):
            return GraphEdited(cells & graph.cells.keys(), others & graph.cells.keys())
        case ValuesChanged(versions, except_for):
            return ValuesChanged(tuple(v for v in versions if v[1] in graph.cells), except_for)
    return trigger


def _draft(cell: NotebookCell) -> DraftCell:
    return DraftCell(cell.id, cell.source, cell.kind, cell.name)


def _told(verb: str, graph: Graph, cells: Iterable[str]) -> str:
    return f"{verb} {', '.join(_with_names(graph, cell) for cell in cells)}" if cells else ""


def _with_names(graph: Graph, cell: str) -> str:
    made = sorted(graph.made.get(CellId(cell), ()))
    return f"{cell} ({', '.join(made)})" if made else cell


def _check(before: Graph, after: Graph) -> None:
    """`UsageError` if cells have problems that they had not before."""
    problems = new_problems(before, after)
    if problems:
        raise UsageError(
            f"nothing was changed, for there would be errors: {'; '.join(problems)} "
            "(tn.code_mode(skip_validation=True) changes it all the same)"
        )


def _forget_sources(known: dict[str, Cell], put: Iterable[str]) -> None:
    """Let tracebacks find again what the cells of before say: looking at the edit has compiled them."""
    for file in [file for file in linecache.cache if any(file.endswith(f" {cell}>") for cell in put)]:
        if file in known:
            remember_source(file, known[file].source)
        else:
            del linecache.cache[file]


def code_mode(*, skip_validation: bool = False) -> Transaction:
    """Return a transaction on the notebook, in the scratchpad: `async with tn.code_mode() as nb:`.

    `nb` creates, edits, moves, deletes and runs cells, and sets widgets. All of it happens at the end of the
    block, and the cells run when the code has ended. Nothing happens if the block raises, nor if cells would
    have errors that they have not now (syntax, a name with several definitions, a cycle): that is a
    `UsageError`, unless `skip_validation`.
    """
    ambient = current.get()
    if ambient is None or ambient.code_mode is None:
        raise UsageError("there is no scratchpad here: tn.code_mode() needs one")
    transaction: Transaction = ambient.code_mode(skip_validation=skip_validation)
    return transaction
