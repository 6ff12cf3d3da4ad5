"""What a server knows of its kernel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tiffin.events import (
    CellConsole,
    CellDisplay,
    CellEnded,
    CellQueued,
    CellStarted,
    ConsoleText,
    ElementChanged,
    Event,
    InputAsked,
    KernelReady,
    KernelStats,
    NotebookEdited,
    RunCompleted,
    RunStarted,
    event_to_json,
)
from tiffin.host.server.kernel_state import MOST_DISPLAYS, MOST_PIECES, KernelState
from tiffin.notebook.percent import read_percent

DISPLAYS = json.loads((Path(__file__).parents[3] / "contracts" / "displays.json").read_text("utf-8"))
NOTEBOOK = read_percent("# %%\nx = 1\n\n# %%\ny = x\n", "nb.py")


def heard(*events: Event) -> KernelState:
    state = KernelState(NOTEBOOK)
    for event in events:
        state.hear(event_to_json(event))
    return state


def text(words: str) -> CellConsole:
    return CellConsole("r", "c1", ConsoleText("stdout", words))


def statuses(state: KernelState) -> dict[str, str]:
    return {cell: known.status for cell, known in state.cells.items()}


def test_a_hit_of_what_is_on_show_leaves_it_there() -> None:
    shown = CellEnded(
        "r", "c1", "idle", "run", "k", 1.5, {"a": 1}, ({"b": 1},), (ConsoleText("stdout", "c"),)
    )
    hit = CellEnded("s", "c1", "idle", "cache", "k", 1.5)
    state = heard(CellStarted("r", "c1"), shown, CellStarted("s", "c1"), hit).cells["c1"]
    assert (state.output, state.displays) == ({"a": 1}, ({"b": 1},))
    assert state.console == ({"stream": "stdout", "text": "c"},)


def test_a_run_from_its_start_to_its_end() -> None:
    events: list[Event] = [KernelReady("3.11", False), RunStarted("r", ("c1", "c2"), ())]
    assert statuses(heard(*events)) == {"c1": "queued", "c2": "queued"}
    events += [CellStarted("r", "c1"), text("a"), CellDisplay("r", "c1", {"text/plain": "d"})]
    state = heard(*events)
    assert (statuses(state), state.runs, state.python) == ({"c1": "running", "c2": "queued"}, {"r"}, "3.11")
    assert state.cells["c1"].console == ({"stream": "stdout", "text": "a"},)
    assert state.cells["c1"].displays == ({"text/plain": "d"},)
    events += [CellEnded("r", "c1", "idle", "run", "k", 1.5, {"text/plain": "1"}, (), ())]
    ended = heard(*events).cells["c1"]
    assert (ended.status, ended.origin, ended.key, ended.seconds) == ("idle", "run", "k", 1.5)
    assert (ended.output, ended.displays, ended.console) == ({"text/plain": "1"}, (), ())
    stats = KernelStats(cells_run=7)
    state = heard(*events, CellQueued("r", "c1", "again"), RunCompleted("r", True, stats))
    assert (state.runs, state.stats["cells_run"], state.cells["c1"].reason) == (set(), 7, "again")


def test_a_stale_cell_keeps_what_it_shows_and_a_failed_one_its_prints() -> None:
    shown = CellEnded("r", "c1", "idle", "run", "k", 1.0, {"text/plain": "1"}, (), ())
    state = heard(shown, CellEnded("s", "c1", "stale", "none", None, 0.0, reason="why"))
    assert (state.cells["c1"].output, state.stale) == ({"text/plain": "1"}, ("c1",))
    state = heard(
        shown, CellStarted("s", "c1"), text("a"), CellEnded("s", "c1", "cancelled", "none", None, 0.0)
    )
    assert state.cells["c1"].output is None
    assert state.cells["c1"].console == ({"stream": "stdout", "text": "a"},)


def test_a_result_that_is_shown_already_stays_when_the_cell_is_looked_at_again() -> None:
    shown = CellEnded("r", "c1", "idle", "run", "k", 1.0, None, (), (ConsoleText("stdout", "a"),))
    hit = heard(shown, CellStarted("s", "c1"), CellEnded("s", "c1", "idle", "cache", "k", 1.0))
    assert hit.cells["c1"].console == ({"stream": "stdout", "text": "a"},)
    again = heard(shown, CellStarted("s", "c1"), text("b"))
    assert again.cells["c1"].console == ({"stream": "stdout", "text": "b"},)
    stopped = heard(shown, CellStarted("s", "c1"), CellEnded("s", "c1", "cancelled", "none", None, 0.0))
    assert stopped.cells["c1"].console == ()


def test_clearing_displays() -> None:
    shown = CellDisplay("r", "c1", {"text/plain": "1"})
    replaced = CellDisplay("r", "c1", {"text/plain": "2"}, clear=True)
    assert heard(shown, shown, replaced).cells["c1"].displays == ({"text/plain": "2"},)
    assert heard(shown, CellDisplay("r", "c1", {}, clear=True)).cells["c1"].displays == ()


@pytest.mark.parametrize("case", DISPLAYS, ids=[case["name"] for case in DISPLAYS])
def test_the_table_of_displays_that_the_kernel_is_held_to_as_well(case: dict[str, Any]) -> None:
    state = heard(CellStarted("r", "c1"), *(CellDisplay("r", "c1", **change) for change in case["changes"]))
    assert [bundle["text/plain"] for bundle in state.cells["c1"].displays] == case["shown"]


def test_a_cell_that_never_stops_printing_is_not_kept_whole() -> None:
    state = heard(*(text(str(number)) for number in range(3 * MOST_PIECES)))
    console: Any = state.cells["c1"].console
    assert len(console) <= MOST_PIECES
    assert console[-1]["text"] == str(3 * MOST_PIECES - 1)
    assert state.cells["c1"].trimmed
    state = heard(*(CellDisplay("r", "c1", {"text/plain": str(n)}) for n in range(MOST_DISPLAYS + 5)))
    assert len(state.cells["c1"].displays) == MOST_DISPLAYS
    assert state.cells["c1"].displays[0] == {"text/plain": "5"}


def test_an_edit_adds_and_removes_cells() -> None:
    done = CellEnded("r", "c1", "idle", "run", "k", 1.0)
    state = heard(done, NotebookEdited("s", ("new", "c1"), ("new",), ("c2",)))
    assert statuses(state) == {"new": "idle", "c1": "idle"}
    assert state.cells["c1"].key == "k"


def test_questions_and_widgets() -> None:
    asked = InputAsked("r", "c1", "q", "Name?")
    state = heard(asked, ElementChanged("e1", "slider", 3))
    assert state.cells["c1"].question == {"question": "q", "prompt": "Name?"}
    assert state.elements == {"e1": {"name": "slider", "value": 3}}
    assert heard(asked, CellEnded("r", "c1", "idle", "run", "k", 1.0)).cells["c1"].question is None


def test_what_is_heard_of_unknown_cells_is_left_out() -> None:
    state = heard(
        CellStarted("r", "c9"),
        CellConsole("r", "c9", ConsoleText("stdout", "a")),
        CellDisplay("r", "c9", {}),
        CellEnded("r", "c9", "idle", "run", "k", 1.0),
    )
    assert statuses(state) == {"c1": "idle", "c2": "idle"}


def test_a_snapshot_has_the_sources_too() -> None:
    snapshot = heard(RunStarted("r", ("c1",), ())).to_json(NOTEBOOK, "busy", 12)
    assert (snapshot["kernel"], snapshot["last_event"], snapshot["runs"]) == ("busy", 12, ["r"])
    assert [(cell["id"], cell["source"], cell["status"]) for cell in snapshot["cells"]] == [
        ("c1", "x = 1", "queued"),
        ("c2", "y = x", "idle"),
    ]
