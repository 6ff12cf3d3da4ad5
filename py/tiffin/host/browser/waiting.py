"""Waiting in a worker, in the midst of sync code: `input`, `time.sleep`, `asyncio.run`.

Where WebAssembly can be suspended (JSPI), the page's events come through meanwhile. Elsewhere `time.sleep`
blocks, and the others are errors that say what to do.
"""

from __future__ import annotations

import asyncio
import builtins
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from tiffin.host.browser.fetch import Inside
from tiffin.session.kernel import Kernel

AWAIT = "write `await` at the top level of the cell instead"
ASK = "use tn.ui.text(label=...) in a cell of its own instead"


class Waiting(Inside, Protocol):
    """What the worker gives for it: `pause` blocks for so many milliseconds, or until an interrupt; `loops`
    is the class of its event loops."""

    @property
    def loops(self) -> Any: ...
    def pause(self, milliseconds: float) -> None: ...


class Waits:
    """The functions that cells find in the place of Python's own."""

    def __init__(self, kernel: Kernel, inside: Waiting, clock: Callable[[], float] = time.monotonic) -> None:
        self._kernel = kernel
        self._inside = inside
        self._clock = clock

    def install(self) -> None:
        """Put them into the modules that cells import."""
        builtins.input = self.input
        time.sleep = self.sleep  # type: ignore[assignment]
        asyncio.run = self.run
        self._inside.loops.run_until_complete = lambda _, future: self._complete(
            future, "loop.run_until_complete()"
        )

    def input(self, prompt: object = "", /) -> str:
        """Ask the reader for a line of text, below the cell; `EOFError` if they give none."""
        asked = str(prompt)
        if not self._inside.can_run_sync():
            raise RuntimeError(f"input() cannot wait for its reader in this browser: {ASK}")
        text: str | None = self._wait(self._kernel.questions.ask(asked))
        if text is None:
            raise EOFError(f"input({asked!r}) was left without an answer")
        sys.stdout.write(f"{asked}{text}\n")
        return text

    def sleep(self, seconds: float, /) -> None:
        """Wait; the page stays alive, and an interrupt ends it."""
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        sys.stdout.flush()  # what was printed so far is seen meanwhile
        if self._inside.can_run_sync():
            self._wait(asyncio.sleep(seconds))
            return
        end = self._clock() + seconds
        while (left := end - self._clock()) > 0:
            self._inside.pause(left * 1000)

    def run(self, main: Coroutine[Any, Any, Any], *, debug: bool | None = None, **_: Any) -> Any:
        """Run a coroutine to its end in the worker's own event loop."""
        return self._complete(main, "asyncio.run()")

    def _complete(self, future: Any, what: str) -> Any:
        if not self._inside.can_run_sync():
            if asyncio.iscoroutine(future):
                future.close()  # it will never be awaited, and needs no warning that says so
            raise RuntimeError(f"{what} cannot wait in this browser: {AWAIT}")
        return self._wait(future)

    def _wait(self, awaitable: Any) -> Any:
        return self._kernel.wait(awaitable, self._inside.run_sync)
