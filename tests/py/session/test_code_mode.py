"""Code mode: edits of cells that are made together, or not at all."""

from __future__ import annotations

import linecache
from collections.abc import Mapping
from typing import Any

import pytest
from notebooks import Bench, Scratched

import tiffin
from tiffin.commands import CellSource
from tiffin.errors import UsageError
from tiffin.events import ElementChanged, NotebookEdited

TN = "import tiffin as tn"


def block(*lines: str, skip: bool = False, after: str = "") -> str:
    """Scratch code with these lines in a transaction."""
    head = f"async with tn.code_mode({'skip_validation=True' if skip else ''}) as nb:"
    return "\n".join([head, *(f"    {line}" for line in lines), after])


def notebook(bench: Bench) -> dict[str, str]:
    """The cells as they are now, by id, in document order."""
    cells = {str(cell.id): cell.source for cell in bench.kernel.notebook.cells}
    assert list(cells) == list(bench.kernel.graph.cells)
    return cells


async def change(bench: Bench, *lines: str, **options: Any) -> Scratched:
    return await bench.execute(block(*lines, **options))


async def refused(bench: Bench, *lines: str, **options: Any) -> str:
    """Do what must change nothing, and return the last line that it was told."""
    cells, graph, names = notebook(bench), bench.kernel.graph, dict(bench.kernel.namespace.globals)
    known = {f"<nb.py {cell}>" for cell in cells}
    for file in [file for file in linecache.cache if file.startswith("<nb.py") and file not in known]:
        del linecache.cache[file]  # of other tests
    sources = {file: text for file, text in linecache.cache.items() if file.startswith("<nb.py")}
    done = await change(bench, *lines, **options)
    assert (done.success, done.stdout, done.cells) == (False, "", {})
    assert not [event for event in done.events if isinstance(event, NotebookEdited)]
    assert notebook(bench) == cells
    assert bench.kernel.graph is graph
    assert dict(bench.kernel.namespace.globals) == names
    assert {file: text for file, text in linecache.cache.items() if file.startswith("<nb.py")} == sources
    return done.stderr.splitlines()[-1]


async def test_cells_are_created_edited_deleted_and_run_as_one() -> None:
    bench = Bench(TN, "x = 1", "y = x + 1", "z = 0")
    await bench.restore()
    done = await change(
        bench,
        "new = nb.create_cell('w = y * 10', after='c3')",
        "nb.edit_cell('c2', 'x = 5')",
        "nb.delete_cell('c4')",
        "seen = [cell.id for cell in nb.cells]",
        after="new, seen",
    )
    assert done.success
    assert done.text == "('c5', ['c1', 'c2', 'c3', 'c5'])"
    assert notebook(bench) == {"c1": TN, "c2": "x = 5", "c3": "y = x + 1", "c5": "w = y * 10"}
    assert done.stdout == "created c5 (w)\nedited c2 (x)\ndeleted c4\n"
    assert done.cells == {"c2": "idle", "c3": "idle", "c5": "idle"}
    assert (bench.value("w"), "z" in bench.kernel.namespace.globals) == (60, False)
    [edited] = [event for event in done.events if isinstance(event, NotebookEdited)]
    assert (edited.put, edited.removed) == (("c2", "c5"), ("c4",))


async def test_what_it_edits_may_swap_names_in_between() -> None:
    bench = Bench(TN, "x = 1", "y = 2", "x * 10 + y")
    await bench.restore()
    done = await change(bench, "nb.edit_cell('c2', 'y = 1')", "nb.edit_cell('c3', 'x = 2')")
    assert (done.success, bench.value("x"), bench.value("y")) == (True, 2, 1)
    assert bench.shown["c4"] == "21"


@pytest.mark.parametrize(
    ("move", "order", "said"),
    [
        ("'c4', before='c2'", "c1 c4 c2 c3", "moved c4 (z)\n"),
        ("'c2', after='c3'", "c1 c3 c2 c4", "moved c2 (x)\n"),
        ("'c1'", "c2 c3 c4 c1", "moved c1 (tn)\n"),
        ("'c4', after='c1'", "c1 c4 c2 c3", "moved c4 (z)\n"),
        ("'c2', before='c3'", "c1 c2 c3 c4", "nothing to change\n"),
    ],
)
async def test_cells_are_moved(move: str, order: str, said: str) -> None:
    bench = Bench(TN, "x = 1", "y = x", "z = 3")
    await bench.restore()
    done = await change(bench, f"nb.move_cell({move})")
    assert (done.success, list(notebook(bench)), done.stdout) == (True, order.split(), said)
    assert done.cells == {}


async def test_a_cell_is_known_by_its_name_too() -> None:
    bench = Bench(TN, "x = 1")
    await bench.edit(put={"c7": CellSource("c7", "y = x", name="load")})
    await bench.restore()
    done = await change(bench, "nb.edit_cell('load', 'y = x + 1')", "nb.create_cell('# text', name='end')")
    assert (done.success, done.stdout) == (True, "created c4\nedited c7 (y)\n")
    assert [cell.name for cell in bench.kernel.notebook.cells] == [None, None, "load", "end"]


async def test_cells_that_are_run_take_what_depends_on_them_along() -> None:
    bench = Bench(TN, "x = 1", "y = x", "z = 2")
    await bench.restore()
    done = await change(bench, "nb.run_cell('c2')")
    assert (done.success, done.stdout) == (True, "will run c2\n")
    assert done.cells == {"c2": "idle", "c3": "idle"}


async def test_a_widget_is_set_and_its_dependents_run() -> None:
    bench = Bench(TN, "k = tn.ui.slider(1, 9, value=2)", "square = k.value ** 2")
    await bench.restore()
    done = await change(bench, "nb.set_value('k', 5)", "nb.create_cell('half = k.value / 2')")
    assert (done.success, done.stdout) == (True, "created c4 (half)\nset k\n")
    assert (bench.value("square"), bench.value("half")) == (25, 2.5)
    assert [event.value for event in done.all_events if isinstance(event, ElementChanged)] == [5]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["nb.create_cell('x = 2')"], "c2: 'x' is also defined by c4"),
        (["nb.edit_cell('c2', 'x = y')"], "c2"),
        (["nb.create_cell('a = b')", "nb.create_cell('b = a')"], "c5: "),
        (["nb.create_cell('fine = 1')", "nb.create_cell('wrong =')"], "c5, line 1: SyntaxError: invalid"),
        (["nb.edit_cell('c3', 'def f(:')"], "c3, line 1: SyntaxError"),
        (["nb.set_value('nothing', 5)", "nb.create_cell('fine = 1')"], "there is no widget 'nothing'"),
        (["nb.create_cell('fine = 1')", "1 / 0"], "ZeroDivisionError: division by zero"),
        (["nb.delete_cell('c2')", "nb.edit_cell('c2', '')"], "no cell is called 'c2'; the ids are: c1, c3"),
        (["nb.delete_cell('c9')"], "no cell is called 'c9'; the ids are: c1, c2, c3"),
        (["nb.move_cell('c1', before='c1')"], "c1 cannot be moved beside itself"),
        (["nb.create_cell('q = 1', before='c1', after='c2')"], "give one of the two"),
        (["nb.create_cell('q = 1')", "raise KeyboardInterrupt"], "the run was interrupted"),
        (["nb.create_cell('q = 1')", "tn.missing"], "AttributeError"),
    ],
)  # fmt: skip
async def test_what_would_be_wrong_changes_nothing(lines: list[str], said: str) -> None:
    bench = Bench(TN, "x = 1", "y = x")
    await bench.restore()
    last = await refused(bench, *lines)
    assert said in last
    assert (await bench.execute("x, y")).text == "(1, 1)"


async def test_the_error_names_all_cells_and_how_to_skip() -> None:
    bench = Bench(TN, "x = 1", "y = x")
    await bench.restore()
    last = await refused(bench, "nb.create_cell('x = 2')", "nb.create_cell('x =')")
    assert last.startswith("tiffin.errors.UsageError: nothing was changed, for there would be errors: ")
    assert "c2: " in last
    assert "c4: " in last
    assert "c5, line 1: " in last
    assert last.endswith("(tn.code_mode(skip_validation=True) changes it all the same)")


@pytest.mark.parametrize(
    ("lines", "cells"),
    [
        (["nb.create_cell('x = 2')"], {"c2": "error", "c4": "error", "c3": "cancelled"}),
        (["nb.edit_cell('c2', 'x = y')"], {"c2": "error", "c3": "error"}),
        (["nb.create_cell('x =')"], {"c4": "error"}),
    ],
)
async def test_without_validation_the_graph_shows_the_error(
    lines: list[str], cells: Mapping[str, str]
) -> None:
    bench = Bench(TN, "x = 1", "y = x")
    await bench.restore()
    done = await change(bench, *lines, skip=True, after="'went on'")
    assert (done.ended.success, done.text, done.success) == (True, "'went on'", False)
    assert done.cells == cells
    assert bench.kernel.graph.problems.keys() == {cell for cell, status in cells.items() if status == "error"}


async def test_errors_of_before_are_no_reason_to_refuse() -> None:
    bench = Bench(TN, "x =", "y = 1")
    await bench.restore()
    done = await change(bench, "nb.edit_cell('c3', 'y = 2')")
    assert (done.success, bench.value("y")) == (True, 2)
    assert (await change(bench, "nb.edit_cell('c2', 'x = 3')")).success


async def test_a_created_cell_that_fails_makes_the_run_fail() -> None:
    bench = Bench(TN, "x = 0")
    await bench.restore()
    done = await change(bench, "nb.create_cell('y = 1 / x')", "nb.create_cell('y')")
    assert (done.ended.success, done.success) == (True, False)
    assert done.cells == {"c3": "error", "c4": "cancelled"}
    assert notebook(bench)["c3"] == "y = 1 / x"


async def test_what_one_block_did_stays_when_the_code_fails_later() -> None:
    bench = Bench(TN)
    await bench.restore()
    done = await change(bench, "nb.create_cell('y = 1')", after="1 / 0")
    assert (done.success, done.cells, bench.value("y")) == (False, {"c2": "idle"}, 1)


async def test_a_second_block_may_take_back_what_the_first_one_did() -> None:
    bench = Bench(TN, "k = tn.ui.slider(1, 9)", "k.value")
    await bench.restore()
    first = block("new = nb.create_cell('y = 1')", "nb.set_value('k', 3)", "nb.run_cell('c3')")
    second = block("nb.delete_cell(new)", "nb.delete_cell('c2')", "nb.edit_cell('c3', '3')")
    done = await bench.execute(first + second)
    assert (done.success, done.cells) == (True, {"c3": "idle"})
    assert notebook(bench) == {"c1": TN, "c3": "3"}


async def test_in_document_order_a_name_may_have_several_definitions() -> None:
    bench = Bench(TN, "x = 1", "x + 1", fields={"order": "document"})
    await bench.restore()
    done = await change(bench, "nb.create_cell('x = 7', before='c3')")
    assert (done.success, list(notebook(bench))) == (True, ["c1", "c2", "c4", "c3"])
    assert bench.shown["c3"] == "8"


async def test_a_transaction_is_asked_inside_its_block() -> None:
    bench = Bench(TN, "x = 1")
    await bench.restore()
    done = await change(bench, "pass", after="nb.create_cell('y = 1')")
    assert "a transaction is asked inside its block" in done.stderr
    assert list(notebook(bench)) == ["c1", "c2"]


async def test_cells_cannot_use_it_nor_scripts() -> None:
    bench = Bench(TN, "async with tn.code_mode() as nb:\n    nb.create_cell('y = 1')")
    runs = await bench.restore()
    assert runs["c2"].error is not None
    assert runs["c2"].error.message.startswith("tn.code_mode() works in the scratchpad")
    with pytest.raises(UsageError, match="there is no scratchpad here"):
        tiffin.code_mode()
    alone = Bench(TN, "tn.code_mode()", scratchpad=None)
    runs = await alone.restore()
    assert runs["c2"].error is not None
    assert runs["c2"].error.message == "there is no scratchpad here: tn.code_mode() needs one"
