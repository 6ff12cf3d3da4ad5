"""A connection of uvicorn's that waits for nothing for ever: neither for requests, nor for their answers to
be taken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from tiffin.host.server.frames import to_json
from tiffin.host.server.problems import MEDIA_TYPE, Problem


class BoundedConnection(H11Protocol):
    """A connection that is closed when a request takes longer than `seconds` to come, or nothing of what is
    to be sent is taken for so long; between requests, uvicorn's own bound holds. A problem answers what is no
    HTTP, too."""

    def __init__(self, *arguments: Any, seconds: float, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._seconds = seconds
        self._deadline: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline = self.loop.call_later(self._seconds, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._clear()
        self._stop_pressing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._press(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        self._stop_pressing()
        super().resume_writing()

    def _press(self, size: int) -> None:
        """Look again whether less than `size` bytes wait to be taken."""
        self._stop_pressing()
        self._taking = self.loop.call_later(self._seconds, self._check_taken, size)

    def _check_taken(self, size: int) -> None:
        left = self.transport.get_write_buffer_size()
        if left < size:
            self._press(left)
        else:
            self.transport.abort()

    def _stop_pressing(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _watch(self) -> None:
        """Bound what is left of a request that has come in part."""
        state = self.conn.their_state
        begun = state is h11.SEND_BODY or (state is h11.IDLE and bool(self.conn.trailing_data[0]))
        if not begun:
            self._clear()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self._seconds, self.transport.abort)

    def _clear(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def send_400_response(self, msg: str) -> None:
        problem = Problem(400, "this is no HTTP request that can be answered")
        body = to_json(problem.to_json())
        headers = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        for event in (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def bounded_connection(seconds: float) -> Callable[..., asyncio.Protocol]:
    """Return what makes connections that wait no longer than `seconds`."""
    return partial(BoundedConnection, seconds=seconds)
