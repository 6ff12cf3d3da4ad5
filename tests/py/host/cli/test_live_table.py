"""The live table, drawn after each of a few events on terminals of fixed size."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from tiffin.events import (
    CellConsole,
    CellEnded,
    CellQueued,
    CellStarted,
    CellStatus,
    ConsoleText,
    Event,
    Notice,
    Origin,
    RunStarted,
)
from tiffin.host.cli.live_table import LiveTable, live_table


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def started(*cells: str) -> Event:
    return RunStarted("r", cells, ())


def start(cell: str) -> Event:
    return CellStarted("r", cell)


def end(cell: str, status: CellStatus = "idle", origin: Origin = "none") -> Event:
    return CellEnded("r", cell, status, origin, None, 99.0)


def drawn(table: LiveTable, width: int = 70, height: int = 24) -> list[str]:
    console = Console(file=io.StringIO(), record=True, force_terminal=True, width=width, height=height)
    console.print(table)
    return [line.rstrip() for line in console.export_text().splitlines()]


def names(lines: list[str]) -> list[str]:
    return [line.split()[0] for line in lines[2:]]


def test_a_run_from_its_start_to_its_end() -> None:
    clock = Clock()
    table = LiveTable("lunch.py", ["c1", "c2", "c3", "c4", "c5"], clock)
    assert drawn(table)[0] == "lunch.py: 5 cells"
    for event in (started("c1", "c2", "c3", "c4"), end("c5", "stale"), start("c1")):
        table.take(event)
    clock.now += 0.5
    table.take(end("c1", origin="run"))
    table.take(start("c2"))
    clock.now += 1.25
    assert drawn(table) == [
        "lunch.py: 5 cells, 1 run, 1 stale, 1 running, 2 queued",
        "cell  state      time  result",
        "c1    idle     500 ms  run",
        "c2    running  1.25 s",
        "c3    queued",
        "c4    queued",
        "c5    stale",
    ]
    clock.now += 1
    assert "c2    running  2.25 s" in drawn(table)
    for event in (end("c2", "error"), end("c4", "cancelled"), start("c3"), end("c3", origin="cache")):
        table.take(event)
    assert drawn(table) == [
        "lunch.py: 5 cells, 1 hit, 1 run, 1 error, 1 cancelled, 1 stale",
        "cell  state        time  result",
        "c1    idle       500 ms  run",
        "c2    error      2.25 s",
        "c3    idle         0 µs  hit",
        "c4    cancelled",
        "c5    stale",
    ]


def test_cells_that_run_again_are_queued_again() -> None:
    table = LiveTable("lunch.py", ["c1", "c2"], Clock())
    for event in (started("c1", "c2"), start("c1"), end("c1", origin="cache"), start("c2")):
        table.take(event)
    table.take(CellQueued("r", "c1", "c2 needs its values"))
    assert drawn(table)[2:] == ["c1    queued", "c2    running  0 µs"]
    table.take(started("c2"))
    assert drawn(table)[3] == "c2    queued"


@pytest.mark.parametrize(
    ("running", "first", "last"), [(0, 0, 6), (3, 0, 6), (4, 1, 7), (50, 47, 53), (98, 93, 99), (99, 93, 99)]
)
def test_a_long_notebook_shows_the_rows_around_the_running_cell(running: int, first: int, last: int) -> None:
    cells = [f"c{index}" for index in range(100)]
    table = LiveTable("long.py", cells, Clock())
    for event in (started(*cells), start(f"c{running}")):
        table.take(event)
    lines = drawn(table, height=10)
    assert names(lines) == cells[first : last + 1]
    assert len(lines) <= 9
    assert lines[0] == "long.py: 100 cells, 1 running, 99 queued"


@pytest.mark.parametrize(("width", "height"), [(12, 24), (40, 1), (1, 2), (200, 100)])
def test_terminals_of_any_size(width: int, height: int) -> None:
    table = LiveTable("lunch.py", ["a_cell_with_a_very_long_name_indeed", "c2", "c3", "c4"], Clock())
    table.take(started("c2"))
    assert len(drawn(table, width, height)) <= max(3, height)


def test_a_notebook_without_cells() -> None:
    assert drawn(LiveTable("none.py", [], Clock()))[0] == "none.py: 0 cells"


def test_other_events_and_other_cells_are_left_out() -> None:
    table = LiveTable("lunch.py", ["[red]c1[/red]"], Clock())
    for event in (
        started("x"),
        start("x"),
        end("x"),
        CellQueued("r", "x"),
        CellConsole("r", "c1", ConsoleText("stdout", "hello")),
    ):
        table.take(event)
    assert drawn(table)[2] == "[red]c1[/red]  idle"


def show(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    notice = Notice("warning", "c1: [b]", "c1")
    with live_table(console, "lunch.py", ["c1"], Clock()) as report:
        for event in (started("c1"), start("c1"), notice, end("c1", origin="run")):
            report(event)
    return console.file.getvalue()


def console(**options: Any) -> Console:
    return Console(file=io.StringIO(), width=60, height=24, **options)


@pytest.mark.parametrize("options", [{}, {"force_terminal": True, "_environ": {"TERM": "dumb"}}])
def test_without_a_terminal_only_notices_are_shown(options: dict[str, Any]) -> None:
    shown = show(console(**options))
    assert "c1: [b]" in shown
    assert "cell" not in shown


def test_on_a_terminal_nothing_is_left_of_it_at_the_end() -> None:
    shown = show(console(force_terminal=True, _environ={"TERM": "xterm"}))
    assert "c1: [b]" in shown
    assert "lunch.py: 1 cells" in shown
    # The three lines are erased, one after the other, upwards.
    assert shown.endswith("\x1b[1A\x1b[2K" * 3)
