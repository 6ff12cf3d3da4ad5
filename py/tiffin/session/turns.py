"""Whose turn it is: runs come one after another, in the order they were asked for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from tiffin.ids import RunId


class Turns:
    """Gives each run its turn; `refuse` ends one that never gets it, because nobody wants it any more.

    `present` is the run whose turn it is.
    """

    def __init__(self, refuse: Callable[[RunId], object]) -> None:
        self.present: RunId | None = None
        self._refuse = refuse
        self._lock = asyncio.Lock()
        self._waiting: list[tuple[RunId, asyncio.Future[None]]] = []

    @contextlib.asynccontextmanager
    async def turn(self, run_id: RunId) -> AsyncIterator[bool]:
        """Wait for the turn of a run, and have it for the time of a block; False if it was called off."""
        wanted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waits = (run_id, wanted)
        self._waiting.append(waits)
        try:
            await self._lock.acquire()
        except asyncio.CancelledError:
            if not wanted.cancelled():
                self._refuse(run_id)
            raise
        finally:
            self._waiting.remove(waits)
        try:
            self.present = run_id
            yield not wanted.cancelled()
        finally:
            self.present = None
            self._lock.release()

    def call_off(self, run_id: RunId) -> None:
        """End runs that still wait for their turn, if there are any with this id."""
        for waits, wanted in self._waiting:
            if waits == run_id and wanted.cancel():
                self._refuse(run_id)
