"""The capture lifecycle: console, displays, time, and the rendering of the output."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any

from tiffin.cells.cell import Cell
from tiffin.events import CellConsole, CellDisplay, CellEnded, ConsoleText, Event, ScratchEnded
from tiffin.ids import SCRATCHPAD, CellId, RunId
from tiffin.outputs.capture import come_back, hold, insist, owner, switch, switch_back
from tiffin.outputs.console import Console, Stream
from tiffin.outputs.displays import Change, Displays
from tiffin.outputs.mime import Bundle
from tiffin.outputs.render import open_figures, render
from tiffin.run.lifecycle import PROCEED, CellContext, Decision, Outcome, Report
from tiffin.run.result import Result
from tiffin.ui.registry import ElementRegistry


class _Body:
    """One run of a cell's body, and what is captured of it; threads and tasks of it may outlive it."""

    __slots__ = ("before", "cell", "console", "displays", "held", "loop", "report", "run_id", "started")

    def __init__(
        self, context: CellContext, clock: Callable[[], float], loop: asyncio.AbstractEventLoop | None
    ) -> None:
        self.run_id: RunId = context.run_id
        self.cell = context.cell
        self.report: Report = context.report
        self.loop = loop
        self.console = Console(self._tell, clock, self._later)
        self.displays = Displays(self.console, self._tell_change)
        self.held = 0
        self.before: Any = None
        self.started = 0.0

    def _tell(self, stream: Stream, text: str) -> None:
        self.report(CellConsole(self.run_id, self.cell.id, ConsoleText(stream, text)))

    def _later(self, seconds: float, call: Callable[[], None]) -> bool:
        return self.loop is not None and come_back(self.loop, seconds, call)

    def _tell_change(self, change: Change) -> None:
        self.report(CellDisplay(self.run_id, self.cell.id, dict(change.bundle), change.clear, change.slot))

    def show(self, bundle: Bundle, *, clear: bool = False, slot: str | None = None) -> None:
        """Display `bundle`, in the place of what `slot` holds if that is given; `clear` away all first."""
        if not self.held:
            self.displays.change(Change(bundle, clear, slot))


class CaptureLifecycle:
    """Captures what a body prints and displays, measures its time, and renders its output.

    It stands last, next to the body: `bodies` counts those that it let run. What threads and tasks of a body
    print and display goes to its cell; after the cell ended it is reported, with the run of that body, and is
    no part of the result. A thread reports from where it runs. `presets` are globals that every cell finds as
    they are, whatever another one made of them.
    """

    def __init__(self, elements: ElementRegistry, clock: Callable[[], float] = time.monotonic) -> None:
        self.bodies = 0
        self.presets: Mapping[str, Any] = {}
        self._elements = elements
        self._clock = clock
        self._loop: asyncio.AbstractEventLoop | None = None
        self._body: _Body | None = None
        self._ending: _Body | None = None

    @contextlib.contextmanager
    def listening(self, *carried: ContextVar[Any]) -> Iterator[None]:
        """Be ready for bodies to run; threads take over `carried` from whoever starts them."""
        self._loop = asyncio.get_running_loop()
        with hold(*carried):
            try:
                yield
            finally:
                self._release()

    def heard(self, event: Event) -> None:
        """Learn of an event that went out: after its end, a cell's late text may be told."""
        if isinstance(event, CellEnded | ScratchEnded):
            self._release()

    def _release(self) -> None:
        ending, self._ending = self._ending, None
        if ending is not None:
            ending.console.release()

    async def setup(self, context: CellContext) -> Decision:
        self.bodies += context.cell.id != SCRATCHPAD
        self._elements.begin(context.cell.id)
        context.namespace.globals.update(self.presets)
        insist()
        body = self._body = _Body(context, self._clock, self._loop)
        body.before = switch(body.console, body)
        body.started = time.perf_counter()
        return PROCEED

    async def teardown(self, context: CellContext, outcome: Outcome) -> Outcome:
        body, self._body = self._body, None
        assert body is not None
        try:
            if not isinstance(outcome, Result):
                return outcome
            seconds = time.perf_counter() - body.started
            if context.cell.settings.get("time"):
                body.console.write("stdout", f"Wall time: {readable_seconds(seconds)}\n")
            if context.cell.definitions:
                self._elements.name(
                    {name: context.namespace.globals.get(name) for name in context.cell.definitions}
                )
            output = render(outcome.value)
            figures = open_figures(outcome.value)
            if figures and output.keys() == {"text/plain"}:
                output = {}  # the figure itself is what `plt.plot(...)` at the end of a cell is for
            for bundle in figures:
                body.show(bundle)
            displays = body.displays.bundles()
            console = body.console.close()
            return Result(
                outcome.status,
                outcome.origin,
                outcome.value,
                output,
                displays,
                console,
                outcome.exception,
                seconds,
                outcome.key,
            )
        finally:
            if not body.console.closed:
                body.console.close()
            switch_back(body.before)
            self._ending = body
            context.namespace.globals.update(self.presets)  # before a function is made again, or called

    @property
    def code(self) -> Cell | None:
        """The cell, or scratch code, whose body the present code is part of, None if that body has ended."""
        body: _Body | None = owner()
        return None if body is None or body.console.closed else body.cell

    @property
    def cell(self) -> CellId | None:
        """The cell whose body the present code is part of, None if that body has ended, or is no cell's."""
        code = self.code
        return None if code is None or code.id == SCRATCHPAD else code.id

    @property
    def whose(self) -> CellId | None:
        """The cell on whose behalf the present code runs, also after its body; None if it is no cell's."""
        body: _Body | None = owner()
        return None if body is None or body.cell.id == SCRATCHPAD else body.cell.id

    @property
    def here(self) -> tuple[RunId, CellId] | None:
        """The run and the cell whose body the present code is part of, None where `cell` is."""
        cell = self.cell
        return None if cell is None else (owner().run_id, cell)

    def display(self, *values: Any) -> None:
        """Show values in the output of the cell that runs the present code, before its last expression."""
        body: _Body | None = owner()
        if body is not None:
            for value in values:
                body.show(render(value))

    def show(self, value: Any, *, clear: bool = False, slot: str | None = None) -> None:
        """Show a value as `display` does; of one slot only the latest value stays, in its place. `clear`
        takes away what was displayed before."""
        body: _Body | None = owner()
        if body is not None:
            body.show(render(value), clear=clear, slot=slot)

    def clear(self) -> None:
        """Take away what the present cell has displayed so far."""
        body: _Body | None = owner()
        if body is not None:
            body.show({}, clear=True)

    def write(self, stream: Stream, text: str) -> None:
        """Write to the present cell's console."""
        body: _Body | None = owner()
        if body is not None:
            body.console.write(stream, text)

    @contextlib.contextmanager
    def hold_displays(self) -> Iterator[None]:
        """While this is open, what the present cell displays is dropped."""
        body: _Body | None = owner()
        if body is None:
            yield
            return
        body.held += 1
        try:
            yield
        finally:
            body.held -= 1


def readable_seconds(seconds: float) -> str:
    """Return a duration for a person: `850 µs`, `12.3 ms`, `4.21 s`, `2 min 5 s`."""
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    if seconds < 1:
        return f"{seconds * 1e3:.3g} ms"
    if seconds < 60:
        return f"{seconds:.3g} s"
    return f"{int(seconds // 60)} min {seconds % 60:.0f} s"
