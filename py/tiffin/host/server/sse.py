"""Server-sent events: the log of a kernel as a stream that a client can take up again where it lost it.

Events of the kernel are messages without a name, so that `onmessage` of an EventSource hears them. Two have
names: `snapshot` is the state after the event whose id it has, and `lost` says before a snapshot that events
in between are no longer there.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeAlias

from starlette.types import Receive, Scope, Send

from tiffin.host.server.answers import Lost
from tiffin.host.server.event_log import EventLog
from tiffin.host.server.frames import to_json

Json: TypeAlias = Any

HEARTBEAT = 15.0
"""How long a stream may be silent, in seconds: proxies end those that are silent for long."""

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


def to_message(data: str, id_: int | None = None, name: str | None = None) -> bytes:
    """Return one server-sent event; `data` is JSON on one line."""
    lines = [f"event: {name}"] if name is not None else []
    if id_ is not None:
        lines.append(f"id: {id_}")
    return "\n".join((*lines, f"data: {data}\n\n")).encode()


def parse_id(text: str | None) -> int | None:
    """Return the number in a `Last-Event-ID`, None without one; -1, which no event has, for another text."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else -1


async def messages(
    log: EventLog, snapshot: Callable[[], Json], after: int | None, heartbeat: float = HEARTBEAT
) -> AsyncIterator[bytes]:
    """Yield the events after that of number `after`, or a snapshot and what comes after it, until the log is
    closed; a comment where nothing happens for `heartbeat` seconds."""
    position = after
    while True:
        events = None if position is None else log.after(position)
        if events is None:
            if position is not None:
                detail = "events after this one are no longer kept: the state as it is now follows"
                lost = Lost(position, log.oldest, detail)
                yield to_message(to_json(vars(lost)).decode(), name="lost")
            # What is yielded may be taken late: snapshot and position belong together.
            position = log.newest
            yield to_message(to_json(snapshot()).decode(), position, "snapshot")
        elif events:
            position = events[-1].id
            yield b"".join(to_message(event.text, event.id) for event in events)
        elif log.closed:
            return
        else:
            assert position is not None
            try:
                async with asyncio.timeout(heartbeat):
                    await log.wait(position)
            except TimeoutError:
                yield b":\n\n"


class EventStream:
    """An ASGI answer that sends `parts` as they come, until its client goes away; `done` is called at the
    end. A client that stays and takes nothing is the connection's concern."""

    def __init__(self, parts: AsyncIterator[bytes], done: Callable[[], None]) -> None:
        self._parts = parts
        self._done = done

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_wait_until_left(receive))
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sending, leaving):
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(sending, leaving)
            self._done()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        async for part in self._parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _wait_until_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
