"""The states of a kernel: who set which, and what that brings about."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tiffin.ids import CellId
from tiffin.plan.triggers import Trigger, ValuesChanged
from tiffin.run.namespace import Version
from tiffin.ui.element import Reactive
from tiffin.ui.state import State


class States:
    """Makes states, and turns what is set into triggers.

    `cell` gives the cell whose body the present code is part of, `holders` the versions that hold a state.
    `runs` says whether a run is under way, which then takes up what is set; else `start` begins one.
    """

    def __init__(
        self,
        identify: Callable[[Any], str | None],
        cell: Callable[[], CellId | None],
        holders: Callable[[str], tuple[Version, ...]],
        runs: Callable[[], bool],
        start: Callable[[], Awaitable[None]],
    ) -> None:
        self._identify = identify
        self._cell = cell
        self._holders = holders
        self._runs = runs
        self._start = start
        self._set: list[tuple[Reactive, CellId | None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Future[None]] = set()

    def make(self, initial: Any, allow_self_loops: bool) -> State[Any]:
        """Return a new state that tells when it is set."""
        return State(initial, allow_self_loops=allow_self_loops, identify=self._identify, notify=self.was_set)

    def was_set(self, state: Reactive, setter: CellId | None = None) -> None:
        """Learn that a state was set, or that Python has moved a widget: by `setter`, or the present cell."""
        self._set.append((state, setter or self._cell()))
        self.follow()

    @property
    def setters(self) -> frozenset[CellId]:
        """The cells whose bodies have set states that no trigger has taken up yet."""
        return frozenset(cell for _, cell in self._set if cell is not None)

    def attend(self) -> None:
        """Learn of the event loop that runs are carried out in."""
        self._loop = asyncio.get_running_loop()

    def follow(self) -> None:
        """Start a run for what was set outside of one: by a task or a thread whose cell has ended."""
        if self._set and not self._runs() and self._loop is not None:
            self._loop.call_soon_threadsafe(self._begin)

    def _begin(self) -> None:
        task = asyncio.ensure_future(self._start())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def trigger(self) -> Trigger | None:
        """Return what has been set since this was asked the last time, None if nothing was."""
        if not self._set:
            return None
        states, self._set = self._set, []
        holders = (self._holders(state.id) for state, _ in states)
        versions = dict.fromkeys(version for found in holders for version in found)
        setters = (setter for state, setter in states if not getattr(state, "allow_self_loops", False))
        return ValuesChanged(tuple(versions), frozenset(setter for setter in setters if setter is not None))
