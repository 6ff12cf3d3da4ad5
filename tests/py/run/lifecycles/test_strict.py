"""Strict notebooks: a cell sees what it refers to, and changes nothing of other cells."""

from __future__ import annotations

from typing import Any

import pytest
from notebooks import Bench, how, text

from tiffin.events import ErrorReport
from tiffin.run.result import CellRun

STRICT = {"settings": {"strict": True}}


def strict(*cells: str) -> Bench:
    return Bench(*cells, fields=STRICT)


def error(run: CellRun) -> ErrorReport:
    assert run.error is not None
    return run.error


async def test_only_a_notebook_that_asks_for_it_is_strict() -> None:
    cells = ("x = [1]", "x.append(2)", "'x' in globals()")
    assert how(await Bench(*cells).restore())["c2"] == "run"
    assert how(await strict(*cells).restore())["c2"] == "error"


@pytest.mark.parametrize("look", ["'x' in globals()", "'x' in dir()", "'x' in vars()"])
async def test_a_name_that_a_cell_does_not_refer_to_is_not_there(look: str) -> None:
    bench = strict("x = 1", look, "x")
    runs = await bench.restore()
    assert text(runs["c2"]) == "False"
    assert text(runs["c3"]) == "1"


async def test_a_name_in_a_string_of_code_is_not_there() -> None:
    runs = await strict("x = 1", "eval('x')").restore()
    assert error(runs["c2"]).message == "name 'x' is not defined"


async def test_what_a_function_refers_to_is_there() -> None:
    cells = ("k = 2", "def g(v): return v * k", "def f(v): return g(v)", "f(3)")
    assert text((await strict(*cells).restore())["c4"]) == "6"


async def test_what_a_class_refers_to_is_there() -> None:
    cells = ("k = 2", "class A:\n    def go(self): return k", "class B(A): pass", "B().go()")
    assert text((await strict(*cells).restore())["c4"]) == "2"


async def test_builtins_display_and_own_names_are_there() -> None:
    cells = ("_k = 2\ndef f(): return _k\ndisplay(len('ab'))\nf(), __name__",)
    assert text((await strict(*cells).restore())["c1"]) == "(2, '__main__')"


async def test_the_names_come_back_afterwards() -> None:
    bench = strict("x = 1", "y = 2", "x + y")
    assert text((await bench.restore())["c3"]) == "3"
    assert (bench.value("x"), bench.value("y")) == (1, 2)


async def test_the_names_come_back_after_a_failure_too() -> None:
    bench = strict("x = 1", "1 / 0", "import tiffin as tn\ntn.stop(True)")
    await bench.restore()
    assert bench.value("x") == 1


async def test_what_a_cell_binds_anew_is_not_covered_by_what_came_back() -> None:
    bench = strict("x = 1", "x")
    await bench.restore()
    assert text((await bench.edit(put={"c1": "x = 2"}))["c2"]) == "2"


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x.append(2)", 1),
        ("1\nx.append(2)", 2),
        ("y = len(x)\n\nx[0] = 5", 3),
        ("for i in range(3):\n    x.append(i)", 2),
        ("y = x\ny.append(2)", 1),
        ("x.extend([2])\nx.clear()", 1),
    ],
)
async def test_a_change_is_the_error_of_the_cell_that_made_it(source: str, line: int) -> None:
    report = error((await strict("x = [1]", source).restore())["c2"])
    assert report.kind == ""
    assert report.message == "c2 changes 'x', which belongs to c1: change it there, or a copy"
    assert [frame.line for frame in report.frames] == [line]


async def test_a_change_through_a_function_is_blamed_on_the_caller() -> None:
    cells = ("seen = []", "def add(v): seen.append(v)", "1\nadd(1)", "seen")
    runs = await strict(*cells).restore()
    assert how(runs) == {"c1": "run", "c2": "run", "c3": "error", "c4": "run"}
    report = error(runs["c3"])
    assert report.message == "c3 changes 'seen', which belongs to c1: change it there, or a copy"
    assert [(frame.line, frame.text) for frame in report.frames] == [(2, "add(1)")]


async def test_a_change_of_a_private_value_behind_a_function_names_it_as_its_author_did() -> None:
    cells = ("_seen = []\ndef add(v): _seen.append(v)", "add(1)")
    assert "c2 changes '_seen', which belongs to c1" in error((await strict(*cells).restore())["c2"]).message


async def test_a_change_is_blamed_once() -> None:
    runs = await strict("x = [1]", "x.append(2)", "y = len(x)\ny").restore()
    assert how(runs) == {"c1": "run", "c2": "error", "c3": "run"}


async def test_a_cell_may_change_what_it_defines_itself_and_copies() -> None:
    runs = await strict("x = [1]\nx.append(2)", "y = [*x]\ny.append(3)\ny").restore()
    assert how(runs) == {"c1": "run", "c2": "run"}
    assert text(runs["c2"]) == "[1, 2, 3]"


async def test_a_failure_of_the_body_is_told_rather_than_the_change() -> None:
    report = error((await strict("x = [1]", "x.append(2)\n1 / 0").restore())["c2"])
    assert report.kind == "ZeroDivisionError"


async def test_what_depends_on_the_culprit_is_cancelled() -> None:
    runs = await strict("x = [1]", "x.append(2)\ny = 1", "y").restore()
    assert how(runs) == {"c1": "run", "c2": "error", "c3": "cancelled"}


async def test_a_moved_widget_is_no_change() -> None:
    bench = strict("import tiffin as tn\ns = tn.ui.slider(0, 9)", "s.value")
    await bench.restore()
    assert how(await bench.set(s=5)) == {"c2": "run"}


async def test_a_hidden_name_is_there_in_the_next_session() -> None:
    bench = strict("x = 1", "y = 2\n'x' in globals()", "x + y")
    await bench.restore()
    edited: Any = bench.again("x = 1", "y = 3\n'x' in globals()", "x + y")
    runs = await edited.restore()
    assert (text(runs["c2"]), text(runs["c3"])) == ("False", "4")
