"""From triggers to plans."""

from __future__ import annotations

from notebooks import graph

from tiffin.ids import CellId
from tiffin.plan.plan import make_plan
from tiffin.plan.triggers import FilesChanged, RestoreAll, RunRequested, ValuesChanged


def cells(*ids: str) -> tuple[CellId, ...]:
    return tuple(CellId(i) for i in ids)


def test_restoring_takes_every_cell_that_has_code() -> None:
    plan = make_plan(graph("y = x", "# nothing", "x = 1"), RestoreAll())
    assert plan.cells == ("c3", "c1")
    assert plan.blocked == {}


def test_a_request_takes_the_cells_and_their_descendants() -> None:
    found = graph("a = 1", "b = a", "c = b", "d = 1")
    assert make_plan(found, RunRequested(cells("c2"))).cells == ("c2", "c3")
    assert make_plan(found, RunRequested(cells("c4", "c1"))).cells == ("c1", "c2", "c3", "c4")
    assert make_plan(found, RunRequested(cells("nothing"))).cells == ()


def test_a_changed_name_takes_its_users_not_its_definer() -> None:
    found = graph("k = slider()", "a = k.value", "b = a", "c = 1")
    assert make_plan(found, ValuesChanged((("k", CellId("c1")),))).cells == ("c2", "c3")
    assert make_plan(found, ValuesChanged(())).cells == ()


def test_changed_files_take_who_read_them_and_their_descendants() -> None:
    found = graph("a = open('x')", "b = a", "c = 1")
    trigger = FilesChanged(frozenset(cells("c1")))
    assert make_plan(found, trigger).cells == ("c1", "c2")
    assert make_plan(found, FilesChanged(frozenset())).cells == ()
    waiting = make_plan(found, trigger, autorun=False)
    assert waiting.cells == ()
    assert waiting.stale == {
        "c1": "a file that it reads has changed",
        "c2": "a cell that it depends on has another result",
    }


def test_what_cannot_run_is_blocked_with_a_reason() -> None:
    plan = make_plan(graph("x = 1", "x = 2", "y = x", "z =", "w = 1"), RestoreAll())
    assert plan.cells == ("c5",)
    assert plan.blocked.keys() == {"c1", "c2", "c3", "c4"}
    assert plan.blocked[CellId("c3")].startswith("it depends on c1: 'x' is also defined by c2")
    assert "invalid syntax" in plan.blocked[CellId("c4")]
