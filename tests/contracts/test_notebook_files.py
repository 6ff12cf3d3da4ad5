"""The table of notebooks in files, to which the playground is held, is what native Python makes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from notebook_files import FILES, TABLE, make_entry, name_of, write_all

from tiffin.notebook.files import parse_notebook
from tiffin.notebook.notebook import Notebook

KEPT = json.loads(TABLE.read_text("utf-8"))


def test_every_file_is_in_the_table() -> None:
    assert sorted(KEPT) == sorted(map(name_of, FILES))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_the_table_is_what_native_python_makes(path: Path) -> None:
    assert make_entry(path) == KEPT[name_of(path)]


@pytest.mark.parametrize("path", FILES, ids=name_of)
@pytest.mark.parametrize("suffix", [".py", ".ipynb", ".md"])
def test_what_is_written_is_the_same_notebook(path: Path, suffix: str) -> None:
    notebook = Notebook.from_json(KEPT[name_of(path)]["notebook"])
    text = write_all(notebook)[suffix]
    read = parse_notebook(text, f"{notebook.name}{suffix}")
    sources = [(cell.kind, cell.source, cell.name) for cell in notebook.cells if cell.source]
    assert [(cell.kind, cell.source, cell.name) for cell in read.cells] == sources
