"""The scratchpad in a worker, which loads it when a script of the page first sends code."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any, Protocol

from tiffin.commands import Execute
from tiffin.host.browser.entry import BrowserHost
from tiffin.run.lifecycle import Outcome, RunMemory
from tiffin.run.runner import Beside
from tiffin.session.answer import ExecuteAnswer
from tiffin.session.code_mode import Transaction
from tiffin.session.edits import BesideServices
from tiffin.session.scratchpad import AGAIN, Ring, Scratchpad, ring_in_loop


class Telling(Protocol):
    """What the worker gives for it.

    `begun` tells the page that code is under way, by a number, and how many seconds it may take; `piece` what
    there is to tell of it, as JSON; `edited` the notebook as it is from now on. `meant` returns the number of
    the run that a signal of the page is for.
    """

    def begun(self, run_id: str, number: int, timeout: float | None) -> None: ...
    def piece(self, run_id: str, name: str, data: str) -> None: ...
    def edited(self, notebook: str) -> None: ...
    def meant(self) -> int: ...


class WorkerScratchpad:
    """A scratchpad whose runs the page can stop one by one, also while they do not await.

    The page has a clock that goes on then: it sends SIGALRM when a run has taken too long, and SIGUSR1 when
    nobody wants it any more, through the memory that it shares with the worker. Without such memory it ends
    the worker.
    """

    def __init__(self, kernel: BesideServices, page: Telling) -> None:
        self._interrupt = kernel.interrupt
        self._page = page
        self._pad = Scratchpad(kernel, self._alarm)
        self._runs = 0
        self._present: int | None = None
        self._ring: Ring | None = None

    def listen(self) -> None:
        """Hear the page's signals."""
        signal.signal(signal.SIGALRM, lambda _, frame: self._hear(self._ring, frame))
        signal.signal(signal.SIGUSR1, lambda _, frame: self._hear(self._interrupt, frame))

    def open(self, command: Execute) -> Beside:
        """Return one run of the code that `command` holds, whose turn it is now."""
        self._runs += 1
        self._present = self._runs
        self._page.begun(command.run_id, self._runs, command.timeout)
        return _Attended(self._pad.open(command), self._close)

    def code_mode(self, *, skip_validation: bool) -> Transaction:
        """Return a transaction on the notebook, as `Scratchpad.code_mode` does."""
        return self._pad.code_mode(skip_validation=skip_validation)

    def _close(self) -> None:
        self._present = None

    def _hear(self, ring: Ring | None, frame: FrameType | None) -> None:
        # It may have come too late, when another run is under way.
        if ring is not None and self._page.meant() == self._present:
            ring(frame)

    def _alarm(self, seconds: float, ring: Ring) -> Callable[[], None]:
        """Ring by the loop's clock, which code hears that awaits, or by the page's, whichever comes first."""
        loop = asyncio.get_running_loop()
        rung = -AGAIN

        def once(frame: FrameType | None) -> None:
            nonlocal rung
            if loop.time() - rung > AGAIN / 2:
                rung = loop.time()
                ring(frame)

        turn_off_timer = ring_in_loop(seconds, once)
        self._ring = once

        def turn_off() -> None:
            self._ring = None
            turn_off_timer()

        return turn_off


class _Attended:
    """Code beside the cells, with who is told of its end."""

    def __init__(self, code: Beside, close: Callable[[], None]) -> None:
        self._code = code
        self._close = close

    async def run(self, memory: RunMemory, *, interrupted: bool) -> Outcome:
        return await self._code.run(memory, interrupted=interrupted)

    def end(self, *, interrupted: bool) -> None:
        self._close()
        self._code.end(interrupted=interrupted)


class ScratchHost:
    """Stands before a kernel that is up already, and answers those who send code."""

    def __init__(self, host: BrowserHost, page: Telling) -> None:
        self._host = host
        self._page = page
        self._post = host.post
        self._answers: dict[str, ExecuteAnswer] = {}

    async def handle(self, text: str) -> None:
        """Carry out the command in `text`, as `BrowserHost.handle` does."""
        match _parse(text):
            case {"type": Execute.__name__, "run_id": str(run_id)}:
                self._answers[run_id] = ExecuteAnswer()
        await self._host.handle(text)

    def tell(self, text: str) -> None:
        """Send an event to the page, after what it comes to for whoever sent the code."""
        if self._answers:
            event = json.loads(text)
            if event["type"] == "NotebookEdited":
                self._page.edited(json.dumps(self._host.kernel.notebook.to_json()))
            run_id = event.get("run_id")
            answer = self._answers.get(run_id)
            if answer is not None:
                for name, data in answer.pieces(event):
                    self._page.piece(run_id, name, json.dumps(data))
                if answer.done:
                    del self._answers[run_id]
        self._post(text)


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None  # the kernel's own host says so


def add_scratchpad(host: BrowserHost, page: Telling, signals: bool) -> ScratchHost:
    """Give a kernel its scratchpad, and return what takes commands from now on; with `signals`, those of the
    page come through."""

    def make(kernel: BesideServices) -> WorkerScratchpad:
        scratchpad = WorkerScratchpad(kernel, page)
        if signals:
            scratchpad.listen()
        return scratchpad

    host.kernel.add_scratchpad(make)
    scratch = ScratchHost(host, page)
    host.post = scratch.tell
    return scratch
