"""The scratchpad: code that runs with the notebook's names, and is no cell.

What it binds is its own and gone when it has ended; what it changes in place in values of cells is undone.
What it sets through the API (states) runs the cells that look at it, in the same run.
"""

from __future__ import annotations

import ast
import asyncio
import linecache
import traceback
from collections.abc import Callable
from dataclasses import replace
from types import FrameType
from typing import Protocol

from tiffin.cells.cell import Cell
from tiffin.cells.compile import compile_cell
from tiffin.cells.names import unmangle
from tiffin.commands import Execute
from tiffin.errors import UsageError
from tiffin.events import (
    CellConsole,
    CellDisplay,
    ConsoleText,
    ErrorReport,
    Event,
    Notice,
    ScratchConsole,
    ScratchDisplay,
    ScratchEnded,
)
from tiffin.graph.graph import Graph
from tiffin.graph.scratch import with_scratch
from tiffin.ids import SCRATCHPAD, CellId, RunId
from tiffin.notebook.notebook import NotebookCell
from tiffin.run.evaluator import Evaluator
from tiffin.run.interrupt import InterruptibleExecutor
from tiffin.run.lifecycle import CellContext, Outcome, Rerun, RunMemory
from tiffin.run.namespace import Namespace
from tiffin.run.report import CellFailure, report_error, traceback_text
from tiffin.run.result import Result
from tiffin.run.runner import MOST_AFRESH
from tiffin.run.scratch_names import ScratchExecutor
from tiffin.session.code_mode import Transaction
from tiffin.session.edits import BesideServices

Ring = Callable[[FrameType | None], None]


AGAIN = 1.0  # seconds


class Alarm(Protocol):
    """Calls `ring` when `seconds` are over, and each second from then on, with the frame that it broke into
    if it did; returns how to turn it off."""

    def __call__(self, seconds: float, ring: Ring) -> Callable[[], None]: ...


def ring_in_loop(seconds: float, ring: Ring) -> Callable[[], None]:
    """Ring by the event loop's own clock: while code runs that does not await, not before its end."""
    loop = asyncio.get_running_loop()
    timer: asyncio.TimerHandle

    def go_off() -> None:
        nonlocal timer
        timer = loop.call_later(AGAIN, go_off)
        ring(None)

    timer = loop.call_later(seconds, go_off)
    return lambda: timer.cancel()


def compile_scratch(code: str, filename: str, read_cell: Callable[[NotebookCell], NotebookCell]) -> Cell:
    """Return scratch code compiled; no name of it is private. `read_cell` is as in `KernelServices`."""
    # With the end of the last line, which Python counts on where it marks a place in one.
    written = NotebookCell(SCRATCHPAD, "code", code if code.endswith("\n") else f"{code}\n")
    cell = compile_cell(read_cell(written), filename, "document")
    # A name that it may read before it binds it (`x = x + 1`) is the notebook's until then.
    return replace(cell, references=cell.references | cell.flow.reads)


class Scratchpad:
    """Makes runs of scratch code, by what `kernel` gives; `alarm` ends those that take too long."""

    def __init__(self, kernel: BesideServices, alarm: Alarm = ring_in_loop) -> None:
        executor = InterruptibleExecutor(ScratchExecutor(kernel.executor), kernel.interrupter)
        self.kernel = kernel
        self.alarm = alarm
        self._evaluator = Evaluator(kernel.lifecycles, executor)
        self._present: RunId | None = None

    def open(self, command: Execute) -> ScratchRun:
        """Return one run of the code that `command` holds."""
        return ScratchRun(self, command)

    async def evaluate(self, context: CellContext) -> Outcome:
        """Run the code of `context`, and return what came of it."""
        globals_ = context.namespace.globals
        before = set(globals_)
        self._present = context.run_id
        try:
            return await self._evaluator.evaluate(context)
        finally:
            self._present = None
            # By way of `__main__`, or of functions of cells, it may have bound what no cell did.
            for name in [name for name in globals_ if name not in before]:
                if context.namespace.binding(name) is None:
                    del globals_[name]

    def code_mode(self, *, skip_validation: bool) -> Transaction:
        """Return a transaction on the notebook, for the code that runs; `UsageError` if that is a cell's."""
        if self._present is None:
            raise UsageError(
                "tn.code_mode() works in the scratchpad: a cell would change its notebook whenever it runs"
            )
        return Transaction(self.kernel, self._present, skip_validation=skip_validation)


class ScratchRun:
    """One run of code in the scratchpad, as the runner wants it: see `Beside`."""

    def __init__(self, pad: Scratchpad, command: Execute) -> None:
        self._pad = pad
        self._kernel = pad.kernel
        self._notebook = self._kernel.edits.notebook.filename
        self._text = command.code
        self._code: Cell | None = None
        self._run_id = RunId(command.run_id)
        self._timeout = command.timeout
        self._turn_off: Callable[[], None] | None = None
        self._why_stopped = "the run was interrupted"
        self._ended = False
        self._afresh = 0

    async def run(self, memory: RunMemory, *, interrupted: bool) -> Outcome:
        """Run the code, or ask for cells that have to run first; report what came of it."""
        kernel = self._kernel
        code = self._code = self._code or compile_scratch(self._text, self._notebook, kernel.edits.read_cell)
        if code.problem is not None:
            return self._refuse_to_compile(code, code.problem.text)
        if self._timeout is not None and self._turn_off is None:
            self._turn_off = self._pad.alarm(self._timeout, self._ring)
        graph = with_scratch(kernel.edits.runner.graph, code)
        context = CellContext(code, graph, kernel.namespace, self._run_id, self._report, memory=memory)
        if graph.order == "document":
            kernel.namespace.stage(context.taken, ())
        outcome: Outcome = Result("interrupted")
        if not interrupted:
            outcome = await self._pad.evaluate(context)
        if isinstance(outcome, Rerun):
            self._afresh += outcome.afresh
            if self._afresh <= MOST_AFRESH:
                return outcome
            problem = f"{', '.join(outcome.cells)} ran again, and the code still has not what it needs"
            outcome = Result("error", exception=CellFailure(problem))
        self._undo(context)
        self._tell_end(outcome, graph)
        return outcome

    def end(self, *, interrupted: bool) -> None:
        """Leave nothing behind, and say what stopped the run if something did."""
        self._kernel.triggers.clear()
        if self._turn_off is not None:
            self._turn_off()
        if interrupted:
            self._say(self._why_stopped)
        if not self._ended:
            self._end(False, 0.0, error=ErrorReport("", self._why_stopped, ()))
        if self._code is not None:
            linecache.cache.pop(self._code.filename, None)

    def _ring(self, frame: FrameType | None) -> None:
        self._why_stopped = f"the run took longer than {self._timeout:g} s and was stopped"
        self._kernel.interrupt(frame)

    def _undo(self, context: CellContext) -> None:
        """Values that were changed in place are had again, as their cells made them, when they are needed."""
        globals_ = context.namespace.globals
        touched = {id(globals_.get(name)) for name in context.notes.changed}
        aliases = [name for name in context.namespace.names if id(globals_.get(name)) in touched]
        for name in dict.fromkeys((*context.notes.changed, *aliases)):
            binding = context.namespace.binding(name)
            if binding is not None:
                context.namespace.spend((name, binding.owner))
                text = (
                    f"the scratchpad changed '{unmangle(name)}', which {binding.owner} defines; this is not "
                    "kept: change it there, or a copy"
                )
                context.report(Notice("warning", text))

    def _refuse_to_compile(self, code: Cell, problem: str) -> Result:
        self._say(_syntax_text(code) or problem)
        self._end(False, 0.0, error=ErrorReport("", problem, ()))
        return Result("error")

    def _tell_end(self, outcome: Result, graph: Graph) -> None:
        fine = outcome.status in ("ok", "stopped")
        error = None
        if outcome.status == "interrupted":
            error = ErrorReport("", self._why_stopped, ())
        elif outcome.exception is not None:
            error = _place(report_error(outcome.exception, graph, self._notebook))
            hint = _lacking(outcome.exception, self._kernel.edits.runner.graph, self._kernel.namespace)
            error = replace(error, hint=hint or error.hint)
            self._say(traceback_text(outcome.exception, graph) + (f"\n{hint}" if hint else ""))
        self._end(fine, outcome.seconds, dict(outcome.output or {}) if fine else None, error)

    def _report(self, event: Event) -> None:
        match event:
            case CellConsole(text=text):
                event = ScratchConsole(self._run_id, text)
            case CellDisplay(bundle=bundle, clear=clear, slot=slot):
                event = ScratchDisplay(self._run_id, bundle, clear, slot)
        self._kernel.report(event)

    def _say(self, text: str) -> None:
        self._kernel.report(ScratchConsole(self._run_id, ConsoleText("stderr", text.rstrip("\n") + "\n")))

    def _end(
        self,
        success: bool,
        seconds: float,
        output: dict[str, object] | None = None,
        error: ErrorReport | None = None,
    ) -> None:
        self._ended = True
        self._kernel.report(ScratchEnded(self._run_id, success, seconds, output, error))


def _place(error: ErrorReport) -> ErrorReport:
    """Say of lines of scratch code where they are: they have no place in the notebook."""
    frames = (
        replace(frame, where=f"{SCRATCHPAD}, line {frame.line}") if frame.cell == SCRATCHPAD else frame
        for frame in error.frames
    )
    return replace(error, frames=tuple(frames))


def _lacking(error: BaseException, graph: Graph, namespace: Namespace) -> str | None:
    """Why a name of the notebook is not there, if it is that."""
    name = error.name if isinstance(error, NameError) else None
    makers: tuple[CellId, ...] = graph.definers.get(name, ()) if name else ()
    if not makers or name is None or namespace.is_live(name):
        return None
    if namespace.key_of(makers[-1]) is not None:
        return f"'{name}' is restored for code that names it: write it outside of eval and exec as well"
    return f"{makers[-1]}, which defines '{name}', has no result: run it first"


def _syntax_text(code: Cell) -> str | None:
    """What Python says of code that it cannot compile, with the line and a caret; None if it can."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        compile(code.source, code.filename, "exec", flags, dont_inherit=True)
    except SyntaxError as error:
        if error.text is None and error.lineno is not None:
            error.text = linecache.getline(code.filename, error.lineno)
        return "".join(traceback.format_exception_only(error))
    except (ValueError, RecursionError, MemoryError):
        pass
    return None
