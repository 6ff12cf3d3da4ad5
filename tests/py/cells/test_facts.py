"""A cell by its facts is the cell that compiling it gives."""

from __future__ import annotations

import json
import linecache
from typing import Any

import pytest
from notebooks import cell, compiled
from reactivity.suite import CASES
from reactivity.table import Case

from tiffin.cells.cell import NO_FLOW, Cell
from tiffin.cells.compile import compile_cell
from tiffin.cells.facts import cell_of, facts_of
from tiffin.ids import CellId
from tiffin.notebook.notebook import NotebookCell, Order


def sources_of(case: Case) -> list[str]:
    """Whatever stands in a case's cells, and what they are edited to."""
    return [action.text for action in (*case.cells, *(a for step in case.steps for a in step.actions))]


SOURCES = sorted({text for case in CASES for text in sources_of(case)})
ORDERS: tuple[Order, ...] = ("graph", "document")


def again(found: Cell, order: Order, **fields: Any) -> Cell:
    """The cell by its facts, which have been JSON in between."""
    facts = json.loads(json.dumps(facts_of(found), sort_keys=True))
    return cell_of(facts, cell(found.source, found.id, **fields), "nb.py", order)


@pytest.mark.parametrize("order", ORDERS)
def test_a_cell_by_its_facts_is_the_cell_that_compiling_gives(order: Order) -> None:
    assert len(SOURCES) > 300
    flowing = 0
    for source in SOURCES:
        found = compile_cell(cell(source), "nb.py", order)
        if found.problem is None:
            made = again(found, order)
            assert made == found, source
            assert made.code().body == found.code().body
            assert made.code().tail == found.code().tail
            assert made.code().statements.keys() == found.code().statements.keys()
            flowing += made.flow != NO_FLOW
    assert flowing > 100 if order == "document" else flowing == 0


def test_what_settings_say_stays() -> None:
    fields: dict[str, Any] = {
        "settings": {"time": True, "hide": 1},
        "stars": {"math": ("pi", "tau")},
        "line": 7,
    }
    source = "from math import *\ntau"
    found = compiled(source, **fields)
    assert again(found, "graph", **fields) == found
    assert found.imports["pi"].module == "math"


def test_markdown_and_empty_cells_have_facts_too() -> None:
    markdown = NotebookCell(CellId("m1"), "markdown", "# dal", line=1)
    text = compile_cell(markdown, "nb.py")
    assert cell_of(json.loads(json.dumps(facts_of(text))), markdown, "nb.py", "graph") == text
    assert facts_of(compiled("")).keys() == {"digest"}
    assert again(compiled(""), "graph").code().body is None


def test_code_is_compiled_when_it_is_needed_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = compiled("def f(): return 1\nf()")
    made = again(found, "graph")
    calls: list[object] = []

    def count(*given: Any) -> Cell:
        calls.append(given)
        return compile_cell(*given)

    monkeypatch.setattr("tiffin.cells.facts.compile_cell", count)
    assert made.has_code
    assert made.definitions == {"f"}
    assert calls == []
    assert made.code() is made.code()
    assert len(calls) == 1


def test_tracebacks_find_the_source_before_it_is_compiled() -> None:
    found = compiled("x = 1\ny = 2", "c9")
    linecache.cache.pop(found.filename)
    assert linecache.getlines(again(found, "graph").filename) == ["x = 1\n", "y = 2"]


def test_code_that_this_python_cannot_compile_says_so_when_it_is_needed() -> None:
    made = cell_of(facts_of(compiled("x = 1")), cell("x = ("), "nb.py", "graph")
    assert made.definitions == {"x"}
    with pytest.raises(SyntaxError, match=r"SyntaxError: '\(' was never closed"):
        made.code()


@pytest.mark.parametrize(
    "facts", [{}, [], None, {"digest": "d", "imports": 1}, {"digest": "d", "sources": {"f": []}}]
)
def test_what_is_no_facts_is_an_error(facts: Any) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        cell_of(facts, cell("x = 1"), "nb.py", "graph")
