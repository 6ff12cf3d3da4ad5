"""The graph as scratch code sees it."""

from __future__ import annotations

from notebooks import graph, notebook

from tiffin.cells.cell import Cell
from tiffin.graph.graph import graph_of
from tiffin.graph.scratch import with_scratch
from tiffin.ids import SCRATCHPAD
from tiffin.session.scratchpad import compile_scratch


def scratch(source: str) -> Cell:
    return compile_scratch(source, "nb.py", lambda cell: cell)


def test_it_takes_names_and_no_cell_knows_of_it() -> None:
    before = graph("x = 1", "y = x")
    after = with_scratch(before, scratch("x = x + y\nprint(z)"))
    assert after.edges[SCRATCHPAD] == {"x": "c1", "y": "c2"}
    assert after.made[SCRATCHPAD] == frozenset()
    assert (after.problems, after.definers, after.children) == (
        before.problems,
        before.definers,
        before.children,
    )
    assert SCRATCHPAD not in before.cells


def test_in_document_order_it_takes_the_last_versions_through_functions_too() -> None:
    before = graph_of(notebook("x = 1\ndef f(): return x", "x = 2", "f = f", order="document"))
    after = with_scratch(before, scratch("f()"))
    assert after.edges[SCRATCHPAD] == {"f": "c3", "x": "c2"}
