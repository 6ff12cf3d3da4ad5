"""Jupyter notebooks, read and written."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.errors import NotebookError
from tiffin.ids import CellId
from tiffin.notebook.ipynb import read_ipynb, write_ipynb
from tiffin.notebook.notebook import Notebook, NotebookCell

FIXTURES = Path(__file__).parent / "fixtures"


def read(name: str) -> Notebook:
    return read_ipynb((FIXTURES / name).read_text(encoding="utf-8"), name)


def test_a_notebook_as_people_write_them() -> None:
    notebook = read("jupyter_45.ipynb")
    intro, imports, grains, shell, raw, picture = notebook.cells
    assert [cell.id for cell in notebook.cells] == ["intro", "a1b2c3d4", "grains", "shell", "raw", "pic"]
    assert (notebook.title, notebook.order) == ("Rice, counted", "auto")
    assert intro.source == "# Rice, *counted*\n\nHow many grains?"
    assert imports.code == (
        "pass  # %matplotlib inline\npass  # %load_ext autoreload\npass  # %autoreload 2\nimport math"
    )
    assert imports.settings == {"tags": ["parameters"], "hide_code": True}
    assert (grains.name, grains.code) == ("grains", "\ngrains = sum(2**k for k in range(64))\ngrains")
    assert grains.settings == {"time": True}
    assert notebook.requirements == ("rice", "dal>=2")
    assert shell.problem is not None
    assert shell.problem.startswith("line 2: `!ls` is a shell command")
    assert shell.code == "pass  # !pip install -q rice 'dal>=2'\nfiles = None\npass  # %pinfo grains"
    assert (raw.kind, raw.source, raw.settings) == ("markdown", "as it is", {"raw": True})
    assert picture.settings == {"attachments": {"a.png": {"image/png": "iVBORw0KGgo="}}}
    assert all(cell.line is None for cell in notebook.cells)


def test_cells_without_ids_are_numbered_and_the_same_each_time() -> None:
    first, second = read("jupyter_44.ipynb"), read("jupyter_44.ipynb")
    assert [cell.id for cell in first.cells] == ["c1", "c2"]
    assert first == second


def test_old_formats_are_upgraded() -> None:
    notebook = read("jupyter_3.ipynb")
    assert [(cell.id, cell.kind, cell.source) for cell in notebook.cells] == [
        ("c1", "markdown", "# An old notebook"),
        ("c2", "markdown", "text"),
        ("c3", "code", "x = 1\n%timeit x"),
    ]
    assert notebook.cells[2].code == "x = 1\n__tiffin__.timeit(lambda: (x))"


@pytest.mark.parametrize("name", ["jupyter_45.ipynb", "jupyter_44.ipynb", "jupyter_3.ipynb"])
def test_read_write_read_is_the_identity_for_files(name: str) -> None:
    first = read(name)
    written = write_ipynb(first)
    assert read_ipynb(written, name) == first
    data = json.loads(written)
    assert (data["nbformat"], data["nbformat_minor"]) == (4, 5)
    assert "time" not in json.dumps([cell["metadata"] for cell in data["cells"]])


def notebook_with(*cells: dict[str, Any], **changes: Any) -> str:
    full = [
        {"metadata": {}, "outputs": [], "execution_count": None, "cell_type": "code", **cell}
        for cell in cells
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": full, **changes})


def test_ids_that_are_no_ids_are_replaced() -> None:
    text = notebook_with(
        {"id": "same", "source": "a"},
        {"id": "same", "source": "b"},
        {"id": "not an id", "source": "c"},
        {"id": "c3", "source": "d"},
        {"id": 5, "source": "e"},
    )
    notebook = read_ipynb(text, "n.ipynb")
    assert [cell.id for cell in notebook.cells] == ["same", "c2", "c3_", "c3", "c5"]
    assert read_ipynb(write_ipynb(notebook), "n.ipynb") == notebook


def test_a_script_block_in_a_cell_states_requirements() -> None:
    block = '# /// script\n# dependencies = ["rice"]\n# ///'
    assert read_ipynb(notebook_with({"id": "a", "source": block}), "n.ipynb").requirements == ("rice",)
    broken = read_ipynb(notebook_with({"id": "a", "source": block.replace("]", "")}), "n.ipynb")
    assert broken.cells[0].problem is not None
    assert broken.cells[0].problem.startswith("line 1: the script block is not valid TOML")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "n.ipynb, line 1, column 2: not valid JSON"),
        ('{"a": 1,\n}', "n.ipynb, line 2, column 1: not valid JSON"),
        ("[]", "n.ipynb is JSON, but not a Jupyter notebook"),
        ("{}", "n.ipynb is JSON, but not a Jupyter notebook: "),
        ('{"nbformat": 4}', "n.ipynb is JSON, but not a Jupyter notebook: "),
        ('{"nbformat": "4", "cells": []}', "n.ipynb is JSON, but not a Jupyter notebook: "),
        ('{"nbformat": 9, "cells": []}', "n.ipynb has notebook format 9, the latest known is 4"),
        (
            '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 3}',
            "n.ipynb is not a valid Jupyter notebook",
        ),
        (notebook_with({"id": "a", "source": 3}), "n.ipynb, cell 1: not a cell"),
        (notebook_with({"id": "a", "source": "x", "cell_type": "song"}), "n.ipynb, cell 1: not a cell"),
        (
            notebook_with(metadata={"kernelspec": {"language": "R", "name": "ir", "display_name": "R"}}),
            "n.ipynb is a notebook in R",
        ),
        (
            notebook_with(metadata={"tiffin": {"order": "sideways"}}),
            "n.ipynb: order=sideways is unknown",
        ),
    ],
)
def test_what_is_no_notebook_is_an_error_of_one_line(text: str, message: str) -> None:
    with pytest.raises(NotebookError) as caught:
        read_ipynb(text, "n.ipynb")
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


SOURCES = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=30),
    st.sampled_from(
        ["%%time\nx", "!pip install rice", "x\n", "\n\n", "!ls", "# /// script\n# a = 1\n# ///", "%time"]
    ),
)
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.lists(st.integers() | st.text(max_size=3), max_size=2)
)
SETTINGS = st.dictionaries(
    st.sampled_from(["cache", "tags", "hide_code", "title", "a b", "raw", "attachments"]), VALUES, max_size=3
)
CELLS = st.builds(
    NotebookCell,
    id=st.just(CellId("")),
    kind=st.sampled_from(["code", "markdown"]),
    source=SOURCES,
    name=st.none() | st.sampled_from(["rice", "dal"]),
    settings=SETTINGS,
)


@st.composite
def notebooks(draw: st.DrawFn) -> Notebook:
    cells = draw(st.lists(CELLS, max_size=4))
    ids = draw(st.lists(st.from_regex(r"[a-zA-Z0-9_-]{1,8}", fullmatch=True), min_size=4, unique=True))
    return Notebook(
        name="n",
        filename="n.ipynb",
        cells=tuple(dataclasses.replace(cell, id=CellId(ids[index])) for index, cell in enumerate(cells)),
        requirements=tuple(draw(st.lists(st.sampled_from(["rice", "dal>=2"]), unique=True))),
        settings=draw(st.dictionaries(st.sampled_from(["theme", "a b"]), VALUES, max_size=2)),
        order=draw(st.sampled_from(["graph", "document"])),
    )


@given(notebooks())
def test_read_write_read_is_the_identity(notebook: Notebook) -> None:
    first = read_ipynb(write_ipynb(notebook), "n.ipynb")
    assert [(cell.id, cell.kind, cell.source, cell.name) for cell in first.cells] == [
        (cell.id, cell.kind, cell.source, cell.name) for cell in notebook.cells
    ]
    assert [{**cell.settings} for cell in first.cells] == [
        {**cell.settings, **({"time": True} if cell.kind == "code" and "%%time" in cell.source else {})}
        for cell in notebook.cells
    ]
    assert (first.settings, first.order) == (notebook.settings, notebook.order)
    assert read_ipynb(write_ipynb(first), "n.ipynb") == first
