"""Waiting in the midst of sync code, with Python's own event loop in place of a browser's."""

from __future__ import annotations

import asyncio
import builtins
import time
from collections.abc import Awaitable, Iterator
from typing import Any, cast

import pytest

from tiffin.host.browser.waiting import Waiting, Waits
from tiffin.run.interrupt import Interrupter
from tiffin.session.kernel import Kernel


class Loops:
    """A class of event loops."""

    def run_until_complete(self, future: Any) -> Any:
        raise AssertionError("the worker's own cannot wait")


class Worker:
    """A kernel and its worker: `jspi` says whether it can be suspended, `answer` is what its reader says."""

    def __init__(self, *, jspi: bool, answer: str | None = "Ada") -> None:
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        self.jspi = jspi
        self.loops = Loops
        self.paused: list[float] = []
        self.asked: list[str] = []
        self.questions = self
        self.now = 0.0
        self.interrupter = Interrupter({})
        self._answer = answer

    def can_run_sync(self) -> bool:
        return self.jspi

    def run_sync(self, awaitable: Awaitable[Any]) -> Any:
        return self.loop.run_until_complete(awaitable)

    def wait(self, awaitable: Awaitable[Any], run_sync: Any) -> Any:
        return self.interrupter.wait(awaitable, run_sync)

    async def ask(self, prompt: str) -> str | None:
        self.asked.append(prompt)
        return self._answer

    def pause(self, milliseconds: float) -> None:
        self.paused.append(milliseconds)
        self.now += 0.75  # something has woken it before its time

    @property
    def waits(self) -> Waits:
        return Waits(cast("Kernel", self), cast("Waiting", self), lambda: self.now)


@pytest.fixture(autouse=True)
def own_functions() -> Iterator[None]:
    """What is put into modules is taken away again."""
    before = builtins.input, time.sleep, asyncio.run
    yield
    builtins.input, time.sleep, asyncio.run = before
    asyncio.get_event_loop_policy().get_event_loop().close()
    asyncio.set_event_loop(None)


async def soon(value: str) -> str:
    await asyncio.sleep(0)
    return value


def test_input_is_what_the_reader_says(capsys: pytest.CaptureFixture[str]) -> None:
    worker = Worker(jspi=True)
    worker.waits.install()
    assert input("Name? ") == "Ada"
    assert worker.asked == ["Name? "]
    assert capsys.readouterr().out == "Name? Ada\n"


def test_input_without_an_answer_is_the_end_of_the_input() -> None:
    with pytest.raises(EOFError, match=r"'Name\?'\) was left without an answer"):
        Worker(jspi=True, answer=None).waits.input("Name?")


def test_coroutines_run_to_their_end() -> None:
    worker = Worker(jspi=True)
    worker.waits.install()
    assert asyncio.run(soon("a")) == "a"
    assert Loops().run_until_complete(soon("b")) == "b"


def test_sleep_lets_others_run_where_it_can() -> None:
    worker = Worker(jspi=True)
    worker.waits.install()
    time.sleep(0)
    assert worker.paused == []


def test_sleep_blocks_where_nothing_can_be_suspended_and_goes_on_when_it_was_woken() -> None:
    worker = Worker(jspi=False)
    worker.waits.install()
    time.sleep(2)
    assert worker.paused == [2000, 1250, 500]
    with pytest.raises(ValueError, match="non-negative"):
        time.sleep(-1)


@pytest.mark.parametrize("call", ["asyncio.run(soon(''))", "Loops().run_until_complete(soon(''))", "input()"])
def test_what_cannot_wait_says_what_to_do(call: str) -> None:
    Worker(jspi=False).waits.install()
    with pytest.raises(RuntimeError, match=r"(await|tn\.ui\.text).* instead$") as caught:
        eval(call, {**globals(), "Loops": Loops})
    assert "\n" not in str(caught.value)


def test_an_interrupt_while_others_run_ends_the_waiting() -> None:
    worker = Worker(jspi=True)
    interrupter = worker.interrupter

    async def stop() -> None:
        interrupter.cancel()

    def run_sync(awaitable: Awaitable[Any]) -> Any:
        later = worker.loop.create_task(stop())
        try:
            return worker.loop.run_until_complete(awaitable)
        finally:
            assert later.done()

    with pytest.raises(asyncio.CancelledError):  # outside of a body
        interrupter.wait(asyncio.sleep(1000), run_sync)
    interrupter._inside = True
    with pytest.raises(KeyboardInterrupt):
        interrupter.wait(asyncio.sleep(1000), run_sync)
    assert interrupter._inside
