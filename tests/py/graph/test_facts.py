"""A notebook's facts: they give the graph that compiling gives, or are left aside."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from notebooks import notebook
from reactivity.suite import CASES
from reactivity.table import Case

from tiffin.graph import facts as module
from tiffin.graph.facts import graph_by, notebook_facts
from tiffin.graph.graph import graph_of
from tiffin.notebook.notebook import Notebook, Order


def sources_of(case: Case) -> list[str]:
    return [action.text for action in case.cells]


def found(book: Notebook) -> tuple[Any, bytes]:
    document = json.dumps(book.to_json()).encode()
    return json.loads(json.dumps(notebook_facts(book, document))), document


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[Notebook]:
    """The notebooks whose cells were compiled for a graph."""
    made: list[Notebook] = []

    def count(book: Notebook) -> Any:
        made.append(book)
        return graph_of(book)

    monkeypatch.setattr(module, "graph_of", count)
    return made


@pytest.mark.parametrize("order", ["graph", "document", "auto"])
def test_the_graph_is_the_same(order: Any, compilations: list[Notebook]) -> None:
    seen = set()
    for case in CASES:
        book = notebook(*sources_of(case), order=order)
        given, document = found(book)
        compilations.clear()
        graph = graph_by(given, book, document)
        assert graph == graph_of(book)
        assert bool(compilations) == (given is None), "facts are there to compile nothing"
        seen.add((given is not None, graph.order))
    orders: set[Order] = {"graph", "document"} if order == "auto" else {order}
    assert seen >= {(True, kind) for kind in orders}


def test_cells_that_cannot_be_compiled_are_left_to_the_python_that_runs_them() -> None:
    book = notebook("x = 1", "y = (")
    given, document = found(book)
    assert given is None
    assert graph_by(given, book, document) == graph_of(book)


BOOK = notebook("x = 1", "y = x")


@pytest.mark.parametrize(
    "damage",
    [
        lambda given: given.update(made=[0, "0.0.0", "0" * 64]),
        lambda given: given.pop("made"),
        lambda given: given.pop("order"),
        lambda given: given["cells"].pop("c2"),
        lambda given: given["cells"].update(c2=None),
        lambda given: given["cells"]["c2"].pop("digest"),
        lambda given: given["cells"]["c2"].update(sources={"f": [1]}),
        lambda given: given["cells"]["c2"].update(imports=[1]),
    ],
)
def test_facts_that_do_not_fit_are_found_anew(damage: Any, compilations: list[Notebook]) -> None:
    given, document = found(BOOK)
    damaged = copy.deepcopy(given)
    damage(damaged)
    compilations.clear()
    assert graph_by(damaged, BOOK, document) == graph_of(BOOK)
    assert compilations == [BOOK]


@pytest.mark.parametrize("given", [None, [], 1, "facts", {"made": 1}])
def test_what_is_no_facts_is_passed_over(given: Any) -> None:
    assert graph_by(given, BOOK, b"") == graph_of(BOOK)


def test_facts_of_another_notebook_or_version_are_none_of_this_one(
    compilations: list[Notebook], monkeypatch: pytest.MonkeyPatch
) -> None:
    given, document = found(BOOK)
    other = notebook("x = 2", "y = x")
    changed = json.dumps(other.to_json()).encode()
    assert graph_by(given, other, changed).cells["c1"].source == "x = 2"  # type: ignore[index]
    monkeypatch.setattr(module, "__version__", "9.9")
    compilations.clear()
    assert graph_by(given, BOOK, document) == graph_of(BOOK)
    assert compilations == [BOOK]
