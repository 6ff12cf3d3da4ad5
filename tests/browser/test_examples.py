"""The examples, exported and opened: everything restored, nothing run, a widget answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Served, View

from tiffin.graph.graph import graph_of
from tiffin.notebook.notebook import Notebook

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

CASES = [
    ("lunch.py", (), "boxes", 24),
    ("tides.ipynb", (), None, None),
    ("daylight.py", (), "latitude", 10),
    ("garden.ipynb", (), "rain", 100),
    ("bakery.py", ("--pyodide", "0.27.7", "--offline"), "price", 6.25),
    ("birthdays.py", (), "people", 40),
    ("coin.py", (), "bend", 65),
    ("epidemic.py", (), "immune", 50),
    ("mortgage.py", (), "rate", 6.5),
    ("tuning.py", (), "chord", "A♭ major"),
]


def following(notebook: Notebook, name: str) -> set[str]:
    """The cells that depend on a name, by the notebook's own graph."""
    graph = graph_of(notebook)
    users = graph.users(name, graph.definers[name][0])
    return {*users, *graph.descendants(users)}


def test_every_example_is_opened() -> None:
    files = {path.name for path in EXAMPLES.iterdir() if path.suffix in (".py", ".ipynb")}
    assert files == {name for name, *_ in CASES}


@pytest.mark.parametrize(("name", "options", "widget", "value"), CASES, ids=[case[0] for case in CASES])
def test_an_example(
    name: str,
    options: tuple[str, ...],
    widget: str | None,
    value: object,
    sites: Callable[..., Path],
    serve: Callable[[Path], Served],
    visit: Callable[..., View],
) -> None:
    served = serve(sites(str(EXAMPLES / name), *options))
    view = visit(served.url)
    view.wait_ready()
    assert view.stats["cellsRun"] == 0
    assert set(view.origins().values()) <= {"export", "cache"}
    assert len(served.requests) <= 40
    assert served.sent <= 14_000_000
    notebook = Notebook.from_json(json.loads((served.folder / "notebook.json").read_text("utf-8")))
    assert view.stats["cellsRestored"] == sum(cell.kind == "code" for cell in notebook.cells)
    assert view.notices() == []
    assert served.paths(404) == []
    if widget is not None:
        follows = following(notebook, widget)
        assert follows
        view.set(widget, value)
        ran = {cell for cell, origin in view.origins().items() if origin == "run"}
        # A cell whose inputs came out the same is answered from the cache: early cutoff.
        assert ran
        assert ran <= follows
        assert view.stats["cellsRun"] == len(ran)
