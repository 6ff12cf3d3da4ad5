"""The runner: one plan carried out and reported, whatever cells and lifecycles do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notebooks import graph

from tiffin.cells.cell import Cell
from tiffin.errors import Stop
from tiffin.events import CellEnded, CellQueued, CellStarted, Event, KernelStats, RunCompleted, RunStarted
from tiffin.ids import CellId, Key, RunId
from tiffin.plan.plan import Plan, make_plan
from tiffin.plan.triggers import RestoreAll, RunRequested, Trigger, ValuesChanged
from tiffin.run.evaluator import Evaluator
from tiffin.run.lifecycle import CellContext, Decision, Outcome, Proceed, Rerun
from tiffin.run.namespace import Namespace
from tiffin.run.result import Result, RunSummary
from tiffin.run.runner import Runner

DOES: Mapping[str, BaseException] = {
    "fail": ValueError("failed"),
    "stop": Stop(None),
    "interrupt": KeyboardInterrupt(),
    "set up": ValueError("set-up"),
    "tear down": ValueError("tear-down"),
}
"""What a body, a set-up or a tear-down may raise, by what a test calls it."""


@dataclass
class Stage:
    """A runner whose cells do what a script says: for each evaluation of a cell one word of `DOES`, `ok`, or
    the cells that it wants to run again; the last word holds for all that follow, or all come anew."""

    runner: Runner = field(init=False)
    script: dict[str, list[Any]]
    anew: bool = False
    events: list[Event] = field(default_factory=list)
    evaluated: list[CellId] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    asked: set[tuple[CellId, frozenset[str]]] = field(default_factory=set)
    word: Any = "ok"

    def play(self, cells: tuple[str, ...], report: Callable[[Event], None] | None = None) -> Stage:
        self.runner = Runner(
            graph(*cells), Evaluator([self], self), Namespace({}), report or self.events.append, "nb.py",
            KernelStats,
        )  # fmt: skip
        return self

    async def setup(self, context: CellContext) -> Decision:
        cell = context.cell.id
        self.evaluated.append(cell)
        lines = self.script.get(cell) or ["ok"]
        self.word = lines.pop(0)
        if self.anew or not lines:
            lines.append(self.word)
        makers = context.taken.values()
        self.lacking += [f"{m} of {cell}" for m in makers if context.namespace.key_of(m) is None]
        if self.word == "set up":
            raise DOES["set up"]
        if isinstance(self.word, tuple):
            self.asked.add((cell, frozenset(self.word)))
            return Rerun(tuple(CellId(c) for c in self.word), f"{cell} needs them")
        return Proceed()

    async def execute(self, cell: Cell, globals_: dict[str, Any]) -> Any:
        if self.word in ("fail", "stop", "interrupt"):
            raise DOES[self.word]

    async def teardown(self, context: CellContext, outcome: Outcome) -> Outcome:
        if self.word == "tear down":
            raise DOES["tear down"]
        if isinstance(outcome, Result) and outcome.status == "ok":
            context.namespace.bind(context.cell.id, Key("k"), {}, live=True)
        return outcome

    async def run(self, trigger: Trigger | None = None) -> RunSummary:
        plan = self.runner.plan(trigger or RestoreAll())
        return await self.runner.run(plan, RunId("r"), frozenset())


def stage(*cells: str, **script: list[Any]) -> Stage:
    return Stage(script).play(cells)


def statuses(summary: RunSummary) -> dict[str, str]:
    return {run.cell: run.status for run in summary.cells}


def reasons(summary: RunSummary) -> dict[str, str | None]:
    return {run.cell: run.reason for run in summary.cells if run.reason is not None}


CHAIN = ("a = 1", "b = a", "c = b", "d = 1")


async def test_a_failure_cancels_its_descendants_and_names_itself() -> None:
    summary = await stage(*CHAIN, c1=["fail"]).run()
    assert statuses(summary) == {"c1": "error", "c2": "cancelled", "c3": "cancelled", "c4": "idle"}
    assert set(reasons(summary).values()) == {"c1, which it depends on, failed"}
    assert not summary.success


async def test_of_two_failures_the_first_is_named() -> None:
    summary = await stage("a = 1", "b = 1", "c = a + b", c1=["fail"], c2=["fail"]).run()
    assert reasons(summary) == {"c3": "c1, which it depends on, failed"}


@pytest.mark.parametrize("word", ["set up", "tear down"])
async def test_a_lifecycle_that_raises_fails_its_cell(word: str) -> None:
    summary = await stage(*CHAIN, c2=[word]).run()
    assert statuses(summary) == {"c1": "idle", "c2": "error", "c3": "cancelled", "c4": "idle"}
    error = next(run.error for run in summary.cells if run.cell == "c2")
    assert error is not None
    assert error.message == str(DOES[word])


async def test_a_stopped_cell_cancels_without_a_failure() -> None:
    summary = await stage(*CHAIN, c1=["stop"]).run()
    assert statuses(summary) == {"c1": "idle", "c2": "cancelled", "c3": "cancelled", "c4": "idle"}
    assert reasons(summary)["c3"] == "c1, which it depends on, stopped"
    assert summary.success


async def test_an_interrupt_inside_a_cell_cancels_the_rest() -> None:
    staged = stage(*CHAIN, c2=["interrupt"])
    summary = await staged.run()
    assert statuses(summary) == {"c1": "idle", "c2": "cancelled", "c3": "cancelled", "c4": "cancelled"}
    assert reasons(summary) == {
        "c2": "it was interrupted",
        "c3": "c2, which it depends on, was interrupted",
        "c4": "the run was interrupted",
    }
    assert staged.evaluated == ["c1", "c2"]


async def test_an_interrupt_from_outside_lets_the_present_cell_end() -> None:
    staged = stage(*CHAIN)

    def report(event: Event) -> None:
        if isinstance(event, CellStarted) and event.cell == "c2":
            staged.runner.interrupt()

    staged.play(CHAIN, report)
    summary = await staged.run()
    assert statuses(summary) == {"c1": "idle", "c2": "idle", "c3": "cancelled", "c4": "cancelled"}


async def test_an_interrupt_before_the_first_cell_cancels_all() -> None:
    staged = stage(*CHAIN)

    def report(event: Event) -> None:
        if isinstance(event, RunStarted):
            staged.runner.interrupt()

    staged.play(CHAIN, report)
    summary = await staged.run()
    assert set(reasons(summary).values()) == {"the run was interrupted"}
    assert (staged.evaluated, summary.success) == ([], False)


async def test_after_an_interrupt_the_next_run_is_not_interrupted() -> None:
    staged = stage(*CHAIN, c2=["interrupt", "ok"])
    await staged.run()
    assert set(statuses(await staged.run()).values()) == {"idle"}


async def test_a_rerun_comes_first_in_order_and_only_once() -> None:
    staged = stage(*CHAIN, c3=[("c2", "c1", "c2"), "ok"])
    await staged.run()
    assert staged.evaluated == ["c1", "c2", "c3", "c1", "c2", "c3", "c4"]
    queued = [(e.cell, e.reason) for e in staged.events if isinstance(e, CellQueued)]
    assert queued == [(cell, "c3 needs them") for cell in ("c1", "c2", "c3")]


async def test_a_rerun_of_what_still_waits_is_not_run_twice() -> None:
    staged = stage("a = 1", "b = 1", "c = 1", c1=[("c3",), "ok"])
    await staged.run()
    assert staged.evaluated == ["c1", "c1", "c3", "c2"]


async def test_a_rerun_takes_back_a_cancellation() -> None:
    staged = stage("a = 1", "b = a", "c = 1", c1=["fail", "ok"], c3=[("c1", "c2"), "ok"])
    summary = await staged.run()
    assert set(statuses(summary).values()) == {"idle"}
    assert [run.cell for run in summary.cells] == ["c1", "c2", "c3"]


async def test_a_producer_that_fails_the_second_time_cancels_who_asked() -> None:
    staged = stage(*CHAIN, c1=["ok", "fail"], c2=[("c1",)])
    summary = await staged.run()
    assert statuses(summary) == {"c1": "error", "c2": "cancelled", "c3": "cancelled", "c4": "idle"}
    assert staged.evaluated == ["c1", "c2", "c1", "c4"]


async def test_what_stays_unavailable_is_an_error_that_names_who_makes_it() -> None:
    summary = await stage(*CHAIN, c3=[("c1", "c2")]).run()
    assert statuses(summary) == {"c1": "idle", "c2": "idle", "c3": "error", "c4": "idle"}
    error = next(run.error for run in summary.cells if run.cell == "c3")
    assert error is not None
    assert error.message == "c1, c2 ran again, and c3 still has not what it needs of it"


async def test_a_cell_that_wants_itself_again_is_an_error_not_a_loop() -> None:
    staged = stage("a = 1", c1=[("c1",)])
    assert statuses(await staged.run()) == {"c1": "error"}
    assert staged.evaluated == ["c1", "c1"]


async def test_a_cell_without_its_inputs_has_them_made_first() -> None:
    staged = stage(*CHAIN)
    await staged.run(RunRequested((CellId("c3"),)))
    assert staged.evaluated == ["c1", "c2", "c3"]


async def test_a_cell_below_one_that_failed_before_is_cancelled_not_started() -> None:
    staged = stage(*CHAIN, c1=["fail", "ok"])
    await staged.run()
    staged.events.clear()
    summary = await staged.run(RunRequested((CellId("c2"),)))
    assert statuses(summary) == {"c2": "cancelled", "c3": "cancelled"}
    assert not [event for event in staged.events if isinstance(event, CellStarted)]


async def test_what_a_cell_sets_off_runs_in_the_same_run() -> None:
    staged = stage("a = 1", "b = a", "c = 1")
    triggers = {CellId("c3"): ValuesChanged((("a", CellId("c1")),))}
    staged.runner._triggers = lambda: triggers.pop(staged.evaluated[-1], None)
    await staged.run()
    assert staged.evaluated == ["c1", "c2", "c3", "c2"]
    queued = [(e.cell, e.reason) for e in staged.events if isinstance(e, CellQueued)]
    assert queued == [("c2", "c3 changed what it depends on")]


async def test_an_empty_plan_starts_and_completes() -> None:
    staged = stage("a = 1")
    summary = await staged.runner.run(Plan(()), RunId("r"), frozenset())
    assert [type(event) for event in staged.events] == [RunStarted, RunCompleted]
    assert summary.success


class OddError(BaseException):
    """Not even an `Exception`."""


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt, SystemExit, OddError, asyncio.CancelledError, ValueError]
)
@pytest.mark.parametrize("kind", [RunStarted, CellStarted, CellEnded])
async def test_a_report_that_raises_ends_the_run_with_its_completion(
    kind: type[Event], error: type[BaseException]
) -> None:
    events: list[Event] = []

    def report(event: Event) -> None:
        events.append(event)
        if isinstance(event, kind):
            raise error

    staged = Stage({}).play(CHAIN, report)
    with pytest.raises(error):
        await staged.run()
    completed = [event for event in events if isinstance(event, RunCompleted)]
    assert [event.success for event in completed] == [False]
    assert events[-1] is completed[0]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, OddError, asyncio.CancelledError])
@pytest.mark.parametrize("place", ["setup", "teardown", "execute"])
async def test_nothing_that_a_lifecycle_raises_comes_out_of_a_run(
    place: str, error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def odd(*_: object) -> None:
        raise error

    staged = stage(*CHAIN)
    monkeypatch.setattr(staged, place, odd)
    staged.play(CHAIN)
    summary = await staged.run()
    assert {run.status for run in summary.cells} <= {"error", "cancelled"}
    assert [e.success for e in staged.events if isinstance(e, RunCompleted)] == [False]
    assert isinstance(staged.events[-1], RunCompleted)


# -- random graphs, random failures ---------------------------------------------------------------------


@st.composite
def plays(draw: st.DrawFn) -> tuple[tuple[str, ...], dict[str, list[Any]], list[CellId]]:
    """A notebook of which each cell takes names of cells above it, what happens in it, and what is asked."""
    cells: list[str] = []
    script: dict[str, list[Any]] = {}
    above: dict[int, set[int]] = {}
    for index in range(draw(st.integers(1, 8))):
        parents = draw(st.sets(st.integers(0, index - 1), max_size=3)) if index else set()
        above[index] = parents.union(*(above[parent] for parent in parents))
        cells.append(f"x{index} = ({', '.join(f'x{parent}' for parent in sorted(parents))},)")
        words: list[Any] = ["ok", "ok", "ok", *DOES]
        if above[index]:
            producers = sorted(f"c{other + 1}" for other in above[index])
            words += [tuple(draw(st.permutations(producers))[: draw(st.integers(1, 3))]) for _ in range(4)]
        script[f"c{index + 1}"] = draw(st.lists(st.sampled_from(words), max_size=3))
    ids = [CellId(f"c{index + 1}") for index in range(len(cells))]
    return tuple(cells), script, draw(st.lists(st.sampled_from(ids), unique=True))


def starts(events: Iterable[Event]) -> list[str]:
    return [event.cell for event in events if isinstance(event, CellStarted)]


@given(plays(), st.booleans())
def test_every_run_ends_and_tells_the_truth(
    play: tuple[tuple[str, ...], dict[str, list[Any]], list[CellId]], anew: bool
) -> None:
    cells, script, asked = play
    staged = Stage(script, anew).play(cells)
    for trigger in (RestoreAll(), RunRequested(tuple(asked)), RestoreAll()):
        plan = make_plan(staged.runner.graph, trigger)
        staged.events.clear()
        staged.evaluated.clear()
        staged.asked.clear()
        summary = asyncio.run(staged.run(trigger))
        check_run(staged, plan, summary)


def check_run(staged: Stage, plan: Plan, summary: RunSummary) -> None:
    found, events = staged.runner.graph, staged.events
    assert staged.lacking == []
    # It ends as it should, and within bounds.
    assert isinstance(events[-1], RunCompleted)
    assert [e.success for e in events if isinstance(e, RunCompleted)] == [summary.success]
    lacked = [e for e in events if isinstance(e, CellQueued) and "needs its values" in (e.reason or "")]
    asks = sum(len(producers) + 1 for _, producers in staged.asked)
    if not staged.anew:  # else a cell that got what it asked for asks for it again whenever it is asked for
        assert len(staged.evaluated) <= len(plan.cells) + asks + len(lacked)
    assert staged.evaluated == starts(events)
    # Every cell of the plan ends, each once in the summary, and as its last event says.
    ended = {run.cell: run for run in summary.cells}
    assert len(ended) == len(summary.cells)
    assert set(ended) >= set(plan.cells) | set(staged.evaluated)
    last = {e.cell: (e.status, e.reason) for e in events if isinstance(e, CellEnded)}
    assert last == {cell: (run.status, run.reason) for cell, run in ended.items()}
    # Nothing starts below what has failed, until that has run again; who is cancelled is told why.
    broken: set[CellId] = set()
    for event in events:
        if isinstance(event, CellStarted):
            broken.discard(CellId(event.cell))
            assert not broken & found.ancestors([CellId(event.cell)])
        elif isinstance(event, CellEnded) and (
            event.status == "error" or event.reason == "it was interrupted"
        ):
            broken.add(CellId(event.cell))
    for cell, run in ended.items():
        if run.status == "cancelled" and "which it depends on" in (run.reason or ""):
            culprit = CellId(str(run.reason).split(",")[0])
            assert culprit in found.ancestors([cell])
            assert staged.runner._namespace.key_of(culprit) is None
        if run.status == "error" and run.error is not None and "ran again" in run.error.message:
            named = run.error.message.split(" ran again")[0].split(", ")
            assert (cell, frozenset(named)) in staged.asked
