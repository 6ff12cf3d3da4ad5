"""Objects behind widgets: what Python changes in them, and having one again whose state alone is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from tiffin.events import ElementChanged, ElementSaid, Event
from tiffin.ids import CellId
from tiffin.run.lifecycle import Outcome, Rerun, RunMemory
from tiffin.run.result import Result
from tiffin.ui.element import Element, Reactive
from tiffin.ui.registry import ElementRegistry

Json: TypeAlias = Any


class Moves:
    """Hears of widgets that Python moves itself: tells the page, and what depends on them runs.

    `cell` is the cell whose body the present code is part of, `whose` the one on whose behalf it runs, also
    after that body; `was_set` is told of widgets that others than their own cell have moved.
    """

    def __init__(
        self,
        elements: ElementRegistry,
        report: Callable[[Event], None],
        cell: CellId | None,
        whose: CellId | None,
        was_set: Callable[[Reactive, CellId | None], None],
    ) -> None:
        self._elements = elements
        self._report = report
        self._cell = cell
        self._whose = whose
        self._was_set = was_set

    def tell(self, element: Element, said: Json) -> bool:
        """Tell that `element` has another value, or what it says; see `Element.tell`."""
        if said is not None:
            self._report(ElementSaid(element.id, element.name, said["content"], tuple(said["buffers"])))
            return False
        self._report(ElementChanged(element.id, element.name, element.front_end))
        if self._cell is not None and self._cell == self._elements.maker(element.id):
            return True
        self._was_set(element, self._whose)
        return False


class MakingAgain:
    """Has a cell run again, whatever is stored, for the objects behind its widgets: see `Beside`."""

    def __init__(self, cell: CellId) -> None:
        self._cell: CellId | None = cell

    async def run(self, memory: RunMemory, *, interrupted: bool) -> Outcome:
        cell, self._cell = self._cell, None
        if interrupted:
            return Result("interrupted")
        return Result("ok") if cell is None else make_again((cell,), memory)

    def end(self, *, interrupted: bool) -> None:
        return None


def make_again(cells: Iterable[CellId], memory: RunMemory) -> Rerun:
    """Return what has these cells run, so that the objects are there which no manifest holds."""
    again = tuple(cells)
    memory.produce.update(again)
    return Rerun(again, "the objects behind its widgets are needed")
