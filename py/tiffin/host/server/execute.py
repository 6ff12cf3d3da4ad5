"""Code that a client has run in the scratchpad, and the stream that answers it: what `ExecuteAnswer` makes of
the events of its run, as server-sent events."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Any, TypeAlias

from tiffin.commands import (
    AnswerInput,
    EditCells,
    Execute,
    Interrupt,
    PutContent,
    RunCells,
    RunStale,
    command_from_json,
)
from tiffin.errors import UsageError
from tiffin.host.server.frames import to_json
from tiffin.host.server.live_kernel import LiveKernel
from tiffin.host.server.notebook_file import Check
from tiffin.host.server.sse import HEARTBEAT, to_message
from tiffin.ids import new_run_id
from tiffin.session.answer import ExecuteAnswer, Piece, Show, show

Json: TypeAlias = Any
Starting: TypeAlias = Execute | RunCells | RunStale | EditCells
"""The commands whose runs are told of."""

REST_OF_LINE = 0.05
"""How long text may wait for the rest of its line, in seconds: `print` writes its end apart."""

SERVER_ENDED = "the server was stopped before the run had completed\n"
OVERRUN = "the run was stopped: it says more than its client reads\n"


def with_run_id(document: Json) -> Json:
    """Return a command's wire form with an id for the run that it starts, if it has none."""
    if not isinstance(document, dict) or "run_id" in document:
        return document
    if document.get("type") in (Interrupt.__name__, AnswerInput.__name__, PutContent.__name__):
        return document
    return {**document, "run_id": new_run_id()}


def read_execute(document: Json) -> Execute:
    """Return the command that a request's document, `{code, run_id?, timeout?}`, asks for; `UsageError` if it
    is none. `timeout` is in seconds from the start of the run."""
    if not isinstance(document, dict):
        raise UsageError("send a JSON object: {code, run_id?, timeout?}")
    given = {name: value for name, value in document.items() if name != "run_id" or value is not None}
    command = command_from_json(with_run_id({"type": Execute.__name__, **given}))
    if not isinstance(command, Execute):
        raise UsageError(f"POST {type(command).__name__} to /api/kernel/commands: here code is taken")
    return command


class Execution:
    """One request: `begin`, then tell `pieces` or send `messages`, then `end`, in whatever way that ended."""

    def __init__(self, kernel: LiveKernel, command: Starting, show: Show = show) -> None:
        self._kernel = kernel
        self._command = command
        self._answer = ExecuteAnswer(show)

    async def begin(self, check: Check | None = None) -> None:
        """Post the command; `check` and `TiffinError` as `LiveKernel.post` has them."""
        # Before the command is posted: its first event is not to be missed.
        self._events = self._kernel.follow(self._command.run_id)
        try:
            await self._kernel.post(self._command, check)
        except BaseException:
            self._kernel.unfollow(self._command.run_id)
            raise

    def end(self) -> None:
        """Stop the run if nobody has heard its end."""
        self._kernel.unfollow(self._command.run_id)
        if not self._answer.done:
            self._kernel.interrupt(self._command.run_id)

    def interrupt(self) -> None:
        """Stop the run; its end is still told."""
        self._kernel.interrupt(self._command.run_id)

    async def messages(self, heartbeat: float = HEARTBEAT) -> AsyncIterator[bytes]:
        """Yield the answer, to its `done`; a comment where nothing happens for `heartbeat` seconds."""
        async with contextlib.aclosing(self.pieces(heartbeat)) as told:
            async for pieces in told:
                yield b"".join(_message(name, data) for name, data in pieces) or b":\n\n"

    async def pieces(self, heartbeat: float | None = None) -> AsyncGenerator[list[Piece], None]:
        """Yield what is told, as it comes, to its `done`; an empty list where nothing happens for `heartbeat`
        seconds."""
        stopped = False
        while not self._answer.done:
            if self._events.overrun and not stopped:
                stopped = True
                self.interrupt()
                yield [("stderr", {"data": OVERRUN})]
            pieces = await self._take()
            if pieces:
                yield pieces
            elif self._events.closed:
                yield [("stderr", {"data": SERVER_ENDED}), self._answer.end(success=False)]
            else:
                try:
                    async with asyncio.timeout(heartbeat):
                        await self._events.wait()
                except TimeoutError:
                    yield []

    async def _take(self) -> list[Piece]:
        """Return what there is to tell; when that ends in the midst of a line, with what soon follows."""
        loop = asyncio.get_running_loop()
        until = loop.time() + REST_OF_LINE
        pieces = join(self._come())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                while _breaks_off(pieces) and not self._events.closed and loop.time() < until:
                    await self._events.wait()
                    pieces = join([*pieces, *self._come()])
        return pieces

    def _come(self) -> list[Piece]:
        return [piece for event in self._events.take() for piece in self._answer.pieces(event)]


def join(pieces: Sequence[Piece]) -> list[Piece]:
    """Return pieces with neighbouring texts of one stream in one piece."""
    joined: list[Piece] = []
    for name, data in pieces:
        if joined and name in ("stdout", "stderr") and joined[-1][0] == name:
            data = {"data": joined.pop()[1]["data"] + data["data"]}
        joined.append((name, data))
    return joined


def _breaks_off(pieces: Sequence[Piece]) -> bool:
    return bool(pieces) and pieces[-1][0] in ("stdout", "stderr") and not pieces[-1][1]["data"].endswith("\n")


def _message(name: str, data: Json) -> bytes:
    return to_message(to_json(data).decode(), name=name)
