"""The capture lifecycle: console, displays, time."""

from __future__ import annotations

import sys

from notebooks import Bench, cell, text

from tiffin.commands import RunCells
from tiffin.events import CellConsole, CellDisplay
from tiffin.notebook.notebook import Notebook
from tiffin.run.lifecycles.capture import readable_seconds
from tiffin.session.kernel import Kernel, KernelServices


async def test_both_streams_in_the_order_written() -> None:
    bench = Bench("import sys\nprint('a')\nprint('b', file=sys.stderr)\nprint('c')")
    before = (sys.stdout, sys.stderr)
    runs = await bench.restore()
    assert runs["c1"].result is not None
    assert runs["c1"].result.console == (("stdout", "a\n"), ("stderr", "b\n"), ("stdout", "c\n"))
    assert (sys.stdout, sys.stderr) == before
    said = "".join(event.text.text for event in bench.events if isinstance(event, CellConsole))
    assert said == "a\nb\nc\n"


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


async def test_the_time_magic_is_said_at_the_end() -> None:
    timed = Notebook("nb", "nb.py", (cell("print('x')", settings={"time": True}),))
    summary = await Kernel(timed, KernelServices(), lambda event: None).handle(RunCells("r"))
    assert summary is not None
    result = summary.cells[0].result
    assert result is not None
    assert result.console is not None
    assert result.console[0][1].startswith("x\nWall time: ")
    assert 0 < result.seconds < 5


def test_durations_for_people() -> None:
    shown = [readable_seconds(seconds) for seconds in (1e-6, 0.00085, 0.0123, 4.2149, 59.9, 125)]
    assert shown == ["1 µs", "850 µs", "12.3 ms", "4.21 s", "59.9 s", "2 min 5 s"]
