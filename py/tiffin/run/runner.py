"""The runner: carries out one plan, and reports it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tiffin.events import (
    Blocked,
    CellEnded,
    CellQueued,
    CellStarted,
    CellStatus,
    ConsoleText,
    ErrorReport,
    KernelStats,
    RunCompleted,
    RunStarted,
)
from tiffin.graph.graph import Graph
from tiffin.ids import CellId, RunId
from tiffin.plan.plan import Plan
from tiffin.run.evaluator import Evaluator
from tiffin.run.lifecycle import CellContext, Report, Rerun, RunMemory
from tiffin.run.namespace import Namespace
from tiffin.run.report import report_error, report_problem
from tiffin.run.result import Result
from tiffin.run.scheduler import Scheduler, SequentialScheduler

INTERRUPTED = "the run was interrupted"
_GOOD: frozenset[CellStatus] = frozenset({"idle", "stale"})


@dataclass(frozen=True)
class CellRun:
    """How one cell ended in a run; `elapsed` is the wall time from its start to its end in seconds."""

    cell: CellId
    status: CellStatus
    result: Result | None
    elapsed: float = 0.0
    error: ErrorReport | None = None
    reason: str | None = None


@dataclass(frozen=True)
class RunSummary:
    """How a run ended: every cell that took part, in the order they ended."""

    run_id: RunId
    cells: tuple[CellRun, ...]

    @property
    def success(self) -> bool:
        """Whether no cell failed, was cancelled, or was blocked; a disabled one is none of these."""
        return all(run.status in _GOOD for run in self.cells)


class Runner:
    """Owns one run at a time: asks the scheduler, hands to the evaluator, classifies, reports."""

    def __init__(
        self,
        evaluator: Evaluator,
        namespace: Namespace,
        report: Report,
        notebook: str,
        stats: Callable[[], KernelStats],
    ) -> None:
        self._evaluator = evaluator
        self._namespace = namespace
        self._report = report
        self._notebook = notebook
        self._stats = stats
        self._interrupted = False
        self._failed: set[CellId] = set()

    def interrupt(self) -> None:
        """Cancel what is left of the run under way, once the present cell has ended."""
        self._interrupted = True

    async def run(self, graph: Graph, plan: Plan, run_id: RunId, forced: frozenset[CellId]) -> RunSummary:
        """Carry out `plan`; the bodies of `forced` cells run even where a result is in the cache."""
        ended: dict[CellId, CellRun] = {}
        self._interrupted = False
        try:
            self._begin(graph, plan, run_id, ended)
            scheduler: Scheduler = SequentialScheduler(graph, plan.cells)
            memory = RunMemory()
            while (cell_id := scheduler.next()) is not None:
                cell = graph.cells[cell_id]
                context = CellContext(
                    cell, graph, self._namespace, run_id, self._report, cell_id in forced, memory
                )
                await self._step(context, scheduler, ended)
                if self._interrupted:
                    self._cancel(graph, scheduler.interrupt(INTERRUPTED), scheduler, run_id, ended)
            return RunSummary(run_id, tuple(ended.values()))
        finally:
            success = len(ended) >= len(plan.cells) and all(run.status in _GOOD for run in ended.values())
            self._report(RunCompleted(run_id, success, self._stats()))

    def _begin(self, graph: Graph, plan: Plan, run_id: RunId, ended: dict[CellId, CellRun]) -> None:
        blocked = tuple(Blocked(cell, reason) for cell, reason in plan.blocked.items())
        self._report(RunStarted(run_id, tuple(plan.cells), blocked))
        for cell_id, reason in plan.disabled.items():
            self._namespace.forget(graph.cells[cell_id])
            self._end(CellRun(cell_id, "stale", None, reason=reason), run_id, ended)
        for cell_id, reason in plan.blocked.items():
            cell = graph.cells[cell_id]
            self._namespace.forget(cell)
            problem = graph.problems.get(cell_id)
            if problem is None:
                self._end(CellRun(cell_id, "cancelled", None, reason=reason), run_id, ended)
            else:
                error = report_problem(problem, cell, self._notebook)
                self._end(CellRun(cell_id, "error", None, error=error, reason=reason), run_id, ended)

    async def _step(self, context: CellContext, scheduler: Scheduler, ended: dict[CellId, CellRun]) -> None:
        cell, run_id = context.cell, context.run_id
        if self._lacks_inputs(context, scheduler, ended):
            return
        self._report(CellStarted(run_id, cell.id))
        started = time.perf_counter()
        outcome = await self._evaluator.evaluate(context)
        elapsed = time.perf_counter() - started
        self._failed.discard(cell.id)
        if isinstance(outcome, Rerun):
            self._requeue(context, outcome, scheduler, ended)
            return
        if outcome.exception is None:
            self._end(CellRun(cell.id, "idle", outcome, elapsed), run_id, ended)
            return
        self._namespace.forget(cell)
        interrupted = outcome.status == "interrupted"
        if interrupted:
            run = CellRun(cell.id, "cancelled", outcome, elapsed, reason="it was interrupted")
            self._interrupted = True
        else:
            self._failed.add(cell.id)
            error = report_error(outcome.exception, context.graph, self._notebook)
            run = CellRun(cell.id, "error", outcome, elapsed, error)
        self._end(run, run_id, ended)
        reason = f"{cell.id}, which it depends on, {'was interrupted' if interrupted else 'failed'}"
        self._cancel(context.graph, scheduler.cancel(cell.id, reason), scheduler, run_id, ended)

    def _lacks_inputs(self, context: CellContext, scheduler: Scheduler, ended: dict[CellId, CellRun]) -> bool:
        """Whether a cell that this one takes names from has no result; see to it then.

        The names would be unbound, or be those of builtins. A cell that failed in an earlier run cancels this
        one as it would have done then; others come first.
        """
        cell, graph = context.cell.id, context.graph
        lacking = [parent for parent in graph.parents[cell] if self._namespace.key_of(parent) is None]
        failed = next((parent for parent in graph.sort(lacking) if parent in self._failed), None)
        if failed is not None:
            reason = f"{failed}, which it depends on, failed"
            self._namespace.forget(context.cell)
            self._end(CellRun(cell, "cancelled", None, reason=reason), context.run_id, ended)
            cells = scheduler.cancel(cell, reason)
            self._cancel(graph, cells, scheduler, context.run_id, ended)
        elif lacking:
            self._requeue(context, Rerun(tuple(lacking), f"{cell} needs its values"), scheduler, ended)
        return bool(lacking)

    def _requeue(
        self, context: CellContext, rerun: Rerun, scheduler: Scheduler, ended: dict[CellId, CellRun]
    ) -> None:
        for again in scheduler.rerun((*rerun.cells, context.cell.id)):
            ended.pop(again, None)
            self._report(CellQueued(context.run_id, again, rerun.reason))

    def _cancel(
        self,
        graph: Graph,
        cells: tuple[CellId, ...],
        scheduler: Scheduler,
        run_id: RunId,
        ended: dict[CellId, CellRun],
    ) -> None:
        for cell_id in cells:
            self._namespace.forget(graph.cells[cell_id])
            self._end(CellRun(cell_id, "cancelled", None, reason=scheduler.cancelled[cell_id]), run_id, ended)

    def _end(self, run: CellRun, run_id: RunId, ended: dict[CellId, CellRun]) -> None:
        ended.pop(run.cell, None)
        ended[run.cell] = run
        result = run.result or Result()
        console = result.console
        self._report(
            CellEnded(
                run_id=run_id,
                cell=run.cell,
                status=run.status,
                origin=result.origin if run.result is not None and run.status == "idle" else "none",
                key=result.key,
                seconds=result.seconds,
                output=None if result.output is None else dict(result.output),
                displays=None if result.displays is None else tuple(dict(b) for b in result.displays),
                console=None if console is None else tuple(_console_text(*piece) for piece in console),
                error=run.error,
                reason=run.reason,
            )
        )


def _console_text(stream: str, text: str) -> ConsoleText:
    return ConsoleText("stderr" if stream == "stderr" else "stdout", text)
