"""Document order as a graph: versions named by their makers."""

from __future__ import annotations

from collections.abc import Mapping

from notebooks import notebook

from tiffin.graph.edit import observe
from tiffin.graph.graph import Graph, graph_of
from tiffin.ids import CellId


def document(*sources: str) -> Graph:
    return graph_of(notebook(*sources, order="document"))


def taken(graph: Graph, cell: str) -> Mapping[str, str]:
    return graph.edges[CellId(cell)]


def made(graph: Graph, cell: str) -> set[str]:
    return set(graph.made[CellId(cell)])


def test_a_reference_means_the_nearest_definition_above() -> None:
    found = document("x = 1", "x", "x = 2", "x")
    assert taken(found, "c2") == {"x": "c1"}
    assert taken(found, "c4") == {"x": "c3"}
    assert found.problems == {}
    assert found.users("x", CellId("c1")) == ("c2",)


def test_a_change_in_place_makes_a_version_out_of_the_one_above() -> None:
    found = document("d = {}", "d['k'] = 1", "d", "d.clear()", "d")
    assert taken(found, "c2") == {"d": "c1"}
    assert taken(found, "c3") == {"d": "c2"}
    assert taken(found, "c4") == {"d": "c2"}
    assert taken(found, "c5") == {"d": "c4"}
    assert made(found, "c4") == {"d"}


def test_a_function_sees_the_versions_above_the_cell_that_calls_it() -> None:
    found = document("k = 1", "def f(): return k", "f()", "k = 2", "f()")
    assert taken(found, "c2") == {}
    assert taken(found, "c3") == {"f": "c2", "k": "c1"}
    assert taken(found, "c5") == {"f": "c2", "k": "c4"}


def test_through_functions_that_call_functions() -> None:
    found = document("def f(): return g()", "def g(): return k", "k = 1", "f()")
    assert taken(found, "c4") == {"f": "c1", "g": "c2", "k": "c3"}


def test_who_calls_a_function_that_binds_a_global_makes_a_version_of_it() -> None:
    found = document("n = 0", "def step():\n    global n\n    n += 1", "step()", "n")
    assert made(found, "c2") == {"step"}
    assert made(found, "c3") == {"n"}
    assert taken(found, "c4") == {"n": "c3"}


def test_what_an_object_may_use_comes_with_it() -> None:
    found = document("class M:\n    def run(self): return k", "m = M()", "k = 1", "m.run()")
    assert taken(found, "c4") == {"m": "c2", "k": "c3"}


def test_a_name_bound_on_some_paths_takes_the_version_above_if_somebody_looks() -> None:
    found = document("x = 1", "if c(): x = 2", "x", "for x in []: pass")
    assert taken(found, "c2") == {"x": "c1"}
    assert taken(found, "c4") == {}


def test_a_name_used_above_its_first_definition_is_an_error_of_the_cell() -> None:
    found = document("y = x", "x = 1", "sum([])", "sum = 1")
    problem = found.problems[CellId("c1")]
    assert problem.kind == "above-definition"
    assert problem.text.startswith("'x' is used above its first definition, which is in c2")
    assert problem.line == 1
    assert found.problems.keys() == {"c1"}
    assert found.hidden[CellId("c3")] == {"sum"}


def test_what_running_has_shown_makes_versions_too() -> None:
    before = document("xs = []", "def f(v): v.append(1)", "f(xs)", "xs")
    assert taken(before, "c4") == {"xs": "c1"}
    edited = observe(before, {CellId("c3"): frozenset({"xs"})})
    assert taken(edited.graph, "c4") == {"xs": "c3"}
    assert edited.concerned == {"c4"}


def test_auto_chooses_document_order_where_a_name_has_several_versions() -> None:
    assert graph_of(notebook("x = 1", "y = x", order="auto")).order == "graph"
    assert graph_of(notebook("y = x", "x = 1", order="auto")).order == "graph"
    assert graph_of(notebook("x = 1", "x = 2", order="auto")).order == "document"
    assert graph_of(notebook("d = {}", "d['k'] = 1", order="auto")).order == "document"
    assert graph_of(notebook("xs = []", "xs.append(1)", order="auto")).order == "document"
    assert graph_of(notebook("import os", "import os", order="auto")).order == "document"
