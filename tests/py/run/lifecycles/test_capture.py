"""The capture lifecycle: console, displays, time; what threads and tasks print goes to their cell."""

from __future__ import annotations

import asyncio
import gc
import io
import sys
import threading
import time
import warnings
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from notebooks import Bench, cell, how, text

from tiffin.commands import RunCells
from tiffin.events import CellConsole, CellDisplay, CellEnded, Event
from tiffin.notebook.notebook import Notebook
from tiffin.outputs.capture import hold
from tiffin.outputs.console import LONGEST
from tiffin.run.lifecycles.capture import readable_seconds
from tiffin.run.result import CellRun
from tiffin.session.kernel import Kernel, KernelServices


@pytest.fixture(autouse=True)
def tidy() -> None:
    """Let go of what earlier tests left (loops, threads, tracebacks): the streams stay for these."""
    gc.collect()
    with hold():
        pass


def stored(run: CellRun) -> str:
    """What a cell's result says that it printed."""
    assert run.result is not None
    return "".join(piece for _, piece in run.result.console or ())


def told(events: list[Event]) -> dict[tuple[str, str], str]:
    """What was reported to be printed, by run and cell."""
    texts: dict[tuple[str, str], str] = {}
    for event in events:
        if isinstance(event, CellConsole):
            place = (event.run_id, event.cell)
            texts[place] = texts.get(place, "") + event.text.text
    return texts


async def until(condition: Callable[[], object]) -> None:
    """Let threads and tasks go on until `condition` holds."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "nothing came of it"
        await asyncio.sleep(0.001)


async def run(bench: Bench, run_id: str, *cells: str) -> dict[str, CellRun]:
    summary = await bench.kernel.handle(RunCells(run_id, cells or None, True))
    assert summary is not None
    return {done.cell: done for done in summary.cells}


# -- while the body runs --------------------------------------------------------------------------------


async def test_both_streams_in_the_order_written() -> None:
    bench = Bench("import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')")
    before = (sys.stdout, sys.stderr, threading.Thread.start, warnings.showwarning)
    runs = await bench.restore()
    assert runs["c1"].result is not None
    assert runs["c1"].result.console == (("stdout", "a\n"), ("stderr", "b\n"), ("stdout", "c\n"))
    assert (sys.stdout, sys.stderr, threading.Thread.start, warnings.showwarning) == before
    assert told(bench.events) == {("r", "c1"): "a\nb\nc\n"}


async def test_what_was_printed_before_an_error_stays() -> None:
    runs = await Bench("print('so far')\n1 / 0").restore()
    assert runs["c1"].result is not None
    assert runs["c1"].result.console == (("stdout", "so far\n"),)


async def test_displays_are_reported_as_they_come() -> None:
    bench = Bench("display(1, 2)\n3")
    runs = await bench.restore()
    assert [event.bundle["text/plain"] for event in bench.events if isinstance(event, CellDisplay)] == [
        "1",
        "2",
    ]
    assert text(runs["c1"]) == "3"


async def test_the_order_over_text_and_displays_is_kept_in_a_flood() -> None:
    bench = Bench("for i in range(300):\n    print(i)\ndisplay('middle')\nprint('end')")
    await bench.run()
    said = [
        event.text.text if isinstance(event, CellConsole) else "<display>"
        for event in bench.events
        if isinstance(event, CellConsole | CellDisplay)
    ]
    assert "".join(said) == "".join(f"{i}\n" for i in range(300)) + "<display>end\n"
    assert len(said) < 150  # a flood is told in few pieces
    assert isinstance(bench.events[-2], CellEnded)


async def test_a_stream_that_a_body_leaves_behind_is_its_own_affair() -> None:
    bench = Bench("import io, sys, warnings\nsys.stdout = mine = io.StringIO()\nprint('x')", "print('y')")
    before = sys.stdout
    runs = await bench.run()
    assert (stored(runs["c1"]), stored(runs["c2"])) == ("", "y\n")
    assert isinstance(bench.value("mine"), io.StringIO)
    assert sys.stdout is before


async def test_what_the_host_prints_of_an_event_is_not_the_cells(capsys: pytest.CaptureFixture[str]) -> None:
    def report(event: Event) -> None:
        if isinstance(event, CellConsole):
            print(f"heard {event.text.text}", end="")

    summary = await Kernel(
        Notebook("nb", "nb.py", (cell("print('soup')"),)), KernelServices(), report
    ).handle(RunCells("r"))
    assert summary is not None
    assert stored(summary.cells[0]) == "soup\n"
    assert capsys.readouterr().out == "heard soupheard \n"


async def test_code_outside_of_cells_keeps_its_streams(capsys: pytest.CaptureFixture[str]) -> None:
    async def neighbour() -> None:
        for _ in range(20):
            print("host", end=" ")
            await asyncio.sleep(0)

    bench = Bench(
        "import asyncio\nfor _ in range(20):\n    print('cell', end=' ')\n    await asyncio.sleep(0)"
    )
    runs, _ = await asyncio.gather(bench.run(), neighbour())
    assert stored(runs["c1"]) == "cell " * 20
    assert capsys.readouterr().out == "host " * 20


async def test_two_kernels_at_a_time_keep_apart() -> None:
    source = (
        "import asyncio\nfor _ in range(50):\n    print({!r}, end='')\n    await asyncio.sleep(0)\n"
        "display({!r})"
    )
    benches = [Bench(source.format(name, name)) for name in "ab"]
    before = sys.stdout
    for name, runs in zip("ab", await asyncio.gather(*(bench.run() for bench in benches)), strict=True):
        assert stored(runs["c1"]) == name * 50
        assert runs["c1"].result is not None
        assert [shown["text/plain"] for shown in runs["c1"].result.displays or ()] == [repr(name)]
    assert sys.stdout is before


@pytest.mark.parametrize(
    "source",
    [
        "for i in range(1_000_000):\n    sys.stdout.write('123456789\\n')",
        "sys.stdout.write('1234567890' * 1_000_000)",
    ],
)
async def test_a_runaway_printer_is_cut_short(source: str) -> None:
    bench = Bench(f"import sys\n{source}\nNone", "print('next')")
    started = time.perf_counter()
    runs = await bench.run()
    assert time.perf_counter() - started < 5  # under 1.5 s on a machine that is not busy
    note = "\n[9,000,000 more characters were printed and are not kept]\n"
    assert stored(runs["c1"])[LONGEST:] == note
    assert told(bench.events) == {("r", "c1"): stored(runs["c1"]), ("r", "c2"): "next\n"}
    assert len(bench.events) < 500


async def test_the_time_magic_is_said_at_the_end() -> None:
    timed = Notebook("nb", "nb.py", (cell("print('x')", settings={"time": True}),))
    summary = await Kernel(timed, KernelServices(), lambda event: None).handle(RunCells("r"))
    assert summary is not None
    result = summary.cells[0].result
    assert result is not None
    assert result.console is not None
    assert result.console[0][1].startswith("x\nWall time: ")
    assert 0 < result.seconds < 5


# -- threads and tasks ----------------------------------------------------------------------------------

STARTS = {
    "thread": "threading.Thread(target=work, args=(NAME,)).start()",
    "subclass": ("class _Worker(threading.Thread):\n    def run(self): work(NAME)\n_Worker().start()"),
    "timer": "threading.Timer(0, work, [NAME]).start()",
    "thread of a thread": (
        "threading.Thread(target=lambda: threading.Thread(target=work, args=(NAME,)).start()).start()"
    ),
    "pool": "pool.submit(work, NAME)",
    "executor of the loop": "asyncio.get_running_loop().run_in_executor(None, work, NAME)",
    "to_thread": "_kept = asyncio.create_task(asyncio.to_thread(work, NAME))",
    "task": "_kept = asyncio.create_task(work_async(NAME))",
    "callback": "asyncio.get_running_loop().call_soon(work_now, NAME)",
    "task of a task": (
        "async def _outer(): tasks.append(asyncio.create_task(work_async(NAME)))\n"
        "_kept = asyncio.create_task(_outer())"
    ),
}
KITCHEN = """
import asyncio, concurrent.futures, sys, threading, warnings
pool = concurrent.futures.ThreadPoolExecutor(2)
go, done, tasks = threading.Event(), [], []
def work_now(name):
    print(name, 'prints'); print(name, 'errs', file=sys.stderr); display(name); done.append(name)
def work(name):
    go.wait(20); work_now(name)
async def work_async(name):
    while not go.is_set():
        await asyncio.sleep(0.001)
    work_now(name)
"""


@pytest.mark.parametrize("start", STARTS)
async def test_what_is_started_prints_and_displays_for_its_cell(start: str) -> None:
    """Two cells start the same at the same time; it goes on after the run, and then in a second run."""
    sources = [STARTS[start].replace("NAME", f"'{name}'") for name in "ab"]
    bench = Bench(KITCHEN, *sources)
    runs = await run(bench, "first")
    assert how(runs) == {"c1": "run", "c2": "run", "c3": "run"}
    bench.value("go").set()
    await until(lambda: len(bench.value("done")) == 2)
    await run(bench, "second", "c3")
    await until(lambda: len(bench.value("done")) == 3)
    said = {("first", "c2"): "a", ("first", "c3"): "b", ("second", "c3"): "b"}
    await until(lambda: told(bench.events).keys() == said.keys())
    for place, name in said.items():
        assert told(bench.events)[place] == f"{name} prints\n{name} errs\n"
    shown = [(e.run_id, e.cell, e.bundle["text/plain"]) for e in bench.events if isinstance(e, CellDisplay)]
    assert sorted(shown) == sorted((*place, repr(name)) for place, name in said.items())
    bench.value("pool").shutdown()
    await asyncio.get_running_loop().shutdown_default_executor()
    bench.value("tasks").clear()


async def test_late_text_is_no_part_of_the_result_and_comes_after_its_end() -> None:
    bench = Bench(
        "import threading\ngo = threading.Event()\n"
        "def late():\n    go.wait(20)\n    print('late')\n"
        "t = threading.Thread(target=late); t.start()\nprint('early')"
    )
    runs = await bench.run()
    bench.value("go").set()
    bench.value("t").join()
    assert stored(runs["c1"]) == "early\n"
    assert told(bench.events) == {("r", "c1"): "early\nlate\n"}
    late = next(i for i, e in enumerate(bench.events) if isinstance(e, CellConsole) and "late" in e.text.text)
    ended = next(i for i, e in enumerate(bench.events) if isinstance(e, CellEnded))
    assert ended < late


async def test_text_of_a_cell_being_stored_waits_for_its_end() -> None:
    """A thread that never stops printing: nothing of it comes between the stored result and `CellEnded`."""
    bench = Bench(
        "import threading\nstop = threading.Event()\n"
        "def chatter():\n    while not stop.wait(0.0001):\n        print('x', end='')\n"
        "t = threading.Thread(target=chatter); t.start()\nwhile stop.wait(0.01): pass",
        "big = list(range(1000))",
    )
    runs = await bench.run()
    await until(lambda: len(told(bench.events)["r", "c1"]) > len(stored(runs["c1"])))
    bench.value("stop").set()
    bench.value("t").join()
    ended = next(i for i, e in enumerate(bench.events) if isinstance(e, CellEnded) and e.cell == "c1")
    assert told(bench.events[:ended]).get(("r", "c1"), "") == stored(runs["c1"])


async def test_a_flood_after_the_end_is_told_to_its_last_word() -> None:
    bench = Bench(
        "import asyncio\nasync def flood():\n    await asyncio.sleep(0)\n    for i in range(500): print(i)\n"
        "task = asyncio.create_task(flood())"
    )
    await bench.run()
    expected = "".join(f"{i}\n" for i in range(500))
    await until(lambda: told(bench.events).get(("r", "c1")) == expected)
    assert len(bench.events) < 150


async def test_what_a_thread_dies_of_is_said_in_its_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)  # pytest has one of its own
    bench = Bench("import threading\nt = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()")
    runs = await bench.run()
    assert "ZeroDivisionError: division by zero" in stored(runs["c1"])


async def test_a_warning_of_a_thread_goes_to_its_cell() -> None:
    bench = Bench(
        "import threading, warnings\n"
        "def warn():\n    warnings.warn('hot')\n"
        "with warnings.catch_warnings():\n    warnings.simplefilter('always')\n"
        "    t = threading.Thread(target=warn)\n    t.start()\n    t.join()"
    )
    runs = await bench.run()
    assert stored(runs["c1"]) == "UserWarning: hot\n"


async def test_everything_is_put_back_when_the_last_thread_is_gone() -> None:
    before = sys.stdout, threading.Thread.start
    bench = Bench(
        "import threading\ngo = threading.Event()\nt = threading.Thread(target=go.wait)\nt.start()",
        "1",
    )
    await bench.run()
    assert sys.stdout is not before[0]
    bench.value("go").set()
    bench.value("t").join()
    await bench.run("c2", force=True)
    assert (sys.stdout, threading.Thread.start) == before


async def test_a_thread_that_cannot_start_fails_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)  # as in a browser
    bench = Bench("import threading\nt = threading.Thread(target=print)\nt.start()")
    runs = await bench.run()
    assert runs["c1"].error is not None
    assert runs["c1"].error.message == "can't start new thread"
    assert threading.Thread.start is refuse


STEPS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["print", "display", "yield"])), max_size=25)


@settings(max_examples=25, deadline=None)
@given(STEPS, STEPS)
async def test_every_interleaving_keeps_cells_apart(
    during: list[tuple[int, str]], after: list[tuple[int, str]]
) -> None:
    """Tasks of three cells take turns as told, while a fourth cell runs, and after the run."""
    worker = "t{n} = turns.setdefault({n}, asyncio.Queue())\nk{n} = asyncio.create_task(work(t{n}, {n}))"
    bench = Bench(
        "import asyncio\nturns = {}\nasync def work(queue, name):\n"
        "    while (step := await queue.get()) is not None:\n"
        "        if step == 'print': print(name, end='')\n"
        "        if step == 'display': display(name)\n"
        "        await asyncio.sleep(0)",
        *(worker.format(n=n) for n in range(3)),
        "for _n, _step in script:\n    turns[_n].put_nowait(_step)\n    print('me', end='')\n"
        "    await asyncio.sleep(0)\n"
        "while not all(q.empty() for q in turns.values()): await asyncio.sleep(0)\n"
        "(t0, t1, t2)",
    )
    bench.kernel.namespace.globals["script"] = during
    runs = await bench.run()
    assert how(runs) == dict.fromkeys(["c1", "c2", "c3", "c4", "c5"], "run")
    for number, step in [*after, *((n, None) for n in range(3))]:
        bench.value("turns")[number].put_nowait(step)
        await asyncio.sleep(0)
    for number in range(3):
        await bench.value(f"k{number}")
    assert stored(runs["c5"]) == "me" * len(during)
    expected = {
        ("r", f"c{n + 2}"): str(n) * count
        for n in range(3)
        if (count := [*during, *after].count((n, "print")))
    }
    if during:
        expected["r", "c5"] = "me" * len(during)
    assert told(bench.events) == expected
    for n in range(3):
        shown = [e for e in bench.events if isinstance(e, CellDisplay) and e.cell == f"c{n + 2}"]
        assert len(shown) == [*during, *after].count((n, "display"))


# -- presets --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoil",
    ["display = 5", "__builtins__ = {}", "globals()['__builtins__'] = {}", "__name__ = 'x'"],
)
async def test_what_every_cell_finds_is_not_spoilt_by_another(spoil: str) -> None:
    bench = Bench(spoil, "display(len('abc'))\ndef f(): return len('ab')", "f()")
    runs = await bench.run()
    assert [how(runs)[cell] for cell in ("c2", "c3")] == ["run", "run"]
    assert text(runs["c3"]) == "2"


async def test_a_cell_may_give_a_preset_a_meaning_of_its_own() -> None:
    bench = Bench("def display(x): return f'<{x}>'\ndisplay(1)", "display(1)\n2")
    runs = await bench.run()
    assert [text(run) for run in runs.values()] == ["'<1>'", "2"]
    assert runs["c2"].result is not None
    assert runs["c2"].result.displays == ({"text/plain": "1"},)


def test_durations_for_people() -> None:
    shown = [readable_seconds(seconds) for seconds in (1e-6, 0.00085, 0.0123, 4.2149, 59.9, 125)]
    assert shown == ["1 µs", "850 µs", "12.3 ms", "4.21 s", "59.9 s", "2 min 5 s"]
