"""Editing a notebook as a value: what changes, what stays, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from notebooks import cell
from notebooks import notebook as make

from tiffin.commands import CellSource, EditCells
from tiffin.errors import UsageError
from tiffin.notebook.edit import EditedNotebook, edit_notebook
from tiffin.notebook.notebook import Notebook, NotebookCell

NB = make("x = 1", "y = x")


def edited(notebook: Notebook = NB, **fields: Any) -> EditedNotebook:
    return edit_notebook(notebook, EditCells("r", **fields), lambda read: read)


def sources(found: EditedNotebook) -> dict[str, str]:
    return {cell.id: cell.source for cell in found.notebook.cells}


def test_a_cell_is_replaced_where_it_stands() -> None:
    found = edited(put=(CellSource("c1", "x = 2"),))
    assert sources(found) == {"c1": "x = 2", "c2": "y = x"}
    assert list(sources(found)) == ["c1", "c2"]
    assert (found.put, found.removed) == (("c1",), ())


def test_a_new_cell_stands_at_the_end_or_where_the_order_says() -> None:
    new = CellSource("c3", "z = 1")
    assert list(sources(edited(put=(new,)))) == ["c1", "c2", "c3"]
    assert list(sources(edited(put=(new,), order=("c3", "c1", "c2")))) == ["c3", "c1", "c2"]
    assert list(sources(edited(put=(new,), order=("c2", "c1")))) == ["c2", "c1", "c3"]


def test_a_cell_is_removed() -> None:
    found = edited(remove=("c1", "c1"))
    assert sources(found) == {"c2": "y = x"}
    assert found.removed == ("c1",)


def test_the_notebook_before_stays_as_it_was() -> None:
    edited(put=(CellSource("c1", "x = 2"),), remove=("c2",), settings={"autorun": False})
    assert make("x = 1", "y = x") == NB


def test_what_is_put_as_it_was_is_no_change() -> None:
    assert edited(put=(CellSource("c1", "x = 1"),)).put == ()


def test_a_name_is_given_kept_and_changed() -> None:
    named = edited(put=(CellSource("c1", "x = 1", name="total"),))
    assert named.put == ("c1",)
    kept = edited(named.notebook, put=(CellSource("c1", "x = 2"),))
    assert kept.notebook.cells[0].name == "total"
    assert edited(kept.notebook, put=(CellSource("c1", "x = 2", name="sum"),)).notebook.cells[0].name == "sum"


def test_settings_of_a_cell_are_kept_unless_they_are_given() -> None:
    disabled = edited(put=(CellSource("c1", "x = 1", settings={"disabled": True}),))
    assert disabled.put == ("c1",)
    kept = edited(disabled.notebook, put=(CellSource("c1", "x = 2"),))
    assert kept.notebook.cells[0].settings == {"disabled": True}
    assert (
        edited(kept.notebook, put=(CellSource("c1", "x = 2", settings={}),)).notebook.cells[0].settings == {}
    )


def test_a_cell_becomes_markdown_and_code_again() -> None:
    text = edited(put=(CellSource("c1", "x = 1", "markdown"),))
    assert text.notebook.cells[0].kind == "markdown"
    assert edited(text.notebook, put=(CellSource("c1", "x = 1"),)).notebook.cells[0].kind == "code"


def test_only_what_somebody_wrote_is_read() -> None:
    read: list[str] = []

    def note(cell: NotebookCell) -> NotebookCell:
        read.append(cell.id)
        return cell

    cells = (CellSource("c1", "x = 1", name="total"), CellSource("c2", "y = 2"), CellSource("c3", "z"))
    edit_notebook(NB, EditCells("r", cells), note)
    assert read == ["c2", "c3"]


def test_what_reading_finds_is_kept_where_the_source_is() -> None:
    star = cell("from math import *", stars={"math": ("pi",)}, code="from math import pi")
    notebook = Notebook("nb", "nb.py", (star,))
    renamed = edited(notebook, put=(CellSource("c1", star.source, name="numbers"),)).notebook.cells[0]
    assert (renamed.stars, renamed.code, renamed.name) == (star.stars, star.code, "numbers")


def test_settings_of_the_notebook_are_merged() -> None:
    found = edited(make("x = 1", settings={"strict": True}), settings={"autorun": False})
    assert found.notebook.settings == {"strict": True, "autorun": False}
    assert found.put == ()


def test_the_order_of_names_is_a_setting_of_its_own() -> None:
    found = edited(settings={"order": "document"})
    assert (found.notebook.order, found.notebook.settings) == ("document", {})
    assert found.reordered_names
    assert not edited(found.notebook, settings={"order": "document"}).reordered_names
    assert not edited(found.notebook, put=(CellSource("c1", "x = 2"),)).reordered_names


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"remove": ("c9",)}, "there is no cell 'c9' to remove; known: c1, c2"),
        (
            {"put": (CellSource("c1", "x"), CellSource("c1", "y"))},
            "the cell 'c1' is put twice, or removed as well",
        ),
        (
            {"put": (CellSource("c1", "x = 2"),), "remove": ("c1",)},
            "the cell 'c1' is put twice, or removed as well",
        ),
        ({"put": (CellSource("", "x = 2"),)}, "the cell '' is put twice"),
        ({"put": (CellSource("the scratchpad", "x = 2"),)}, "no cell can be called 'the scratchpad'"),
        ({"order": ("c1", "c2", "c9")}, "the order names 'c9', and there is no such cell"),
        ({"order": ("c1",), "remove": ("c1",)}, "the order names 'c1', and there is no such cell"),
        ({"order": ("c2",)}, "the order leaves out 'c1': name every cell"),
        (
            {"settings": {"order": "random"}},
            "order=random is unknown; the orders are graph, document and auto",
        ),
    ],
)
def test_what_cannot_be_carried_out_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        edited(**fields)
    assert said in str(refused.value)


def test_to_remove_from_an_empty_notebook_says_that_there_is_none() -> None:
    with pytest.raises(UsageError, match="known: none"):
        edited(Notebook("nb", "nb.py", ()), remove=("c1",))


def test_a_cell_put_as_it_was_twice_is_refused_as_well() -> None:
    same = CellSource("c1", "x = 1")
    with pytest.raises(UsageError, match="put twice"):
        edited(put=(same, same))


def test_a_name_is_given_kept_and_taken_away() -> None:
    named = edited(put=(CellSource("c1", "x = 1", name="price"),)).notebook
    assert named.cells[0].name == "price"
    kept = edited(named, put=(CellSource("c1", "x = 2"),)).notebook
    assert kept.cells[0].name == "price"
    for source in ("x = 1", "x = 2"):
        assert edited(kept, put=(CellSource("c1", source, name=""),)).notebook.cells[0].name is None
    assert edited(put=(CellSource("c3", "z", name=""),)).notebook.cells[2].name is None
