"""The next notebook after an edit; the one before stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tiffin.commands import CellSource, EditCells
from tiffin.errors import UsageError
from tiffin.ids import SCRATCHPAD, CellId
from tiffin.notebook.notebook import Notebook, NotebookCell


@dataclass(frozen=True)
class EditedNotebook:
    """A notebook after an edit: the ids of cells that are new or changed, and of those that are gone.

    `reordered_names` says that names mean something else now: document order, or no longer.
    """

    notebook: Notebook
    put: tuple[CellId, ...]
    removed: tuple[CellId, ...]
    reordered_names: bool = False


def edit_notebook(
    notebook: Notebook, command: EditCells, read_cell: Callable[[NotebookCell], NotebookCell]
) -> EditedNotebook:
    """Return `notebook` after `command`; `UsageError`, and nothing is changed, if that cannot be carried out.

    `read_cell` completes a cell that somebody wrote, as reading a file does.
    """
    cells = {cell.id: cell for cell in notebook.cells}
    removed = tuple(CellId(cell) for cell in dict.fromkeys(command.remove))
    unknown = next((cell for cell in removed if cell not in cells), None)
    if unknown is not None:
        raise UsageError(f"there is no cell {unknown!r} to remove; known: {', '.join(cells) or 'none'}")
    for cell_id in removed:
        del cells[cell_id]
    put: list[CellId] = []
    given: set[str] = set()
    for source in command.put:
        if source.id == SCRATCHPAD:
            raise UsageError(f"no cell can be called {source.id!r}: give it another id")
        if not source.id or source.id in given or source.id in removed:
            raise UsageError(f"the cell {source.id!r} is put twice, or removed as well: give each cell once")
        given.add(source.id)
        cell = _read(cells.get(CellId(source.id)), source, read_cell)
        if cell != cells.get(cell.id):
            put.append(cell.id)
        cells[cell.id] = cell
    if command.order is not None:
        ordered = dict.fromkeys(CellId(cell) for cell in command.order)
        strange = next((cell for cell in ordered if cell not in cells), None)
        if strange is not None:
            raise UsageError(f"the order names {strange!r}, and there is no such cell")
        forgotten = [cell for cell in cells if cell not in ordered and cell not in put]
        if forgotten:
            raise UsageError(f"the order leaves out {forgotten[0]!r}: name every cell")
        cells = {cell: cells[cell] for cell in (*ordered, *(c for c in cells if c not in ordered))}
    settings = {**notebook.settings, **(command.settings or {})}
    order = settings.pop("order", notebook.order)
    if order not in ("graph", "document", "auto"):
        raise UsageError(f"order={order} is unknown; the orders are graph, document and auto")
    edited = replace(notebook, cells=tuple(cells.values()), settings=settings, order=order)
    return EditedNotebook(edited, tuple(put), removed, order != notebook.order)


def _read(
    before: NotebookCell | None, source: CellSource, read_cell: Callable[[NotebookCell], NotebookCell]
) -> NotebookCell:
    settings = source.settings
    if settings is None:
        settings = dict(before.settings) if before is not None else {}
    # None says nothing of the name; empty text takes it away.
    name = before.name if source.name is None and before is not None else source.name or None
    if before is not None and (before.source, before.kind) == (source.source, source.kind):
        return replace(before, name=name, settings=settings)
    return read_cell(NotebookCell(CellId(source.id), source.kind, source.source, name, settings=settings))
