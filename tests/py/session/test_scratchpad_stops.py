"""The scratchpad: time-outs and interrupts, of what runs, of what it set off, and of what still waits."""

from __future__ import annotations

import asyncio
import linecache
import signal
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from notebooks import Bench

from tiffin.commands import Execute, Interrupt, RunCells
from tiffin.events import RunCompleted, ScratchConsole
from tiffin.session.alarm import ring_by_signal
from tiffin.session.edits import BesideServices
from tiffin.session.scratchpad import Scratchpad

STATE = "import tiffin as tn, asyncio\nget, put = tn.state(1)\nreached = asyncio.Event()"
SLEEP = "print('here', flush=True)\nreached.set()\nawait asyncio.sleep(60)\n'never'"

WITH_SIGNALS: Callable[[BesideServices], Scratchpad] = partial(Scratchpad, alarm=ring_by_signal)


async def until(bench: Bench, code: str) -> asyncio.Task[Any]:
    """Start code that sets `reached`, and return its task when it has."""
    task = asyncio.create_task(bench.kernel.handle(Execute("s", code)))
    await asyncio.wait_for(bench.value("reached").wait(), 10)
    return task


async def test_a_time_out_ends_code_that_waits() -> None:
    bench = Bench(STATE)
    await bench.restore()
    done = await bench.execute(SLEEP, 0.05)
    assert (done.success, done.text, done.stdout) == (False, None, "here\n")
    assert done.stderr == "the run took longer than 0.05 s and was stopped\n"
    assert done.ended.error is not None
    assert done.ended.error.message == "the run took longer than 0.05 s and was stopped"
    assert (await bench.execute("1", 60)).success


@pytest.mark.parametrize("code", ["import time\ntime.sleep(60)", "while True:\n    pass", f"{SLEEP}"])
async def test_with_signals_it_ends_code_that_does_not(code: str) -> None:
    bench = Bench(STATE, scratchpad=WITH_SIGNALS)
    await bench.restore()
    before = signal.getsignal(signal.SIGALRM)
    done = await bench.execute(f"import asyncio\n{code}", 0.05)
    assert not done.success
    assert done.stderr == "the run took longer than 0.05 s and was stopped\n"
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert not [file for file in linecache.cache if file.startswith("<") and "scratchpad" in file]
    assert (await bench.execute("1", 60)).success


async def test_code_that_swallows_its_end_is_no_success() -> None:
    bench = Bench(STATE)
    await bench.restore()
    code = "try:\n    await asyncio.sleep(60)\nexcept asyncio.CancelledError:\n    pass\n'went on'"
    done = await bench.execute(code, 0.02)
    assert (done.text, done.success) == ("'went on'", False)
    assert done.stderr == "the run took longer than 0.02 s and was stopped\n"


async def test_a_time_out_ends_what_it_set_off() -> None:
    bench = Bench(STATE, "if get() > 1:\n    await asyncio.sleep(60)\na = get()", "b = a")
    await bench.restore()
    done = await bench.execute("put(2)\n'set'", 0.05)
    assert (done.ended.success, done.text, done.success) == (True, "'set'", False)
    assert done.cells == {"c2": "cancelled", "c3": "cancelled"}
    assert done.stderr == "the run took longer than 0.05 s and was stopped\n"


async def test_a_time_out_while_its_inputs_are_made_ends_it() -> None:
    sources = ("import asyncio", "await asyncio.sleep(wait)\nnumbers = (n for n in range(3))", "wait = 0")
    first = Bench(*sources)
    await first.restore()
    second = first.again()
    await second.restore()
    await second.kernel.handle(Execute("t", "wait"))
    second.kernel.namespace.globals["wait"] = 60
    done = await second.execute("next(numbers)", 0.05)
    assert not done.success
    assert not done.ended.success
    assert done.cells == {"c2": "cancelled"}
    assert done.stderr == "the run took longer than 0.05 s and was stopped\n"


@pytest.mark.parametrize("run_id", [None, "s"])
async def test_an_interrupt_ends_it(run_id: str | None) -> None:
    bench = Bench(STATE)
    await bench.restore()
    task = await until(bench, SLEEP)
    await bench.kernel.handle(Interrupt(run_id))
    await task
    done = bench.told("s")
    assert (done.success, done.ended.success, done.stderr) == (False, False, "the run was interrupted\n")


async def test_what_it_had_set_before_the_interrupt_is_cancelled() -> None:
    bench = Bench(STATE, "a = get()")
    await bench.restore()
    task = await until(bench, f"put(7)\n{SLEEP}")
    await bench.kernel.handle(Interrupt("s"))
    await task
    done = bench.told("s")
    assert (done.success, done.cells) == (False, {"c2": "cancelled"})
    await bench.run("c2")
    assert bench.value("a") == 7


async def test_an_interrupt_of_another_run_is_none_of_its_business() -> None:
    bench = Bench(STATE)
    await bench.restore()
    task = await until(bench, "reached.set()\nawait asyncio.sleep(0.01)\n'done'")
    await bench.kernel.handle(Interrupt("long over"))
    await task
    assert bench.told("s").text == "'done'"


async def test_a_run_that_waits_can_be_called_off() -> None:
    bench = Bench(STATE)
    await bench.restore()
    running = await until(bench, SLEEP)
    waiting = asyncio.create_task(bench.kernel.handle(Execute("w", "print('never')")))
    other = asyncio.create_task(bench.kernel.handle(Execute("o", "'mine'")))
    await asyncio.sleep(0)
    await bench.kernel.handle(Interrupt("w"))
    assert bench.events[-1] == RunCompleted("w", False, bench.kernel.stats())
    assert bench.notices == ["the run was called off before it began"]
    await bench.kernel.handle(Interrupt("w"))
    await bench.kernel.handle(Interrupt("s"))
    await asyncio.gather(running, waiting, other)
    assert bench.told("o").text == "'mine'"
    completed = [event.run_id for event in bench.events if isinstance(event, RunCompleted)]
    assert completed == ["r", "w", "s", "o"]
    assert not [event for event in bench.events if isinstance(event, ScratchConsole) and event.run_id == "w"]


@pytest.mark.parametrize("command", [Execute("w", "1"), RunCells("w")])
async def test_whoever_cancels_its_task_gets_its_end_as_well(command: Execute | RunCells) -> None:
    bench = Bench(STATE)
    await bench.restore()
    running = await until(bench, SLEEP)
    waiting = asyncio.create_task(bench.kernel.handle(command))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled()
    assert bench.events[-1] == RunCompleted("w", False, bench.kernel.stats())
    running.cancel()
    await asyncio.wait([running])
    assert running.cancelled()
    done = bench.told("s")
    assert (done.success, done.ended.success) == (False, False)
    assert (await bench.execute("1", run_id="t")).success
