"""What the magics of Jupyter notebooks are rewritten to: the preset `__tiffin__` of every cell."""

from __future__ import annotations

import contextlib
import timeit as stdlib_timeit
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any, TypeVar

from tiffin.outputs.capture import Redirection
from tiffin.outputs.console import Console
from tiffin.run.lifecycles.capture import CaptureLifecycle, readable_seconds

T = TypeVar("T")


class Captured:
    """What `%%capture name` binds: `stdout` and `stderr` as text; shown as what was printed."""

    def __init__(self, console: Console, *, stdout: bool, stderr: bool) -> None:
        self._console = console
        self._kept = {"stdout": stdout, "stderr": stderr}

    def _text(self, stream: str) -> str:
        return "".join(text for name, text in self._console.pieces() if name == stream and self._kept[name])

    @property
    def stdout(self) -> str:
        """What was printed to stdout."""
        return self._text("stdout")

    @property
    def stderr(self) -> str:
        """What was printed to stderr."""
        return self._text("stderr")

    def show(self) -> None:
        """Print what was captured."""
        print(self.stdout, end="")

    def __repr__(self) -> str:
        return self.stdout


class Magics:
    """`time`, `timer`, `timeit` and `capture`, as IPython's magics of these names do it."""

    def __init__(self, capture: CaptureLifecycle) -> None:
        self._capture = capture

    def time(self, body: Callable[[], T]) -> T:
        """Return the value of `body()`, and print how long it took."""
        with self.timer():
            return body()

    @contextlib.contextmanager
    def timer(self) -> Iterator[None]:
        """Print how long the block took."""
        started = perf_counter()
        try:
            yield
        finally:
            print(f"Wall time: {readable_seconds(perf_counter() - started)}")

    def timeit(self, body: Callable[[], Any], number: int | None = None, repeat: int = 7) -> None:
        """Call `body` many times, and print the mean time of a call and its spread."""
        timer = stdlib_timeit.Timer(body)
        loops = number if number is not None else timer.autorange()[0]
        times = [total / loops for total in timer.repeat(repeat=repeat, number=loops)]
        mean = sum(times) / len(times)
        spread = (sum((time - mean) ** 2 for time in times) / len(times)) ** 0.5
        print(
            f"{readable_seconds(mean)} ± {readable_seconds(spread)} per loop "
            f"(mean ± std. dev. of {repeat} runs, {loops:,} loops each)"
        )

    @contextlib.contextmanager
    def capture(self, stdout: bool = True, stderr: bool = True, display: bool = True) -> Iterator[Captured]:
        """Keep what the block prints and displays from being shown."""
        console = Console()
        captured = Captured(console, stdout=stdout, stderr=stderr)
        with contextlib.ExitStack() as stack:
            if display:
                stack.enter_context(self._capture.hold_displays())
            stack.enter_context(Redirection(console))
            try:
                yield captured
            finally:
                stack.close()
                for stream, text in console.pieces():
                    if not {"stdout": stdout, "stderr": stderr}[stream]:
                        self._capture.write(stream, text)
