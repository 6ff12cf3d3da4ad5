"""What cells ask, and what their readers answer."""

from __future__ import annotations

import asyncio

import pytest
from notebooks import Bench, how, text

from tiffin.commands import AnswerInput, RunCells
from tiffin.errors import UsageError
from tiffin.events import InputAsked

ASKING = "await ask('Name? ')"


async def asked(bench: Bench) -> tuple[asyncio.Task[object], InputAsked]:
    """Run the cell until it asks."""
    bench.kernel.namespace.globals["ask"] = bench.kernel.questions.ask
    run = asyncio.ensure_future(bench.kernel.handle(RunCells("r1", ("c1",))))
    while not (questions := [event for event in bench.events if isinstance(event, InputAsked)]):
        await asyncio.sleep(0)
    return run, questions[-1]


async def test_an_answer_reaches_the_cell_that_asked() -> None:
    bench = Bench(ASKING)
    run, question = await asked(bench)
    assert (question.run_id, question.cell, question.prompt) == ("r1", "c1", "Name? ")
    await bench.kernel.handle(AnswerInput("another question", "Eve"))
    await bench.kernel.handle(AnswerInput(question.question, "Ada"))
    await bench.kernel.handle(AnswerInput(question.question, "too late"))
    await run
    assert bench.shown == {"c1": "'Ada'"}


async def test_no_answer_is_none() -> None:
    bench = Bench(ASKING)
    run, question = await asked(bench)
    await bench.kernel.handle(AnswerInput(question.question))
    await run
    assert bench.shown["c1"] in (None, "None", "")


async def test_an_interrupt_ends_the_waiting() -> None:
    bench = Bench(ASKING)
    run, question = await asked(bench)
    bench.kernel.interrupt()
    await run
    await bench.kernel.handle(AnswerInput(question.question, "nobody waits"))
    bench.kernel.namespace.globals["ask"] = lambda prompt: asyncio.sleep(0, "later")
    assert text((await bench.run("c1"))["c1"]) == "'later'"


async def test_a_cell_that_asked_asks_again() -> None:
    """What somebody answered is no result of the code alone."""
    bench = Bench(ASKING)
    for name in ("Ada", "Eve"):
        bench.events.clear()
        run, question = await asked(bench)
        await bench.kernel.handle(AnswerInput(question.question, name))
        await run
        assert bench.shown == {"c1": repr(name)}
    assert how(await bench.again().restore(stored_only=True)) == {"c1": "stale"}


async def test_nobody_is_asked_once_the_cell_has_ended() -> None:
    bench = Bench("1")
    await bench.run()
    with pytest.raises(UsageError, match="after its cell had ended"):
        await bench.kernel.questions.ask("?")
