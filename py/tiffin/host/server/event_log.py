"""The event log: what a kernel has reported last, in order, for listeners that come, lag behind or return."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

MOST_EVENTS = 10_000
MOST_BYTES = 64_000_000
_BATCH = 500


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as JSON, and its number in the log."""

    id: int
    text: str


class EventLog:
    """Numbers events from `first` on, and keeps the latest, up to `most` of them and `most_bytes` of text.

    A `first` that grows from one server to the next (a time) makes sure that a number means one event only.
    """

    def __init__(self, first: int, most: int = MOST_EVENTS, most_bytes: int = MOST_BYTES) -> None:
        self._events: deque[LoggedEvent] = deque()
        self._next = first
        self._most, self._most_bytes = most, most_bytes
        self._size = 0
        self._news = asyncio.Event()
        self.closed = False

    @property
    def newest(self) -> int:
        """The number of the latest event; one less than the first number before there is any."""
        return self._next - 1

    @property
    def oldest(self) -> int:
        """The number of the earliest event that is kept, or of the next one."""
        return self._next - len(self._events)

    def append(self, text: str) -> int:
        """Add an event, forget the earliest where there are too many, and return its number."""
        event = LoggedEvent(self._next, text)
        self._next += 1
        self._events.append(event)
        self._size += len(text)
        while len(self._events) > self._most or (self._size > self._most_bytes and len(self._events) > 1):
            self._size -= len(self._events.popleft().text)
        self._wake()
        return event.id

    def after(self, number: int) -> tuple[LoggedEvent, ...] | None:
        """Return the next events after that of `number`, a few hundred at most; None if some of them are
        forgotten, or there was no such event."""
        if not self.oldest - 1 <= number <= self.newest:
            return None
        start = number + 1 - self.oldest
        stop = min(start + _BATCH, len(self._events))
        return tuple(self._events[index] for index in range(start, stop))

    async def wait(self, number: int) -> None:
        """Wait until there is an event after that of `number`, or the log is closed."""
        while self.newest <= number and not self.closed:
            await self._news.wait()

    def close(self) -> None:
        """Say that no event will follow."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        # Who waits has this event; who comes later gets the next one.
        news, self._news = self._news, asyncio.Event()
        news.set()
