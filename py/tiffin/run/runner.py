"""The runner: carries out one plan, and reports it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from tiffin.events import (
    Blocked,
    CellEnded,
    CellQueued,
    CellStarted,
    ConsoleText,
    KernelStats,
    RunCompleted,
    RunStarted,
)
from tiffin.graph.edit import observe
from tiffin.graph.graph import Graph
from tiffin.ids import SCRATCHPAD, CellId, RunId
from tiffin.plan.plan import Plan, make_plan
from tiffin.plan.triggers import Trigger
from tiffin.run.evaluator import Evaluator
from tiffin.run.lifecycle import CellContext, Outcome, Report, Rerun, RunMemory
from tiffin.run.namespace import Namespace
from tiffin.run.report import CellFailure, report_error, report_problem
from tiffin.run.result import CellRun, Result, RunSummary
from tiffin.run.scheduler import Scheduler, SequentialScheduler

INTERRUPTED = "the run was interrupted"
NOT_STORED = "its result was not stored when Python was restarted"
MOST_AFRESH = 3
"""How often a cell may learn in one run that it has to begin afresh."""

MOST_TURNS = 1000
"""How often states may set off cells in one run: more is a circle without an end."""


class Beside(Protocol):
    """Code that runs first in a run, and is no cell."""

    async def run(self, memory: RunMemory, *, interrupted: bool) -> Outcome:
        """Run it, unless the run was interrupted; what it asks for by `Rerun` is had before it is called
        again."""

    def end(self, *, interrupted: bool) -> None:
        """The run is about to be over, and has been `interrupted` or not."""


@dataclass(frozen=True)
class _Unfinished:
    """Why a cell has no result, as those that depend on it are told; `fine` if the author wants it so."""

    reason: str
    fine: bool


@dataclass
class _Run:
    """One run under way."""

    run_id: RunId
    scheduler: Scheduler
    forced: frozenset[CellId]
    memory: RunMemory = field(default_factory=RunMemory)
    ended: dict[CellId, CellRun] = field(default_factory=dict)
    asked: set[tuple[CellId, frozenset[CellId], str]] = field(default_factory=set)
    completed: bool = False
    fine: bool = True
    turns: int = 0
    afresh: dict[CellId, int] = field(default_factory=dict)

    def settle(self, cell: CellId) -> None:
        """`cell` has what it asked for; should it run again, it may ask again."""
        if self.asked:
            self.asked = {asked for asked in self.asked if asked[0] != cell}
            self.memory.rerun = {asked for asked in self.memory.rerun if asked[0] != cell}


class Runner:
    """Owns the graph, and one run at a time: asks the scheduler, hands to the evaluator, classifies, reports.

    `triggers` gives what has been set off beside the cells' own results: by states that were set.
    """

    def __init__(
        self,
        graph: Graph,
        evaluator: Evaluator,
        namespace: Namespace,
        report: Report,
        notebook: str,
        stats: Callable[[], KernelStats],
        triggers: Callable[[], Trigger | None] = lambda: None,
    ) -> None:
        self.graph = graph
        self.stale: set[CellId] = set()
        self.autorun = True
        self._evaluator = evaluator
        self._namespace = namespace
        self._report = report
        self._notebook = notebook
        self._stats = stats
        self._triggers = triggers
        self._interrupted = False
        self._unfinished: dict[CellId, _Unfinished] = {}

    def interrupt(self) -> None:
        """Cancel what is left of the run under way, once the present cell has ended."""
        self._interrupted = True

    def plan(self, trigger: Trigger) -> Plan:
        """Return what answers `trigger` now."""
        return make_plan(self.graph, trigger, self.stale, autorun=self.autorun)

    def drop(self, cells: Iterable[CellId]) -> None:
        """Forget what is known of cells that are gone."""
        for cell in cells:
            self.stale.discard(cell)
            self._unfinished.pop(cell, None)

    async def run(
        self,
        plan: Plan,
        run_id: RunId,
        forced: frozenset[CellId],
        *,
        stored_only: bool = False,
        beside: Beside | None = None,
    ) -> RunSummary:
        """Carry out `plan`, after `beside`; the bodies of `forced` cells run even where a result is in the
        cache.

        With `stored_only` no body runs: what is not in the cache, and what depends on it, becomes stale.

        A cell that has to run again, because another one needs what it defines, does so in the same run; it
        is asked for once by each cell, so that every run ends.
        """
        memory = RunMemory(stored_only=stored_only)
        run = _Run(run_id, SequentialScheduler(self.graph, plan.cells), forced, memory)
        self._interrupted = False
        try:
            self._begin(plan, run)
            if beside is not None:
                await self._run_beside(beside, run)
            await self._drain(run)
            run.completed = True
            return RunSummary(run_id, tuple(run.ended.values()))
        finally:
            if beside is not None:
                run.fine = run.fine and not self._interrupted
                beside.end(interrupted=self._interrupted)
            success = run.completed and run.fine and all(ended.fine for ended in run.ended.values())
            self._report(RunCompleted(run_id, success, self._stats()))

    async def _drain(self, run: _Run) -> None:
        while True:
            if self._interrupted:  # which may be before the first cell
                self._cancel(run.scheduler.interrupt(INTERRUPTED), run, fine=False)
            cell_id = run.scheduler.next()
            if cell_id is None:
                return
            await self._step(cell_id, run)
            if self._follow(cell_id, run):
                await asyncio.sleep(0)  # cells that set each other's states must be interruptible

    async def _run_beside(self, beside: Beside, run: _Run) -> None:
        """Run code that is no cell: what it needs comes before, and what it sets off is queued."""
        while isinstance(outcome := await beside.run(run.memory, interrupted=self._interrupted), Rerun):
            for cell in run.scheduler.rerun(outcome.cells):
                self._report(CellQueued(run.run_id, cell, outcome.reason))
            await self._drain(run)
        run.fine = outcome.status in ("ok", "stopped")
        self._interrupted |= outcome.status == "interrupted"
        run.scheduler.graph = self.graph
        self._follow(SCRATCHPAD, run)

    def _begin(self, plan: Plan, run: _Run) -> None:
        blocked = tuple(Blocked(cell, reason) for cell, reason in plan.blocked.items())
        self._report(RunStarted(run.run_id, tuple(plan.cells), blocked))
        self._leave_out(plan, run)

    def _leave_out(self, plan: Plan, run: _Run) -> None:
        for cell_id in plan.emptied:
            self._namespace.forget(self.graph.cells[cell_id])
            self.drop([cell_id])
            self._end(CellRun(cell_id, "idle", Result(output={}, displays=(), console=())), run)
        for cell_id, reason in plan.stale.items():
            self.stale.add(cell_id)
            self._end(CellRun(cell_id, "stale", None, reason=reason), run)
        for cell_id, reason in plan.disabled.items():
            self._namespace.forget(self.graph.cells[cell_id])
            self.stale.discard(cell_id)
            self._end(CellRun(cell_id, "stale", None, reason=reason), run)
        for cell_id, reason in plan.blocked.items():
            cell = self.graph.cells[cell_id]
            self._namespace.forget(cell)
            self.stale.discard(cell_id)
            problem = self.graph.problems.get(cell_id)
            if problem is None:
                self._end(CellRun(cell_id, "cancelled", None, reason=reason, fine=False), run)
            else:
                error = report_problem(problem, cell, self.graph, self._notebook)
                self._end(CellRun(cell_id, "error", None, error=error, reason=reason, fine=False), run)

    async def _step(self, cell_id: CellId, run: _Run) -> None:
        cell = self.graph.cells[cell_id]
        context = CellContext(
            cell, self.graph, self._namespace, run.run_id, self._report, cell_id in run.forced, run.memory
        )
        if self._lacks_inputs(context, run):
            return
        self._report(CellStarted(run.run_id, cell_id))
        started = time.perf_counter()
        outcome = await self._evaluator.evaluate(context)
        elapsed = time.perf_counter() - started
        self._unfinished.pop(cell_id, None)
        if isinstance(outcome, Rerun):
            if self._requeue(cell_id, outcome, run):
                return
            named = ", ".join(outcome.cells)
            problem = CellFailure(f"{named} ran again, and {cell_id} still has not what it needs of it")
            outcome = Result(status="error", exception=problem)
        if outcome.status == "ok":
            self.stale.discard(cell_id)
            run.settle(cell_id)
            self._end(CellRun(cell_id, "idle", outcome, elapsed), run)
            return
        self._namespace.forget(cell)
        if outcome.status == "missing":
            self._leave_stale(cell_id, run)
            return
        fine = outcome.status == "stopped"
        error = None
        if outcome.status == "interrupted":
            self._interrupted = True
            verb = "was interrupted"
            ended = CellRun(cell_id, "cancelled", outcome, elapsed, reason="it was interrupted", fine=False)
        else:
            verb = "stopped" if fine else "failed"
            if outcome.exception is not None:
                error = report_error(outcome.exception, self.graph, self._notebook)
            ended = CellRun(cell_id, "idle" if fine else "error", outcome, elapsed, error, fine=fine)
        unfinished = _Unfinished(f"{cell_id}, which it depends on, {verb}", fine)
        self.stale.discard(cell_id)
        if outcome.status != "interrupted":
            self._unfinished[cell_id] = unfinished
        self._end(ended, run)
        cancelled = run.scheduler.cancel(cell_id, unfinished.reason)
        if outcome.status != "interrupted":
            self.stale.difference_update(cancelled)
        self._cancel(cancelled, run, fine=unfinished.fine)

    def _leave_stale(self, cell_id: CellId, run: _Run) -> None:
        """Let a cell that is not stored wait until somebody asks for it, with all that depends on it."""
        reasons = dict.fromkeys(
            run.scheduler.cancel(cell_id, NOT_STORED), f"{cell_id}, which it depends on, has to run first"
        )
        for cell, reason in ((cell_id, NOT_STORED), *reasons.items()):
            self._namespace.forget(self.graph.cells[cell])
            self._unfinished.pop(cell, None)
            self.stale.add(cell)
            self._end(CellRun(cell, "stale", None, reason=reason), run)

    def _follow(self, cell_id: CellId, run: _Run) -> bool:
        """Take up what running the cell has brought about: other versions, and states that were set (then
        True)."""
        observed = run.memory.observed
        if any(not names <= self.graph.made[cell] for cell, names in observed.items()):
            edited = observe(self.graph, observed)
            self.graph = run.scheduler.graph = edited.graph
            others = edited.concerned - {cell_id}
            self._add(others | edited.graph.descendants(others), run, cell_id)
        followed = False
        while (trigger := self._triggers()) is not None:
            followed = True
            run.turns += 1
            if run.turns > MOST_TURNS:
                self._stop_turning(cell_id, run)
                break
            plan = self.plan(trigger)
            self._leave_out(plan, run)
            self._add(plan.cells, run, cell_id)
        return followed

    def _stop_turning(self, cell_id: CellId, run: _Run) -> None:
        text = (
            f"{cell_id} and what it sets off set states again and again, {MOST_TURNS:,} times in one run: "
            "let one of them stop setting its state when nothing changes"
        )
        self._namespace.forget(self.graph.cells[cell_id])
        error = report_error(CellFailure(text), self.graph, self._notebook)
        self._unfinished[cell_id] = _Unfinished(f"{cell_id}, which it depends on, failed", fine=False)
        self._end(CellRun(cell_id, "error", None, error=error, fine=False), run)
        reason = self._unfinished[cell_id].reason
        self._cancel(run.scheduler.cancel(cell_id, reason), run, fine=False)

    def _add(self, cells: Iterable[CellId], run: _Run, cause: CellId) -> None:
        wanted = [
            cell for cell in cells if self.graph.cells[cell].has_code and cell not in self.graph.blockages
        ]
        for cell in run.scheduler.add(wanted):
            run.ended.pop(cell, None)
            self._report(CellQueued(run.run_id, cell, f"{cause} changed what it depends on"))

    def _lacks_inputs(self, context: CellContext, run: _Run) -> bool:
        """Whether a cell that this one takes names from has no result; see to it then.

        The names would be unbound, or be those of builtins. A cell that failed in an earlier run cancels this
        one as it would have done then; others come first.
        """
        cell = context.cell.id
        makers = dict.fromkeys(context.taken.values())
        lacking = [maker for maker in makers if self._namespace.key_of(maker) is None]
        if not lacking:
            # Since it ran, it has become known that a cell makes a version: it has to hand that on.
            unaware = {maker for name, maker in context.taken.items() if self._is_unaware(name, maker)}
            return bool(unaware) and self._requeue(
                cell, Rerun(tuple(self.graph.sort(unaware)), f"{cell} needs its values as well"), run
            )
        known = next((m for m in self.graph.sort(lacking) if m in self._unfinished), None)
        unfinished = None if known is None else self._unfinished[known]
        if unfinished is None and self._requeue(
            cell, Rerun(tuple(lacking), f"{cell} needs its values first"), run
        ):
            return True
        if unfinished is None:
            unfinished = _Unfinished(f"{', '.join(lacking)}, which it depends on, has no result", fine=False)
        self._namespace.forget(context.cell)
        self._end(CellRun(cell, "cancelled", None, reason=unfinished.reason, fine=unfinished.fine), run)
        cancelled = run.scheduler.cancel(cell, unfinished.reason)
        self.stale.difference_update((cell, *cancelled))
        self._cancel(cancelled, run, fine=unfinished.fine)
        return True

    def _is_unaware(self, name: str, maker: CellId) -> bool:
        if self.graph.order == "graph" or name in self.graph.cells[maker].flow.binds:
            return False
        return self._namespace.version((name, maker)) is None

    def _requeue(self, cell: CellId, rerun: Rerun, run: _Run) -> bool:
        """Put the cells of `rerun` in front of `cell`; False if it has asked for the very same before."""
        asked = (cell, frozenset(rerun.cells), rerun.reason)
        if rerun.afresh and run.afresh.get(cell, 0) < MOST_AFRESH:
            run.afresh[cell] = run.afresh.get(cell, 0) + 1
            run.settle(cell)
        elif asked in run.asked:
            return False
        run.asked.add(asked)
        for again in run.scheduler.rerun((*rerun.cells, cell)):
            run.ended.pop(again, None)
            self._report(CellQueued(run.run_id, again, rerun.reason))
        return True

    def _cancel(self, cells: tuple[CellId, ...], run: _Run, *, fine: bool) -> None:
        for cell_id in cells:
            self._namespace.forget(self.graph.cells[cell_id])
            self._unfinished.pop(cell_id, None)
            reason = run.scheduler.cancelled[cell_id]
            self._end(CellRun(cell_id, "cancelled", None, reason=reason, fine=fine), run)

    def _end(self, ended: CellRun, run: _Run) -> None:
        run.ended.pop(ended.cell, None)
        run.ended[ended.cell] = ended
        result = ended.result or Result()
        console = result.console
        self._report(
            CellEnded(
                run_id=run.run_id,
                cell=ended.cell,
                status=ended.status,
                origin=result.origin if ended.result is not None and ended.status == "idle" else "none",
                key=result.key,
                seconds=result.seconds,
                output=None if result.output is None else dict(result.output),
                displays=None if result.displays is None else tuple(dict(b) for b in result.displays),
                console=None if console is None else tuple(_console_text(*piece) for piece in console),
                error=ended.error,
                reason=ended.reason,
            )
        )


def _console_text(stream: str, text: str) -> ConsoleText:
    return ConsoleText("stderr" if stream == "stderr" else "stdout", text)
