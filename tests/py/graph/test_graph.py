"""The graph: edges, order, and what is wrong between cells."""

from __future__ import annotations

from graphlib import TopologicalSorter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notebooks import compiled, graph

from tiffin.graph.edit import edit
from tiffin.graph.order import find_cycles, topological_order
from tiffin.ids import CellId


def test_edges_carry_names() -> None:
    found = graph("x = 1; y = 2", "z = x + y", "print(z, x)")
    assert found.edges == {"c1": {}, "c2": {"x": "c1", "y": "c1"}, "c3": {"x": "c1", "z": "c2"}}
    assert {k: set(v) for k, v in found.children.items()} == {"c1": {"c2", "c3"}, "c2": {"c3"}, "c3": set()}
    assert found.users("x", CellId("c1")) == ("c2", "c3")
    assert found.users("y", CellId("c1")) == ("c2",)
    assert found.users("nothing", CellId("c1")) == ()


def test_cells_run_by_dependency_wherever_they_stand() -> None:
    assert graph("print(y)", "y = x", "x = 1").sequence == ("c3", "c2", "c1")


def test_ties_are_in_document_order() -> None:
    assert graph("a = 1", "b = 2", "c = 3", "a + c", "b").sequence == ("c1", "c2", "c3", "c4", "c5")


def test_closures() -> None:
    found = graph("a = 1", "b = a", "c = b", "d = 1")
    assert found.descendants([CellId("c1")]) == {"c2", "c3"}
    assert found.ancestors([CellId("c3")]) == {"c1", "c2"}
    assert found.descendants([CellId("c4")]) == set()


def test_a_name_defined_twice_is_a_problem_of_both() -> None:
    found = graph("x = 1", "x = 2", "y = x", "z = 3")
    assert {cell: problem.kind for cell, problem in found.problems.items()} == {
        "c1": "multiple-definitions",
        "c2": "multiple-definitions",
    }
    assert "'x' is also defined by c2" in found.problems[CellId("c1")].text
    assert found.blockages[CellId("c3")] == "c1"
    assert CellId("c4") not in found.blockages


def test_a_cycle_is_a_problem_of_its_cells_only() -> None:
    found = graph("a = c", "b = a", "c = b", "d = a", "e = 1")
    assert {cell: problem.kind for cell, problem in found.problems.items()} == dict.fromkeys(
        ["c1", "c2", "c3"], "cycle"
    )
    assert "c1 -> c2 -> c3 -> c1" in found.problems[CellId("c1")].text
    assert found.sequence == ("c5",)


def test_private_names_make_no_edges_and_no_conflicts() -> None:
    found = graph("_x = 1", "_x = 2\ny = _x")
    assert found.problems == {}
    assert found.edges[CellId("c2")] == {}


def test_editing_gives_the_next_graph_and_leaves_this_one() -> None:
    before = graph("x = 1", "y = x")
    after = edit(before, put=[compiled("z = 2", "c1")], remove=[]).graph
    assert before.edges[CellId("c2")] == {"x": "c1"}
    assert after.edges[CellId("c2")] == {}
    assert edit(after, remove=[CellId("c2")]).graph.cells.keys() == {"c1"}


@st.composite
def dependencies(draw: st.DrawFn) -> tuple[list[CellId], dict[CellId, frozenset[CellId]]]:
    cells = [CellId(f"c{i}") for i in range(draw(st.integers(0, 12)))]
    parents = {cell: frozenset(draw(st.lists(st.sampled_from(cells), max_size=3))) - {cell} for cell in cells}
    return cells, parents


@given(dependencies())
def test_topological_order_against_the_standard_library(
    drawn: tuple[list[CellId], dict[CellId, frozenset[CellId]]],
) -> None:
    cells, parents = drawn
    cyclic = {cell for component in find_cycles(cells, parents) for cell in component}
    ordered = topological_order(cells, parents)
    for index, cell in enumerate(ordered):
        assert parents[cell] <= set(ordered[:index])
    assert cyclic.isdisjoint(ordered)
    if not cyclic:
        assert set(ordered) == set(cells)
        list(TopologicalSorter(parents).static_order())  # raises on a cycle that was missed
    else:
        with pytest.raises(ValueError, match="cycle"):
            list(TopologicalSorter(parents).static_order())
