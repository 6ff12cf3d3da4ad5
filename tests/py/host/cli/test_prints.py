"""What cells print, written to a file and beside a live table."""

from __future__ import annotations

import io

from rich.console import Console

from tiffin.events import CellConsole, CellEnded, CellStarted, ConsoleText, Event, Origin
from tiffin.host.cli.prints import Prints


def start(cell: str) -> Event:
    return CellStarted("r", cell)


def say(cell: str, text: str) -> Event:
    return CellConsole("r", cell, ConsoleText("stdout", text))


def end(cell: str, origin: Origin, *said: str) -> Event:
    texts = tuple(ConsoleText("stdout", text) for text in said)
    return CellEnded("r", cell, "idle", origin, None, 0.0, console=texts)


def written(*events: Event, whole_lines: bool = False) -> str:
    file = io.StringIO()
    prints = Prints(Console(file=file, width=12), whole_lines=whole_lines)
    for event in events:
        prints.take(event)
    return file.getvalue()


def test_a_rule_names_the_cell_once() -> None:
    events = [start("c1"), say("c1", "a"), say("c1", "b\nc\n"), end("c1", "run", "ab\nc\n"), start("c2")]
    events += [end("c2", "run"), start("c3"), say("c3", "[d]"), end("c3", "run", "[d]")]
    expected = "c1 ─────────\nab\nc\nc3 ─────────\n[d]\n"
    assert written(*events) == expected
    assert written(*events, whole_lines=True) == expected


def test_a_hit_says_what_its_run_printed() -> None:
    assert written(start("c1"), end("c1", "cache", "a\n")) == "c1 ─────────\na\n"


def test_a_cell_that_runs_again_has_another_rule() -> None:
    once = (start("c1"), say("c1", "a\n"), end("c1", "run", "a\n"))
    assert written(*once, *once) == "c1 ─────────\na\n" * 2


def test_pieces_of_lines_wait_beside_a_table_and_long_lines_stay_whole() -> None:
    pieces = (start("c1"), say("c1", "10%\r"), say("c1", "20% and so on and on"))
    assert written(*pieces, whole_lines=True) == "c1 ─────────\n"
    assert written(*pieces, end("c1", "run"), whole_lines=True) == "c1 ─────────\n20% and so on and on\n"
