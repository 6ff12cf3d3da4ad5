"""Interrupting a run: a body that awaits is cancelled, the author's code on the stack gets an exception."""

from __future__ import annotations

import asyncio
import contextlib
import types
from collections.abc import Awaitable, Callable, Generator, Iterator
from types import FrameType
from typing import Any

from tiffin.cells.cell import Cell
from tiffin.outputs.console import defer
from tiffin.run.executor import Executor


class Interrupter:
    """Knows whether a body runs, waits or neither, in the task that carries out a run.

    `globals_` are those of the author's code.
    """

    def __init__(self, globals_: dict[str, Any]) -> None:
        self._globals = globals_
        self._task: asyncio.Task[Any] | None = None
        self._inside = False
        self._waiting = False
        self._early = False
        """Whether an interrupt came when no body ran or waited: the next one to go on is told."""
        self._asked = 0
        self._suspended: dict[asyncio.Future[Any], bool] = {}
        """What sync code waits for, and whether an interrupt has ended that."""

    @property
    def attends(self) -> bool:
        """Whether a run is under way."""
        return self._task is not None

    @contextlib.contextmanager
    def attending(self) -> Iterator[None]:
        """Attend to a run of the present task; raises at its end if somebody else cancelled that task."""
        outer, task = self._task, asyncio.current_task()
        before = task.cancelling() if task is not None else 0
        self._task, self._early = task, False
        try:
            yield
        finally:
            self._task = outer
        if task is not None and task.cancelling() > before:
            raise asyncio.CancelledError

    def cancel(self) -> None:
        """Cancel the body if it waits, or as soon as it begins; for the event loop's own thread."""
        self._early = not (self._waiting or self._suspended)
        for future in self._suspended:
            self._suspended[future] = True
            future.cancel()
        if self._waiting and self._task is not None:
            self._asked += 1
            self._task.cancel()

    def _catch_up(self) -> None:
        if self._early:
            self.cancel()

    def break_into(self, frame: FrameType | None) -> None:
        """Interrupt from a signal handler, which broke into `frame`.

        Raises `KeyboardInterrupt` in a body or what else of the author's code runs in its task, and
        `CancelledError` in other tasks of it: anything else would end the event loop.
        """
        task = self._task
        if task is None:
            return
        mine = self._is_mine(frame)
        if self._inside or (mine and asyncio.current_task(task.get_loop()) is task):
            if not defer(frame):
                raise KeyboardInterrupt
            return
        # It may be about to wait, or to run: whoever comes first sees to it.
        self._early = True
        task.get_loop().call_soon_threadsafe(self._catch_up)
        if mine:
            raise asyncio.CancelledError

    def _is_mine(self, frame: FrameType | None) -> bool:
        # Scratch code has globals of its own, which lie over those of the cells.
        while frame is not None and getattr(frame.f_globals, "beneath", frame.f_globals) is not self._globals:
            frame = frame.f_back
        return frame is not None

    def wait(self, awaitable: Awaitable[Any], run_sync: Callable[[Awaitable[Any]], Any]) -> Any:
        """Wait in the midst of sync code by `run_sync`, which lets others run meanwhile.

        An interrupt raises `KeyboardInterrupt` in the body, `CancelledError` in other tasks.
        """
        future = asyncio.ensure_future(awaitable)
        inside, self._inside = self._inside, False
        self._suspended[future] = False
        try:
            # Waiting for its end, not for its value: the cancelled future stays between the two.
            run_sync(asyncio.wait([future]))
        finally:
            self._inside = inside
            interrupted = self._suspended.pop(future)
        if interrupted and inside:
            raise KeyboardInterrupt
        return future.result()

    @types.coroutine
    def drive(self, body: Awaitable[Any]) -> Generator[Any, Any, Any]:
        """Await `body`, and keep account of when its own code runs."""
        steps: Any = body.__await__()
        step: Any = steps.send
        argument: Any = None
        try:
            while True:
                self._inside = True
                try:
                    if self._early:
                        self._early = False
                        step, argument = steps.throw, KeyboardInterrupt()
                    future = step(argument)
                except StopIteration as end:
                    return end.value
                finally:
                    self._inside = False
                self._waiting = True
                try:
                    argument = yield future
                    step = steps.send
                except BaseException as error:  # noqa: BLE001 (it is thrown into the body)
                    step, argument = steps.throw, error
                finally:
                    self._waiting = False
        finally:
            asked, self._asked = self._asked, 0
            for _ in range(asked if self._task is not None else 0):
                self._task.uncancel()  # type: ignore[union-attr]
            steps.close()


class InterruptibleExecutor:
    """An executor whose bodies an `Interrupter` can stop."""

    def __init__(self, executor: Executor, interrupter: Interrupter) -> None:
        self._executor = executor
        self._interrupter = interrupter

    async def execute(self, cell: Cell, globals_: dict[str, Any]) -> Any:
        return await self._interrupter.drive(self._executor.execute(cell, globals_))
