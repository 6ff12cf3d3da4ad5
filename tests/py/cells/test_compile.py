"""Compiling cells: tails, problems, and what can be replayed."""

from __future__ import annotations

import inspect

import pytest
from notebooks import cell, compiled

from tiffin.cells.compile import compile_cell
from tiffin.ids import CellId
from tiffin.notebook.notebook import NotebookCell


@pytest.mark.parametrize(
    ("source", "has_tail"),
    [
        ("x = 1", False),
        ("x = 1\nx", True),
        ("x;", False),
        ("x ; # no output", False),
        ("(x);", False),
        ("x # ; in a comment", True),
        ("';'", True),
        ("f(\n 1,\n)", True),
        ("f(\n 1,\n);", False),
        ("né;", False),
        ("", False),
        ("# nothing", False),
        ("if x: y", False),
        ("x; y", True),
    ],
)
def test_the_trailing_expression_is_the_output(source: str, has_tail: bool) -> None:
    assert (compiled(source).code().tail is not None) is has_tail


def test_hiding_the_output_is_another_computation() -> None:
    assert compiled("x").digest != compiled("x;").digest


def test_formatting_and_comments_are_not() -> None:
    assert compiled("x = f( 1 )  # why").digest == compiled("x = f(1)").digest


def test_a_setting_that_changes_what_is_shown_is() -> None:
    assert compiled("x").digest != compiled("x", settings={"time": True}).digest
    assert compiled("x").digest == compiled("x", settings={"hide": True}).digest


@pytest.mark.parametrize(
    ("source", "line", "text"),
    [
        ("x =", 1, "invalid syntax"),
        ("x = 1\ny = (", 2, "never closed"),
        ("return 1", None, "outside function"),
        ("x = 1\n  y = 2", 2, "unexpected indent"),
        ("def f():\n x = 1\n global x", 3, "before global declaration"),
        ("x = '\0'", None, "null"),
        ("(" * 500 + ")" * 500, None, "nested"),
    ],
)
def test_a_syntax_error_is_a_problem_of_the_cell(source: str, line: int | None, text: str) -> None:
    problem = compiled(source).problem
    assert problem is not None
    assert problem.kind == "syntax"
    assert text in problem.text
    if line is not None:
        assert problem.line == line


def test_a_problem_of_reading_stays_one() -> None:
    problem = compiled("!ls", problem="line 1: `!ls` is a shell command").problem
    assert problem is not None
    assert (problem.kind, problem.text) == ("reading", "line 1: `!ls` is a shell command")


def test_markdown_has_nothing_to_run() -> None:
    found = compile_cell(NotebookCell(CellId("m"), "markdown", "# x = 1"), "nb.py")
    assert not found.has_code
    assert found.definitions == frozenset()


REPLAYABLE = [
    ("def f(x): return x", {"f"}),
    ("async def f(): pass", {"f"}),
    ("class A: pass", {"A"}),
    ("f = lambda x: x", {"f"}),
    ("@d\ndef f(): pass", {"f"}),
    ("x = 3\ndef f(y=x): return y", {"f"}),
    ("def f(): pass\ndef f(): pass", set()),
    ("i = 1\ndef f(x=i): return x\ni = 2", set()),
    ("def f(x=late): return x\nlate = 1", set()),
    ("def f(): return g()\ndef g(): return f()", {"f", "g"}),
    ("f = make()", set()),
    ("f = g = lambda: 1", set()),
    ("if x:\n def f(): pass", set()),
    ("def f():\n global x\n x = 1", set()),
]


@pytest.mark.parametrize(("source", "names"), REPLAYABLE, ids=[source for source, _ in REPLAYABLE])
def test_what_can_be_replayed(source: str, names: set[str]) -> None:
    assert set(compiled(source).sources) == names


def test_sources_know_what_they_need_at_once_and_later() -> None:
    source = compiled("_h = 1\n@deco\ndef f(x=default) -> note:\n return helper(x) + _h").sources["f"]
    assert source.eager == {"deco", "default", "note"}
    assert source.references == source.eager | {"helper", "_cell_c1___h"}


def test_the_source_of_a_function_can_be_inspected() -> None:
    found = compile_cell(cell("x = 1\ndef f():\n    return 2\n"), "nb.py")
    scope: dict[str, object] = {}
    body = found.code().body
    assert body is not None
    exec(body, scope)
    assert inspect.getsource(scope["f"]) == "def f():\n    return 2\n"  # type: ignore[arg-type]
