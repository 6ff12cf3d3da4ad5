"""The next graph after an edit is the one that would be built anew, and tells whom the edit concerns."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from notebooks import cell, compiled, graph

from tiffin.cells.cell import Cell
from tiffin.cells.compile import compile_cell
from tiffin.graph.edit import edit, new_problems, observe
from tiffin.graph.graph import Graph, build_graph
from tiffin.ids import CellId
from tiffin.notebook.notebook import Order

C1, C2, C3 = CellId("c1"), CellId("c2"), CellId("c3")


def test_a_cell_that_is_put_concerns_itself() -> None:
    before = graph("x = 1", "y = x")
    edited = edit(before, put=[compiled("x = 2", "c1")])
    assert edited.concerned == {C1}
    assert edited.graph.edges is not before.edges
    assert edited.graph.edges == before.edges


def test_a_comment_concerns_nobody() -> None:
    assert edit(graph("x = 1"), put=[compiled("x = 1  # one", "c1")]).concerned == frozenset()


def test_a_name_that_goes_concerns_its_users() -> None:
    edited = edit(graph("x = 1", "y = x", "z = y"), remove=[C1])
    assert edited.concerned == {C2}
    assert [gone.id for gone in edited.removed] == ["c1"]
    assert edited.graph.edges[C2] == {}


def test_a_name_that_comes_concerns_its_users() -> None:
    edited = edit(graph("y = x", "z = y"), put=[compiled("x = 1", "c3")])
    assert edited.concerned == {C1, C3}
    assert edited.graph.edges[C1] == {"x": "c3"}
    assert edited.graph.sequence == ("c3", "c1", "c2")


def test_a_second_definer_concerns_both() -> None:
    edited = edit(graph("x = 1", "y = x"), put=[compiled("x = 2", "c3")])
    assert edited.concerned == {C1, C3}
    assert edited.graph.definers["x"] == ("c1", "c3")
    assert edit(edited.graph, remove=[C3]).concerned == {C1}


def test_a_cycle_concerns_its_cells() -> None:
    before = graph("a = 1", "b = a", "c = 1")
    edited = edit(before, put=[compiled("a = b", "c1")])
    assert edited.concerned == {C1, C2}
    assert edit(edited.graph, put=[compiled("a = 1", "c1")]).concerned == {C1, C2}


def test_problems_that_were_there_before_are_not_new() -> None:
    before = graph("x = 1", "x =")
    after = edit(before, put=[compiled("x = 2", "c3")]).graph
    assert new_problems(before, before) == ()
    assert [said.partition(":")[0] for said in new_problems(before, after)] == ["c1", "c3"]
    assert [said.partition(":")[0] for said in new_problems(graph("x = 1", "y = 1"), before)] == [
        "c2, line 1"
    ]
    assert new_problems(after, before) == ()


def test_another_order_concerns_nobody() -> None:
    edited = edit(graph("x = 1", "y = x"), order=[C2, C1])
    assert edited.concerned == frozenset()
    assert list(edited.graph.cells) == ["c2", "c1"]
    assert edited.graph.positions == {"c2": 0, "c1": 1}


def test_disabling_concerns_the_cell_and_enabling_too() -> None:
    before = graph("x = 1", "y = x")
    disabled = edit(before, put=[compiled("x = 1", "c1", settings={"disabled": True})])
    assert disabled.concerned == {C1}
    assert disabled.graph.problems[C1].kind == "disabled"
    assert edit(disabled.graph, put=[compiled("x = 1", "c1")]).concerned == {C1}


def test_the_graph_before_stays_as_it_was() -> None:
    before = graph("x = 1", "y = x", "z = 1")
    edit(before, put=[compiled("x = y", "c3")], remove=[C1], order=[C3, C2])
    assert fields(before) == fields(graph("x = 1", "y = x", "z = 1"))


def test_a_cell_to_remove_that_is_not_there_is_left_out() -> None:
    edited = edit(graph("x = 1"), remove=[CellId("nothing")])
    assert edited.removed == ()
    assert edited.concerned == frozenset()


def test_what_running_shows_makes_versions_in_document_order() -> None:
    sources = ("def f(v): v.append(1)", "x = []", "f(x)", "y = x")
    before = build_graph([document(source, f"c{i}") for i, source in enumerate(sources, 1)], "document")
    edited = observe(before, {C3: frozenset({"x"})})
    assert edited.graph.edges[CellId("c4")] == {"x": "c3"}
    assert edited.concerned <= {C3, CellId("c4")}


# -- random edits -----------------------------------------------------------------------------------------

SOURCES = (
    "{x} = 1",
    "{x} = {y}",
    "{x} = {y} + {z}",
    "{x} = {y}; {z} = 1",
    "{x}",
    "_p = {x}",
    "def {x}(): return {y}",
    "{x}.append(1)",
    "if {y}: {x} = 1",
    "def {x}():\n    global {z}\n    {z} = {y}",
    "{x}()",
    "",
    "{x} =",
)
NAMES = st.sampled_from("abcd")
IDS = st.sampled_from([f"c{i}" for i in range(1, 9)])


@st.composite
def cells(draw: st.DrawFn, order: Order, cell_id: str) -> Cell:
    source = draw(st.sampled_from(SOURCES)).format(x=draw(NAMES), y=draw(NAMES), z=draw(NAMES))
    settings = {"disabled": True} if draw(st.integers(0, 9)) == 0 else {}
    return compile_cell(cell(source, cell_id, settings=settings), "nb.py", order)


def document(source: str, cell_id: str) -> Cell:
    return compile_cell(cell(source, cell_id), "nb.py", "document")


def fields(found: Graph) -> dict[str, Any]:
    """All that a graph is; the order of its cells, too."""
    return {
        "cells": list(found.cells.items()),
        "positions": dict(found.positions),
        "edges": {cell_id: dict(taken) for cell_id, taken in found.edges.items()},
        "made": dict(found.made),
        "problems": dict(found.problems),
        "definers": dict(found.definers),
        "referrers": {name: users for name, users in found.referrers.items() if users},
        "children": dict(found.children),
        "hidden": dict(found.hidden),
        "versions": dict(found.versions),
        "blockages": dict(found.blockages),
        "sequence": found.sequence,
    }


def others(before: Graph, after: Graph) -> set[CellId]:
    """The cells of `after` whose code, inputs or problems are not those that they had."""
    return {
        cell_id
        for cell_id in after.cells
        if cell_id not in before.cells
        or before.cells[cell_id].digest != after.cells[cell_id].digest
        or dict(before.edges[cell_id]) != dict(after.edges[cell_id])
        or before.problems.get(cell_id) != after.problems.get(cell_id)
        or before.hidden.get(cell_id) != after.hidden.get(cell_id)
    }


def check_edits(data: st.DataObject, order: Order) -> None:
    start = data.draw(st.sets(IDS, max_size=6))
    before = build_graph([data.draw(cells(order, cell_id)) for cell_id in sorted(start)], order)
    for _ in range(data.draw(st.integers(1, 5))):
        removed = (
            data.draw(st.sets(st.sampled_from(list(before.cells)), max_size=2)) if before.cells else set()
        )
        put = [data.draw(cells(order, i)) for i in data.draw(st.sets(IDS, max_size=2)) if i not in removed]
        left = [cell_id for cell_id in {**before.cells, **{c.id: c for c in put}} if cell_id not in removed]
        in_order = data.draw(st.none() | st.permutations(left))
        edited = edit(before, put=put, remove=removed, order=in_order)
        by_id = {**before.cells, **{c.id: c for c in put}}
        anew = build_graph([by_id[cell_id] for cell_id in in_order or left], order)
        assert fields(edited.graph) == fields(anew)
        assert edited.concerned == others(before, edited.graph)
        before = edited.graph


@given(st.data())
def test_an_edited_graph_is_the_one_built_anew(data: st.DataObject) -> None:
    check_edits(data, "graph")


@given(st.data())
def test_in_document_order_too(data: st.DataObject) -> None:
    check_edits(data, "document")
