"""The evaluator: order of set-ups and tear-downs, decisions, and failures that are never lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from notebooks import compiled, graph

from tiffin.ids import CellId, RunId
from tiffin.run.evaluator import Evaluator
from tiffin.run.executor import DefaultExecutor
from tiffin.run.lifecycle import CellContext, Decision, Outcome, Proceed, Rerun, Skip
from tiffin.run.namespace import Namespace
from tiffin.run.result import Result


class Noted:
    """A lifecycle that notes its calls, and does what it is told."""

    def __init__(
        self,
        name: str,
        log: list[str],
        decide: Callable[[], Decision] = Proceed,
        tear_down: Callable[[], None] = lambda: None,
    ) -> None:
        self._name, self._log, self._decide, self._tear_down = name, log, decide, tear_down

    async def setup(self, context: CellContext) -> Decision:
        self._log.append(f"+{self._name}")
        return self._decide()

    async def teardown(self, context: CellContext, outcome: Outcome) -> Outcome:
        self._log.append(f"-{self._name}")
        self._tear_down()
        return outcome


def fail(error: BaseException) -> Callable[[], Any]:
    def call() -> Any:
        raise error

    return call


async def evaluate(source: str, *lifecycles: Noted) -> Outcome:
    cell = compiled(source)
    context = CellContext(cell, graph(source), Namespace({}), RunId("r"), lambda event: None)
    return await Evaluator(lifecycles, DefaultExecutor()).evaluate(context)


async def test_tear_downs_come_in_reverse() -> None:
    log: list[str] = []
    outcome = await evaluate("1 + 1", Noted("a", log), Noted("b", log))
    assert log == ["+a", "+b", "-b", "-a"]
    assert isinstance(outcome, Result)
    assert outcome.value == 2


async def test_skipping_leaves_out_the_body_and_later_lifecycles() -> None:
    log: list[str] = []
    result = Result(value="stored")
    outcome = await evaluate("1 / 0", Noted("a", log), Noted("b", log, lambda: Skip(result)), Noted("c", log))
    assert log == ["+a", "+b", "-b", "-a"]
    assert outcome == result


async def test_a_rerun_tears_down_what_was_entered() -> None:
    log: list[str] = []
    again = Rerun((CellId("p"),), "needed")
    assert await evaluate("1", Noted("a", log), Noted("b", log, lambda: again), Noted("c", log)) == again
    assert log == ["+a", "+b", "-b", "-a"]


async def test_a_failing_set_up_is_the_cells_failure_and_is_torn_down() -> None:
    log: list[str] = []
    error = ValueError("set-up")
    outcome = await evaluate("1", Noted("a", log), Noted("b", log, fail(error)), Noted("c", log))
    assert log == ["+a", "+b", "-b", "-a"]
    assert isinstance(outcome, Result)
    assert (outcome.status, outcome.exception) == ("error", error)


async def test_a_failing_tear_down_wins_and_the_bodys_is_chained() -> None:
    log: list[str] = []
    error = ValueError("tear-down")
    outcome = await evaluate("1 / 0", Noted("a", log), Noted("b", log, tear_down=fail(error)))
    assert log == ["+a", "+b", "-b", "-a"]
    assert isinstance(outcome, Result)
    assert outcome.exception is error
    assert isinstance(error.__context__, ZeroDivisionError)


async def test_two_failing_tear_downs_are_both_visible() -> None:
    log: list[str] = []
    first, second = ValueError("first"), ValueError("second")
    outcome = await evaluate(
        "1", Noted("a", log, tear_down=fail(second)), Noted("b", log, tear_down=fail(first))
    )
    assert isinstance(outcome, Result)
    assert outcome.exception is second
    assert second.__context__ is first


@pytest.mark.parametrize(
    "source", ["raise KeyboardInterrupt", "import asyncio\nraise asyncio.CancelledError"]
)
async def test_an_interrupt_is_no_error(source: str) -> None:
    log: list[str] = []
    outcome = await evaluate(source, Noted("a", log))
    assert log == ["+a", "-a"]
    assert isinstance(outcome, Result)
    assert outcome.status == "interrupted"
