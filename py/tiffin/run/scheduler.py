"""The scheduler: which cell is next, which are cancelled, which come again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Protocol

from tiffin.graph.graph import Graph
from tiffin.ids import CellId


class Scheduler(Protocol):
    """The cells of one run still to come.

    `next` takes a cell off the queue, None at the end. `cancel` takes the descendants of a cell off it and
    returns those it took. `rerun` puts cells, topologically sorted and without duplicates, at the front,
    un-cancelled. `add` puts cells where they belong among those that wait, and returns those that were not
    there yet. `interrupt` cancels all that is left. `cancelled` maps cells to the sentence that says why.
    `graph` is the one that all this goes by; running a cell may have shown that it is another.
    """

    graph: Graph

    @property
    def cancelled(self) -> Mapping[CellId, str]: ...
    def next(self) -> CellId | None: ...
    def cancel(self, cell: CellId, reason: str) -> tuple[CellId, ...]: ...
    def rerun(self, cells: Iterable[CellId]) -> tuple[CellId, ...]: ...
    def add(self, cells: Iterable[CellId]) -> tuple[CellId, ...]: ...
    def interrupt(self, reason: str) -> tuple[CellId, ...]: ...


class SequentialScheduler:
    """First in, first out over a topological order."""

    def __init__(self, graph: Graph, cells: Iterable[CellId]) -> None:
        self.graph = graph
        self._queue = deque(cells)
        self.cancelled: dict[CellId, str] = {}

    def next(self) -> CellId | None:
        return self._queue.popleft() if self._queue else None

    def cancel(self, cell: CellId, reason: str) -> tuple[CellId, ...]:
        return self._take(self.graph.descendants([cell]) - {cell}, reason)

    def rerun(self, cells: Iterable[CellId]) -> tuple[CellId, ...]:
        again = self.graph.sort(cells)
        waiting = [cell for cell in self._queue if cell not in again]
        for cell in again:
            self.cancelled.pop(cell, None)
        self._queue = deque([*again, *waiting])
        return again

    def add(self, cells: Iterable[CellId]) -> tuple[CellId, ...]:
        waiting = set(self._queue)
        new = set(cells) - waiting
        for cell in new:
            self.cancelled.pop(cell, None)
        self._queue = deque(self.graph.sort(waiting | new))
        return tuple(cell for cell in self._queue if cell in new)

    def interrupt(self, reason: str) -> tuple[CellId, ...]:
        return self._take(frozenset(self._queue), reason)

    def _take(self, cells: frozenset[CellId], reason: str) -> tuple[CellId, ...]:
        taken = tuple(cell for cell in self._queue if cell in cells)
        if taken:
            self._queue = deque(cell for cell in self._queue if cell not in cells)
            self.cancelled.update(dict.fromkeys(taken, reason))
        return taken
