"""The events of one run, for the one client that waits for them."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, TypeAlias

Json: TypeAlias = Any

MOST_BYTES = 64_000_000


class RunEvents:
    """Events of a run in the order of the log, in their wire form, from the first to its `RunCompleted`.

    If more than `most_bytes` wait to be taken, what comes is dropped save for the last one, and `overrun` is
    true. `wait` returns when there is one to take, or none will come.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._events: deque[tuple[Json, int]] = deque()
        self._most = most_bytes
        self._size = 0
        self._news = asyncio.Event()
        self.closed = self.overrun = False

    def append(self, event: Json, size: int) -> None:
        """Add an event of the run, of so many bytes."""
        last = event["type"] == "RunCompleted"
        self.overrun = self.overrun or (self._size > 0 and self._size + size > self._most)
        if last or not self.overrun:
            self._events.append((event, size))
            self._size += size
        self._news.set()

    def take(self) -> tuple[Json, ...]:
        """Return the events that have come, earliest first, and forget them."""
        events = tuple(event for event, _ in self._events)
        self._events.clear()
        self._size = 0
        self._news.clear()
        return events

    async def wait(self) -> None:
        """Wait until there is an event to take, or no further one comes."""
        if not self.closed:
            await self._news.wait()

    def close(self) -> None:
        """Say that no event will follow."""
        self.closed = True
        self._news.set()
