"""Code that scripts of a page have run: the worker answers as every other host does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from conftest import Served, serving
from engines import Engine, EngineView
from transcripts import CASES, Case, Json, Piece, carry_out, check

pytestmark = pytest.mark.browser

KILLED = "Python was restarted\n"
EVERYWHERE = {
    "plain-output",
    "print-then-error",
    "state-last-descendant-fails",
    "code-mode-good",
    "time-out-of-a-busy-loop",
    "time-out-of-an-await",
    "interrupt-of-a-busy-loop",
    "kernel-killed",
}
"""The cases that engines may see differently; all others are Python's affair."""

Sites = Callable[..., Path]
OpenCells = Callable[..., EngineView]


class PageDriver:
    """The kernel in a page's worker, as the table of transcripts drives it."""

    def __init__(self, view: EngineView) -> None:
        self.view = view

    def execute(self, code: str, timeout: float | None, run_id: str) -> Iterator[Piece]:
        options = {"runId": run_id} | ({} if timeout is None else {"timeout": timeout})
        begin(self.view, "answer", code, **options)
        yield from rest(self.view, "answer")

    def interrupt(self, run_id: str) -> None:
        self.view.evaluate(f"tiffin.interrupt({json.dumps(run_id)})")

    def kill(self) -> None:
        self.view.evaluate("void tiffin.restart()")

    def start_other(self) -> None:
        self.view.evaluate("void tiffin.run()")


def begin(view: EngineView, name: str, code: str, **options: Json) -> None:
    """Have code run, and keep the answer in a variable of the page."""
    view.evaluate(f"void (window.{name} = tiffin.execute({json.dumps(code)}, {json.dumps(options)}))")


def rest(view: EngineView, name: str) -> Iterator[Piece]:
    """What is told from now on, to the end of the answer."""
    while not (step := view.evaluate(f"{name}.next()"))["done"]:
        yield step["value"]["event"], step["value"]["data"]


def write_cells(folder: Path, *cells: str) -> str:
    """Write a notebook; its path."""
    path = folder / "nb.py"
    path.write_text("".join(f"# %%\n{cell}\n\n" for cell in cells))
    return str(path)


@pytest.fixture(scope="module")
def open_cells(engine: Engine, sites: Sites, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenCells]:
    """Opens a notebook of these cells, exported once; at the end no page may have complained."""
    views: list[EngineView] = []
    with ExitStack() as stack:
        served: dict[tuple[str, ...], Served] = {}

        def start(*cells: str) -> EngineView:
            if cells not in served:
                folder = tmp_path_factory.mktemp("cells")
                site = sites(write_cells(folder, *cells))
                served[cells] = stack.enter_context(serving(site, folder / "served"))
                engine.prepare(served[cells].folder)
            views.append(engine.open(served[cells].url))
            return views[-1]

        yield start
    complaints = [line for view in views for line in view.complaints()]
    for view in views:
        view.close()
    assert complaints == []


@pytest.fixture(scope="module")
def pages(open_cells: OpenCells) -> Callable[[Case], EngineView]:
    """The page of a case's notebook, whose cells have run; one for all cases that leave it as it was."""
    shared: dict[tuple[str, ...], EngineView] = {}

    def find(case: Case) -> EngineView:
        if case.cells in shared and not case.alone:
            return shared[case.cells]
        view = open_cells(*case.cells)
        view.evaluate(f"tiffin.run({json.dumps([f'c{number + 1}' for number in range(len(case.cells))])})")
        if not case.alone:
            shared[case.cells] = view
        return view

    return find


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
def test_an_answer_is_as_recorded(case: Case, pages: Callable[[Case], EngineView]) -> None:
    check(case, carry_out(case, PageDriver(pages(case))), KILLED)


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.name in EVERYWHERE], ids=lambda case: case.name
)
@pytest.mark.parametrize("engine", ["firefox", "webkit"], indirect=True)
def test_an_answer_is_the_same_in_every_engine(case: Case, pages: Callable[[Case], EngineView]) -> None:
    check(case, carry_out(case, PageDriver(pages(case))), KILLED)
