"""Edits of a notebook that a kernel runs: of its cells, and of the values of its widgets; and what else code
beside the cells gets of a kernel."""

from __future__ import annotations

import asyncio
import importlib
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any, Protocol, TypeAlias

from tiffin.cells.compile import compile_cell
from tiffin.commands import EditCells, Execute
from tiffin.errors import UsageError
from tiffin.events import ElementChanged, NotebookEdited, Notice
from tiffin.graph.edit import Edited, edit, observe
from tiffin.graph.graph import graph_of
from tiffin.ids import CellId, RunId
from tiffin.notebook.edit import EditedNotebook, edit_notebook
from tiffin.notebook.notebook import Notebook, NotebookCell
from tiffin.plan.triggers import GraphEdited, RunRequested, Trigger, ValuesChanged
from tiffin.run.executor import Executor
from tiffin.run.interrupt import Interrupter
from tiffin.run.lifecycle import Lifecycle, Outcome, Report, RunMemory
from tiffin.run.namespace import Namespace
from tiffin.run.result import Result
from tiffin.run.runner import Beside, Runner
from tiffin.run.versions import find_changers
from tiffin.ui.element import Element
from tiffin.ui.registry import ElementRegistry

Json: TypeAlias = Any
Foreseen: TypeAlias = tuple[EditedNotebook, Edited]
"""The notebook after an edit, and its graph."""


class Edits:
    """Keeps the notebook as it is now, and changes it; what that sets off is for others to run.

    A `UsageError` means that nothing was changed. `read_cell` is as in `KernelServices`.
    """

    def __init__(
        self,
        notebook: Notebook,
        runner: Runner,
        namespace: Namespace,
        elements: ElementRegistry,
        read_cell: Callable[[NotebookCell], NotebookCell],
        report: Report,
    ) -> None:
        self.notebook = notebook
        self.runner = runner
        self._namespace = namespace
        self._elements = elements
        self.read_cell = read_cell
        self._report = report
        self.heeding: list[Element] = []
        """The elements that are to hear of changes."""
        self._pressed: list[Element] = []

    def carry_out(self, run_id: RunId, command: EditCells) -> Trigger:
        """Edit the notebook, and return what that sets off."""
        return self.take_up(run_id, self.foresee(command))

    def set_values(self, values: Mapping[str, Json]) -> Trigger:
        """Set widgets to front-end values, and return what that sets off."""
        for name, value in values.items():
            # Nothing is set if one is wrong: what depends on one of the others would not be run for it.
            element = self._elements.find(name)
            try:
                element.check(value)
            except UsageError:
                # Whoever sent it shows it already.
                self._report(ElementChanged(element.id, element.name, element.front_end))
                raise
        changed = [e for name, value in values.items() for e in self._elements.set_value(name, value)]
        versions: dict[tuple[str, CellId], None] = {}
        for element in changed:
            self._report(ElementChanged(element.id, element.name, element.front_end))
            versions.update(dict.fromkeys(self._namespace.holders(element.id)))
        self.heeding += self._elements.heeding(changed)
        pressed = [element for element in changed if element.momentary]
        self._pressed += pressed
        if not pressed:
            return ValuesChanged(tuple(versions))
        # Its users run, also where others wait until somebody asks for them: a press is no value that stays.
        users = {user for name, maker in versions for user in self.runner.graph.users(name, maker)}
        return RunRequested(tuple(self.runner.graph.sort(users)))

    def call_back(self) -> tuple[CellId, ...]:
        """Have elements hear of their changes, once each; return the cells that have to run again for those
        that lack what would hear."""
        heeding, self.heeding = self.heeding, []
        lacking: dict[CellId, None] = {}
        for element in dict.fromkeys(heeding):
            before = element.front_end
            if element.lacks:
                maker = self._elements.maker(element.id)
                lacking.update({} if maker is None else {maker: None})
                continue
            try:
                element.on_behalf(element.hear)
            except Exception as error:  # noqa: BLE001 (the author's code may raise anything)
                tb = error.__traceback__
                for _ in range(3):  # how it was called is no concern of the author's
                    tb = tb and tb.tb_next
                own = error.with_traceback(tb)
                element.on_behalf(print, *traceback.format_exception(own), sep="", end="", file=sys.stderr)
                text = f"on_change of {element.name} failed: {type(error).__name__}: {error}"
                self._report(Notice("error", text))
            if element.front_end != before:
                self._report(ElementChanged(element.id, element.name, element.front_end))
        return tuple(lacking)

    def settle(self) -> None:
        """The run that changes have set off is over: what was pressed is so no more."""
        pressed, self._pressed = self._pressed, []
        for element in pressed:
            element.put(element.initial)
            self._report(ElementChanged(element.id, element.name, element.front_end))

    def foresee(self, command: EditCells) -> Foreseen:
        """Return the notebook after an edit, and its graph; nothing is changed yet."""
        edited = edit_notebook(self.notebook, command, self.read_cell)
        notebook = edited.notebook
        if edited.reordered_names:
            return edited, Edited(graph_of(notebook), frozenset(cell.id for cell in notebook.cells))
        compiled = [
            compile_cell(cell, notebook.filename, self.runner.graph.order)
            for cell in notebook.cells
            if cell.id in edited.put
        ]
        order = [cell.id for cell in notebook.cells]
        return edited, edit(self.runner.graph, put=compiled, remove=edited.removed, order=order)

    def take_up(self, run_id: RunId, foreseen: Foreseen) -> Trigger:
        """Make a notebook the present one, and return what that sets off."""
        edited, after = foreseen
        put, removed = edited.put, edited.removed
        self.notebook = edited.notebook
        self.runner.autorun = self.notebook.settings.get("autorun", True) is not False
        if edited.reordered_names:
            put = tuple(after.graph.cells)
            for cell in self.runner.graph:
                self._namespace.forget(cell)
        elif after.graph.order == "document":
            after = self._see_changers(after)
        for cell_id in put:
            before = self.runner.graph.cells.get(cell_id)
            if before is not None and before.digest != after.graph.cells[cell_id].digest:
                # Cells that run before the edited one must not see what that defines no longer.
                self._namespace.take_back(cell_id)
                self._namespace.forget(before)
                self._elements.begin(cell_id)
        for cell in after.removed:
            self._namespace.take_back(cell.id)
            self._namespace.forget(cell)
            self._elements.begin(cell.id)
        if after.graph.order == "document":
            for cell_id in after.concerned:
                self._namespace.retain(cell_id, after.graph.made[cell_id])
        self.runner.graph = after.graph
        self.runner.drop(removed)
        self._report(NotebookEdited(run_id, tuple(after.graph.cells), put, removed))
        own = after.concerned & set(put)
        return GraphEdited(own, after.concerned - own)

    def _see_changers(self, edited: Edited) -> Edited:
        """Cells may see other values of those that have parts in common: whoever changes one, changes all."""
        while changers := find_changers(edited.graph, self._namespace):
            seen = observe(edited.graph, changers)
            edited = Edited(seen.graph, edited.concerned | seen.concerned, edited.removed)
        return edited


class CallingBack:
    """Calls what widgets have to be told `on_change`, before the cells of a run: see `Beside`."""

    def __init__(self, edits: Edits, interrupter: Interrupter) -> None:
        self._edits = edits
        self._interrupter = interrupter

    async def run(self, memory: RunMemory, *, interrupted: bool) -> Outcome:
        if interrupted:
            return Result("interrupted")
        lacking: list[CellId] = []
        try:
            await self._interrupter.drive(self._call(lacking))
        except (KeyboardInterrupt, asyncio.CancelledError):
            return Result("interrupted")
        if not lacking:
            return Result("ok")
        again: Outcome = importlib.import_module("tiffin.session.objects").make_again(lacking, memory)
        return again

    async def _call(self, lacking: list[CellId]) -> None:
        lacking += self._edits.call_back()

    def end(self, *, interrupted: bool) -> None:
        self._edits.heeding.clear()


@dataclass(frozen=True)
class BesideServices:
    """What a kernel gives to who runs code beside its cells.

    Of `lifecycles`, the last one captures. `interrupt` stops the run under way, as a signal handler does.
    `triggers` takes what is to be followed when the code has ended.
    """

    edits: Edits
    namespace: Namespace
    lifecycles: tuple[Lifecycle, ...]
    executor: Executor
    interrupter: Interrupter
    report: Report
    interrupt: Callable[[FrameType | None], None]
    triggers: list[Trigger]


class Scratching(Protocol):
    """Makes what runs beside the cells out of a command, and transactions for it."""

    def open(self, command: Execute) -> Beside: ...
    def code_mode(self, *, skip_validation: bool) -> Any: ...
