"""How far a cell has come, while it runs: a bar that fills, and a sign that something goes on."""

from __future__ import annotations

import html
import itertools
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Generic, Literal, TypeVar

from tiffin.errors import UsageError
from tiffin.session.ambient import current

T = TypeVar("T")

PAUSE = 0.05  # seconds between two pictures of a bar
_slots = itertools.count(1)


class Slot:
    """A place in the running cell's output, or on a script's terminal, that shows one thing at a time."""

    def __init__(self, kind: str) -> None:
        self._name = f"{kind}-{next(_slots)}"
        self._ambient = current.get()
        self._width = 0

    def show(self, value: Any) -> None:
        """Show a value; None leaves the place empty."""
        if self._ambient is not None:
            self._ambient.show(value, slot=self._name)
        elif getattr(sys.stderr, "isatty", bool)():  # a program without a console has no stream
            text = "" if value is None else str(value)
            sys.stderr.write(f"\r{text.ljust(self._width)}\r{text}")
            sys.stderr.flush()
            self._width = len(text)

    def end(self) -> None:
        """Leave what is shown."""
        if self._ambient is None and self._width:
            sys.stderr.write("\n")
            self._width = 0


class Progress(Generic[T]):
    """A bar that says how much of an iterable, or of `total` steps, is done.

    `for item in tn.progress(items):` counts by itself; `with tn.progress(total=9) as bar:` leaves it to
    `bar.update()`. At most twenty pictures a second are made. What stays in the end is a full bar, or where
    it stopped; nothing if `remove`.
    """

    def __init__(
        self,
        iterable: Iterable[T] | None = None,
        *,
        total: int | None = None,
        title: str = "",
        remove: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if total is None and hasattr(iterable, "__len__"):
            total = len(iterable)  # type: ignore[arg-type]
        if total is not None and (isinstance(total, bool) or total < 0):
            raise UsageError(f"progress: total is a whole number, 0 or more, not {total!r}")
        self.total = total
        self.done = 0
        self.title = title
        self.state: Literal["running", "done", "stopped"] = "running"
        self._iterable = iterable
        self._remove = remove
        self._clock = clock
        self._slot: Slot | None = None
        self._started = self._shown = 0.0

    def __iter__(self) -> Iterator[T]:
        if self._iterable is None:
            raise UsageError("progress: there is nothing to go through; use it by 'with', and update it")
        with self:
            for item in self._iterable:
                yield item
                self.update()

    def __enter__(self) -> Progress[T]:
        self.done, self.state = 0, "running"
        self._slot = Slot("progress")
        self._started = self._clock()
        self._draw()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        whole = self.total is None or self.done >= self.total
        self.state = "done" if kind is None and whole else "stopped"
        assert self._slot is not None
        self._slot.show(None if self._remove else self)
        self._slot.end()

    def update(self, steps: int = 1, *, title: str | None = None) -> None:
        """Count further steps; a title takes the place of the one before."""
        self.done += steps
        if title is not None:
            self.title = title
        if self._slot is None:
            raise UsageError("progress: use it by 'for' or by 'with' before it is updated")
        if self._clock() - self._shown >= PAUSE:
            self._draw()

    def _draw(self) -> None:
        self._shown = self._clock()
        if self._slot is not None:
            self._slot.show(self)

    def _counted(self) -> str:
        text = f"{self.done:,}" if self.total is None else f"{self.done:,} of {self.total:,}"
        if self.state == "stopped":
            return f"stopped at {text}"
        if self.state == "running" and self.total and 0 < self.done < self.total:
            left = (self._shown - self._started) / self.done * (self.total - self.done)
            if left >= 1:
                text += f", {_readable(left)} left"
        return text

    def _repr_html_(self) -> str:
        title = html.escape(self.title)
        measure = f' max="{self.total or 1}" value="{min(self.done, self.total) if self.total else 1}"'
        if self.total is None and self.state == "running":
            measure = ""
        label = title or "Progress"
        return (
            f'<div class="tn-gauge" data-state="{self.state}"><p><span>{title}</span>'
            f'<span class="tn-gauge-count">{self._counted()}</span></p>'
            f'<progress{measure} aria-label="{label}"></progress></div>'
        )

    def __repr__(self) -> str:
        return f"{self.title}: {self._counted()}" if self.title else self._counted()


class Spinner:
    """A sign that something goes on, with a title, for as long as `with tn.spinner("…"):` lasts."""

    def __init__(self, title: str = "", *, remove: bool = True) -> None:
        self.title = title
        self._remove = remove
        self._slot: Slot | None = None
        self._over = False

    def __enter__(self) -> Spinner:
        self._over = False
        self._slot = Slot("spinner")
        self._slot.show(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self._over = True
        assert self._slot is not None
        self._slot.show(None if self._remove or kind is not None else self)
        self._slot.end()

    def update(self, title: str) -> None:
        """Say something else."""
        self.title = title
        if self._slot is not None and not self._over:
            self._slot.show(self)

    def _repr_html_(self) -> str:
        state = "done" if self._over else "running"
        title = html.escape(self.title) or "Working…"
        return f'<p class="tn-spinner" data-state="{state}" role="status">{title}</p>'

    def __repr__(self) -> str:
        return self.title or "Working…"


def progress(
    iterable: Iterable[T] | None = None, *, total: int | None = None, title: str = "", remove: bool = False
) -> Progress[T]:
    """Return a bar for the running cell: `for item in tn.progress(items):`, or `with tn.progress(total=9) as
    bar:` and `bar.update()`. `total` is how many there will be, where the iterable does not know."""
    return Progress(iterable, total=total, title=title, remove=remove)


def spinner(title: str = "", *, remove: bool = True) -> Spinner:
    """Return a sign that something goes on: `with tn.spinner("Loading"):`. It goes when that is over, unless
    `remove` is false."""
    return Spinner(title, remove=remove)


def _readable(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
