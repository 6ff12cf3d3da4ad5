"""The capture lifecycle: console, displays, time, and the rendering of the output."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tiffin.events import CellConsole, CellDisplay, ConsoleText
from tiffin.ids import CellId, RunId
from tiffin.outputs.capture import Console, Redirection, Stream
from tiffin.outputs.mime import Bundle
from tiffin.outputs.render import open_figures, render
from tiffin.run.lifecycle import PROCEED, CellContext, Decision, Outcome, Report
from tiffin.run.result import Result
from tiffin.ui.registry import ElementRegistry


@dataclass
class _Open:
    """What is being captured of the cell at hand."""

    run_id: RunId
    cell: CellId
    report: Report
    console: Console
    redirection: Redirection
    started: float
    displays: list[Bundle] = field(default_factory=list)


class CaptureLifecycle:
    """Captures what a body prints and displays, measures its time, and renders its output.

    It stands last, next to the body: `bodies` counts those that it let run.
    """

    def __init__(self, elements: ElementRegistry) -> None:
        self.bodies = 0
        self._elements = elements
        self._open: _Open | None = None
        self._held = 0

    async def setup(self, context: CellContext) -> Decision:
        cell, run_id, report = context.cell.id, context.run_id, context.report

        def send(stream: Stream, text: str) -> None:
            report(CellConsole(run_id, cell, ConsoleText(stream, text)))

        self.bodies += 1
        console = Console(send)
        self._elements.begin(cell)
        self._open = _Open(run_id, cell, report, console, Redirection(console), time.perf_counter())
        self._open.redirection.__enter__()
        return PROCEED

    async def teardown(self, context: CellContext, outcome: Outcome) -> Outcome:
        opened, self._open = self._open, None
        assert opened is not None
        try:
            if not isinstance(outcome, Result):
                return outcome
            seconds = time.perf_counter() - opened.started
            if context.cell.settings.get("time"):
                opened.console.write("stdout", f"Wall time: {readable_seconds(seconds)}\n")
            self._elements.name(
                {name: context.namespace.globals.get(name) for name in context.cell.definitions}
            )
            output = render(outcome.value)
            figures = open_figures(outcome.value)
            if figures and output.keys() == {"text/plain"}:
                output = {}  # the figure itself is what `plt.plot(...)` at the end of a cell is for
            for bundle in figures:
                self._show(opened, bundle)
            return replace(
                outcome,
                output=output,
                displays=tuple(opened.displays),
                console=opened.console.pieces(),
                seconds=seconds,
            )
        finally:
            opened.redirection.__exit__(None, None, None)

    @property
    def cell(self) -> CellId | None:
        """The cell whose body runs now."""
        return None if self._open is None else self._open.cell

    def display(self, *values: Any) -> None:
        """Show values in the running cell's output, before its last expression."""
        if self._open is None:
            return
        for value in values:
            self._show(self._open, render(value))

    def clear(self) -> None:
        """Take away what the running cell has displayed so far."""
        if self._open is not None:
            self._open.displays.clear()
            self._open.report(CellDisplay(self._open.run_id, self._open.cell, {}, clear=True))

    def write(self, stream: Stream, text: str) -> None:
        """Write to the running cell's console."""
        if self._open is not None:
            self._open.console.write(stream, text)

    @contextlib.contextmanager
    def hold_displays(self) -> Iterator[None]:
        """While this is open, what the running cell displays is dropped."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    def _show(self, opened: _Open, bundle: Bundle) -> None:
        if self._held:
            return
        opened.displays.append(bundle)
        opened.report(CellDisplay(opened.run_id, opened.cell, dict(bundle)))


def readable_seconds(seconds: float) -> str:
    """Return a duration for a person: `850 µs`, `12.3 ms`, `4.21 s`, `2 min 5 s`."""
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} µs"
    if seconds < 1:
        return f"{seconds * 1e3:.3g} ms"
    if seconds < 60:
        return f"{seconds:.3g} s"
    return f"{int(seconds // 60)} min {seconds % 60:.0f} s"
