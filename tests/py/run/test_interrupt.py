"""Interrupts: what runs is stopped wherever it is, the rest is cancelled, and the kernel lives on."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from notebooks import Bench, how

import tiffin
from tiffin.commands import Interrupt, RunCells
from tiffin.events import CellConsole, RunCompleted
from tiffin.run.lifecycle import PROCEED, CellContext, Decision, Outcome

TESTS = Path(__file__).resolve().parents[2]

# A program that runs a notebook under a real SIGINT, then other cells in the same kernel. It says `ready`
# when a cell asks for the signal, and at the end how the cells ended.
PROGRAM = """
import asyncio, json, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from notebooks import Bench, how
from tiffin.host.native.interrupts import interruptible

async def main():
    bench = Bench(*json.loads(sys.argv[1]))
    bench.kernel.namespace.globals["asyncio"] = asyncio
    bench.kernel.namespace.globals["ready"] = lambda: print("ready", file=sys.__stdout__, flush=True)
    with interruptible(bench.kernel):
        first = await bench.run()
        again = await bench.run("c3", force=True)
        waited = await bench.run("c4", force=True)
    print(json.dumps([how(first), how(again), how(waited), asyncio.current_task().cancelling()]))

before = signal.getsignal(signal.SIGINT)
asyncio.run(main())
assert signal.getsignal(signal.SIGINT) is before
"""
OTHERS = ("later = 1", "2", "await asyncio.sleep(0.001)\n3")
STOPPED = {"c1": "cancelled", "c2": "cancelled", "c3": "cancelled", "c4": "cancelled"}
GOES_ON = [{"c3": "run"}, {"c4": "run"}, 0]

BODIES = {
    "a busy loop": "ready()\nwhile True: pass",
    "a function": "def f():\n    ready()\n    while True: pass\nf()",
    "a blocking call": "import time\nready()\ntime.sleep(60)",
    "a printer": "ready()\nwhile True: print('x')",
    "a lock": "import threading\n_lock = threading.Lock()\n_lock.acquire()\nready()\n_lock.acquire()",
    "a thread waited for": (
        "import threading, time\n_t = threading.Thread(target=time.sleep, args=(3,), daemon=True)\n"
        "_t.start()\nready()\n_t.join()"
    ),
    "a sleeping await": "ready()\nawait asyncio.sleep(60)",
    "an await that begins": ("asyncio.get_running_loop().call_soon(ready)\nawait asyncio.sleep(60)"),
    "an endless gather": (
        "async def _f():\n    while True:\n        await asyncio.sleep(0)\n"
        "asyncio.get_running_loop().call_later(0.01, ready)\nawait asyncio.gather(_f(), _f())"
    ),
    "a busy part of an async body": "await asyncio.sleep(0)\nready()\nwhile True: pass",
    "a busy task": ("async def _f():\n    ready()\n    while True: pass\nawait asyncio.create_task(_f())"),
    "a busy callback": (
        "def _f():\n    ready()\n    while True: pass\n"
        "asyncio.get_running_loop().call_soon(_f)\nawait asyncio.sleep(60)"
    ),
    "a representation": (
        "class Slow:\n    def __repr__(self):\n        ready()\n        while True: pass\nSlow()"
    ),
    "a body that catches it and fails": (
        "try:\n    ready()\n    while True: pass\nexcept KeyboardInterrupt:\n    print('caught')\n    1 / 0"
    ),
}


def environment() -> dict[str, str]:
    paths = [Path(tiffin.__file__).parent.parent, TESTS / "contracts"]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}


def interrupted(signals: int, *cells: str, program: str = PROGRAM) -> tuple[int, list[Any], str]:
    """Run `program`, send a signal when it is ready; return its exit code, what it told, and stderr."""
    with subprocess.Popen(
        [sys.executable, "-c", program, json.dumps(cells)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            for _ in range(signals):
                assert process.stdout.readline() == "ready\n", process.communicate(timeout=20)[1]
                process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
        except BaseException:
            process.kill()
            raise
    return process.returncode, json.loads(out) if out else [], err


@pytest.mark.parametrize("body", BODIES)
def test_a_signal_stops_what_runs_and_the_kernel_lives_on(body: str) -> None:
    code, told, err = interrupted(1, BODIES[body], *OTHERS)
    assert code == 0, err
    status = "error" if "catches" in body else "cancelled"
    assert told == [{**STOPPED, "c1": status}, *GOES_ON]


@pytest.mark.parametrize("waiting", ["while True: pass", "while True: await asyncio.sleep(0.001)"])
def test_a_body_that_swallows_an_interrupt_is_interrupted_again(waiting: str) -> None:
    body = (
        f"try:\n    ready()\n    {waiting}\nexcept (KeyboardInterrupt, asyncio.CancelledError):\n"
        f"    ready()\n    {waiting}"
    )
    code, told, err = interrupted(2, body, *OTHERS)
    assert code == 0, err
    assert told == [STOPPED, *GOES_ON]


def test_a_third_signal_is_the_hosts() -> None:
    body = (
        "while True:\n    try:\n        ready()\n        while True: pass\n"
        "    except BaseException:\n        pass"
    )
    program = PROGRAM.replace("signal.default_int_handler", "lambda *_: os._exit(3)")
    code, told, _ = interrupted(3, body, *OTHERS, program=f"import os{program}")
    assert (code, told) == (3, [])


def prepare(bench: Bench) -> asyncio.Event:
    """Give cells `asyncio`, which they may not all import, and an event to set."""
    started = asyncio.Event()
    bench.kernel.namespace.globals.update(asyncio=asyncio, started=started)
    return started


# -- the command ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wait",
    ["sleep(60)", "shield(asyncio.sleep(60))", "gather(asyncio.sleep(60), asyncio.sleep(60))", "Future()"],
)
async def test_the_command_stops_a_body_that_awaits(wait: str) -> None:
    bench = Bench(f"started.set()\nawait asyncio.{wait}\n", *OTHERS)
    started = prepare(bench)
    run = asyncio.create_task(bench.run())
    await started.wait()
    await asyncio.sleep(0)
    await bench.kernel.handle(Interrupt())
    assert how(await run) == STOPPED
    assert not run.cancelled()
    assert how(await bench.run("c3")) == {"c3": "run"}


async def test_a_body_that_swallows_its_cancellation_ends_as_it_likes_and_the_rest_is_cancelled() -> None:
    body = (
        "started.set()\ntry:\n    await asyncio.sleep(60)\n"
        "except asyncio.CancelledError:\n    await asyncio.sleep(0.001)\n'done'"
    )
    bench = Bench(body, *OTHERS)
    started = prepare(bench)
    run = asyncio.create_task(bench.run())
    await started.wait()
    await bench.kernel.handle(Interrupt())
    assert how(await run) == {**STOPPED, "c1": "run"}
    assert run.cancelling() == 0


class Interrupting:
    """A lifecycle in whose set-up an interrupt comes, once."""

    def __init__(self, frame: FrameType | None) -> None:
        self.frame = frame
        self.bench: Bench | None = None

    async def setup(self, _context: CellContext) -> Decision:
        if self.bench is not None:
            bench, self.bench = self.bench, None
            bench.kernel.interrupt(self.frame)
        return PROCEED

    async def teardown(self, _context: CellContext, outcome: Outcome) -> Outcome:
        return outcome


@pytest.mark.parametrize("frame", [None, sys._getframe()], ids=["the command", "a signal"])
async def test_an_interrupt_between_the_start_of_a_cell_and_its_body_is_not_lost(
    frame: FrameType | None,
) -> None:
    early = Interrupting(frame)
    bench = Bench("print('here')", *OTHERS, lifecycles=(early,))
    prepare(bench)
    early.bench = bench
    assert how(await bench.run()) == STOPPED
    assert not [event for event in bench.events if isinstance(event, CellConsole)]
    assert how(await bench.run("c1")) == {"c1": "run"}


async def test_the_command_does_nothing_to_what_does_not_run() -> None:
    bench = Bench("1")
    await bench.kernel.handle(Interrupt())
    assert how(await bench.run()) == {"c1": "run"}


# -- cancelled from outside -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", ["await asyncio.sleep(60)", "try:\n    await asyncio.sleep(60)\nfinally:\n    1"]
)
async def test_who_cancels_the_command_cancels_it_after_the_run_was_closed(body: str) -> None:
    bench = Bench(f"started.set()\n{body}", *OTHERS)
    started = prepare(bench)
    handle = asyncio.create_task(bench.kernel.handle(RunCells("r")))
    await started.wait()
    handle.cancel()
    with pytest.raises(asyncio.CancelledError):
        await handle
    assert handle.cancelled()
    assert isinstance(bench.events[-1], RunCompleted)
    assert not bench.events[-1].success
    assert how(await bench.run("c3")) == {"c3": "run"}


async def test_a_timeout_around_a_run_works() -> None:
    bench = Bench("await asyncio.sleep(60)", *OTHERS)
    prepare(bench)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await bench.run()
    assert isinstance(bench.events[-1], RunCompleted)


async def test_a_timeout_inside_of_a_body_is_the_bodys() -> None:
    bench = Bench(
        "try:\n    async with asyncio.timeout(0.001): await asyncio.sleep(60)\n"
        "except TimeoutError: print('late')",
        "1",
    )
    prepare(bench)
    assert how(await bench.run()) == {"c1": "run", "c2": "run"}
