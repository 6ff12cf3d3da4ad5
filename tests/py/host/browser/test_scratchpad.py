"""The scratchpad in a worker, with the signals of a page that an ordinary process raises for itself."""

from __future__ import annotations

import asyncio
import json
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from notebooks import notebook

from tiffin.host.browser.entry import BrowserHost
from tiffin.host.browser.scratchpad import add_scratchpad
from tiffin.session.kernel import KernelServices

FAILED = {"success": False, "output": {"mimetype": "text/plain", "data": ""}}
LOOP = "hear()\nwhile True: pass"


class Page:
    """What the worker says to a page, and a page that has signals sent."""

    def __init__(self, *sources: str, signals: bool = True) -> None:
        self.said: list[Any] = []
        self.wanted = 0
        host = BrowserHost(notebook(*sources), KernelServices(), self.post)
        self.kernel = host.kernel
        self.handle = add_scratchpad(host, self, signals).handle

    def post(self, text: str) -> None:
        self.said.append(json.loads(text)["type"])

    def begun(self, run_id: str, number: int, timeout: float | None) -> None:
        self.said.append(("begun", run_id, number, timeout))

    def piece(self, run_id: str, name: str, data: str) -> None:
        self.said.append((run_id, name, json.loads(data)))

    def edited(self, notebook: str) -> None:
        self.said.append(("edited", [cell["source"] for cell in json.loads(notebook)["cells"]]))

    def meant(self) -> int:
        return self.wanted

    async def execute(self, code: str, run_id: str = "r", timeout: float | None = None) -> list[Any]:
        """Have code run; what is told of it."""
        before = len(self.said)
        command = {"type": "Execute", "run_id": run_id, "code": code, "timeout": timeout}
        await self.handle(json.dumps(command))
        return [piece[1:] for piece in self.said[before:] if piece[0] == run_id]


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Whoever had the signals before has them again."""
    before = {number: signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGUSR1)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def raising(page: Page, number: int, meant: int) -> Callable[[], None]:
    """What code calls to have the page send a signal while it goes on."""

    def send() -> None:
        page.wanted = meant
        main = threading.main_thread().ident
        assert main is not None
        threading.Thread(target=signal.pthread_kill, args=(main, number)).start()

    return send


async def test_an_answer_comes_before_the_event_that_ends_the_run() -> None:
    page = Page("x = 20")
    assert await page.execute("print('hello')\n20 + 1", timeout=60) == [
        ("stdout", {"data": "hello"}),
        ("stdout", {"data": "\n"}),
        ("done", {"success": True, "output": {"mimetype": "text/plain", "data": "21"}}),
    ]
    assert page.said[0] == ("begun", "r", 1, 60)
    assert page.said[-2][1] == "done"
    assert page.said[-1] == "RunCompleted"


async def test_other_commands_are_answered_by_events_alone() -> None:
    page = Page("x = 20")
    await page.handle(json.dumps({"type": "RunCells", "run_id": "r", "cells": None, "force": False}))
    assert all(isinstance(said, str) for said in page.said)
    assert page.said[-1] == "RunCompleted"


@pytest.mark.parametrize("text", ["{", "[]", '{"type": "Execute"}', '{"type": "Execute", "run_id": 1}'])
async def test_what_is_no_command_is_told_as_an_event(text: str) -> None:
    page = Page("x = 20")
    await page.handle(text)
    assert page.said == ["Notice", "RunCompleted"]
    assert (await page.execute("x"))[-1][0] == "done"


async def test_the_notebook_is_told_before_the_event_that_it_was_edited() -> None:
    page = Page("x = 20")
    await page.execute("import tiffin as tn\nasync with tn.code_mode() as nb:\n    nb.create_cell('y = x')")
    at = page.said.index("NotebookEdited")
    assert page.said[at - 1] == ("edited", ["x = 20", "y = x"])


@pytest.mark.parametrize(
    ("number", "timeout", "says"),
    [
        (signal.SIGALRM, 60, "the run took longer than 60 s and was stopped\n"),
        (signal.SIGUSR1, None, "the run was interrupted\n"),
    ],
)
async def test_a_signal_that_is_meant_for_it_ends_code_that_does_not_await(
    number: int, timeout: float | None, says: str
) -> None:
    page = Page("x = 20")
    page.kernel.namespace.globals["hear"] = raising(page, number, 1)
    assert await page.execute(LOOP, timeout=timeout) == [("stderr", {"data": says}), ("done", FAILED)]
    # One that comes late, or for an earlier run, stops nobody.
    page.kernel.namespace.globals["hear"] = lambda: signal.raise_signal(number)
    assert await page.execute("hear()\n'whole'", timeout=timeout) == [
        ("done", {"success": True, "output": {"mimetype": "text/plain", "data": "'whole'"}})
    ]
    page.wanted = 2
    signal.raise_signal(number)


async def test_an_alarm_without_a_time_out_is_none() -> None:
    page = Page("x = 20")
    page.kernel.namespace.globals["hear"] = lambda: signal.raise_signal(signal.SIGALRM)
    page.wanted = 1
    assert (await page.execute("hear()\n1"))[-1][1]["success"]


async def test_code_that_awaits_is_stopped_by_the_loop_s_own_clock() -> None:
    page = Page("x = 20", signals=False)
    assert await page.execute("import asyncio\nawait asyncio.sleep(600)", timeout=0.01) == [
        ("stderr", {"data": "the run took longer than 0.01 s and was stopped\n"}),
        ("done", FAILED),
    ]


async def test_both_clocks_ring_once() -> None:
    page = Page("x = 20")
    page.wanted = 1
    page.kernel.namespace.globals["hear"] = lambda: signal.raise_signal(signal.SIGALRM)
    code = (
        "import asyncio\ntry:\n    await asyncio.sleep(600)\nfinally:\n    hear()\n"
        "    await asyncio.sleep(0)\n    print('tidy')"
    )
    pieces = await page.execute(code, timeout=0.01)
    assert pieces[0] == ("stdout", {"data": "tidy"})
    assert pieces[-1] == ("done", FAILED)


async def test_each_has_its_own_answer_and_one_that_waits_is_called_off() -> None:
    page = Page("x = 20")
    first = asyncio.create_task(page.execute("import asyncio\nawait asyncio.sleep(600)", "first"))
    second = asyncio.create_task(page.execute("print('never')", "second"))
    third = asyncio.create_task(page.execute("20", "third"))
    while ("begun", "first", 1, None) not in page.said:
        await asyncio.sleep(0)
    await page.handle(json.dumps({"type": "Interrupt", "run_id": "second"}))
    await page.handle(json.dumps({"type": "Interrupt", "run_id": "first"}))
    await asyncio.gather(first, second, third)
    told = {run: [said[1:] for said in page.said if said[0] == run] for run in ("first", "second", "third")}
    assert told == {
        "first": [("stderr", {"data": "the run was interrupted\n"}), ("done", FAILED)],
        "second": [("stderr", {"data": "the run was called off before it began\n"}), ("done", FAILED)],
        "third": [("done", {"success": True, "output": {"mimetype": "text/plain", "data": "20"}})],
    }
