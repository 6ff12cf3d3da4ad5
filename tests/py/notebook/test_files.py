"""Notebook files: formats, star imports, bad input, and writing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tiffin.errors import NotebookError
from tiffin.ids import CellId
from tiffin.notebook.files import parse_notebook, read_cell, read_notebook, write_notebook
from tiffin.notebook.notebook import Notebook, NotebookCell

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize(
    ("filename", "text", "sources"),
    [
        ("a.py", "x = 1\n", ["x = 1"]),
        ("a.py", "# %%\nx = 1\n# %%\ny\n", ["x = 1", "y"]),
        ("a.PY", "x = 1\n", ["x = 1"]),
        (
            "a.py",
            "import marimo\napp = marimo.App()\n@app.cell\ndef _():\n    x = 1\n    return\n",
            ["x = 1"],
        ),
        ("a.md", "text\n\n```python\nx = 1\n```\n", ["text", "x = 1"]),
        ("a.markdown", "text\n", ["text"]),
        ("a.ipynb", '{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": []}', []),
    ],
)
def test_suffix_and_content_decide_the_format(filename: str, text: str, sources: list[str]) -> None:
    notebook = parse_notebook(text, filename)
    assert [cell.source for cell in notebook.cells] == sources
    assert (notebook.name, notebook.filename) == ("a", filename)


@pytest.mark.parametrize(
    ("filename", "data", "message"),
    [
        ("a.py", None, "does not exist"),
        ("a.txt", None, "does not exist"),
        ("a.txt", b"x = 1", "cannot be read as a notebook: a notebook is a .py, .ipynb or .md file"),
        ("a", b"x = 1", "cannot be read as a notebook"),
        ("a.py", b"", "is empty"),
        ("a.ipynb", b" \n\t", "is empty"),
        ("a.py", b"\x7fELF\0\0", "is a binary file"),
        ("a.py", "x = 1\ny = 'caf\xe9'\n".encode("latin-1"), "line 2: not UTF-8"),
        ("a.py", b"# only a comment\n", "has no cells"),
        ("a.ipynb", b'{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": []}', "has no cells"),
        ("a.ipynb", b"x = 1", "not valid JSON"),
    ],
)
def test_bad_files_are_errors_of_one_line(
    tmp_path: Path, filename: str, data: bytes | None, message: str
) -> None:
    path = tmp_path / filename
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(NotebookError) as caught:
        read_notebook(path)
    assert message in str(caught.value)
    assert filename in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_and_a_path_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="is a folder, not a notebook"):
        read_notebook(tmp_path)
    with pytest.raises(NotebookError, match="cannot be read: "):
        read_notebook(tmp_path / ("x" * 300 + ".py"))


def test_an_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_text("x")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(NotebookError, match=r"a\.py cannot be read: Permission denied"):
        read_notebook(path)


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"\xef\xbb\xbf# %%\nx\n")
    assert [cell.source for cell in read_notebook(path).cells] == ["x"]


def test_star_imports_are_looked_up(tmp_path: Path) -> None:
    (tmp_path / "larder.py").write_text("rice = 1\n_salt = 2\nimport math\n")
    (tmp_path / "shelf.py").write_text("__all__ = ['dal', '_hidden']\ndal = 1\n_hidden = 2\n")
    (tmp_path / "rotten.py").write_text("raise SystemExit(3)\n")
    path = tmp_path / "a.py"
    path.write_text(
        "# %%\nfrom larder import *\nfrom shelf import *\n# %%\nx = 1\nfrom nowhere.at import *\n"
        "# %%\nfrom rotten import *\n# %%\nfrom . import *\n# %%\nif x:\n    from shelf import *\n"
    )
    before = list(sys.path)
    both, nowhere, rotten, relative, nested = read_notebook(path).cells
    assert both.stars == {"larder": ("math", "rice"), "shelf": ("dal", "_hidden")}
    assert both.problem is None
    assert nested.stars == {"shelf": ("dal", "_hidden")}
    assert nowhere.problem == (
        "line 6: `from nowhere.at import *`: the module cannot be imported "
        "(ModuleNotFoundError: No module named 'nowhere')"
    )
    assert rotten.problem is not None
    assert "(SystemExit: 3)" in rotten.problem
    assert relative.problem == "line 10: `from . import *`: a notebook is in no package"
    assert sys.path == before
    assert not {"larder", "shelf", "rotten"} & set(sys.modules)


@pytest.mark.parametrize("suffix", [".py", ".ipynb", ".md"])
def test_writing_and_reading_in_every_format(tmp_path: Path, suffix: str) -> None:
    source = tmp_path / "a.py"
    source.write_text("# %% [markdown]\n# # Rice\n\n# %% rice\n# tiffin: cache=never\nx = 'é'\n")
    notebook = read_notebook(source)
    target = tmp_path / f"b{suffix}"
    write_notebook(notebook, target)
    found = read_notebook(target)
    assert [(cell.kind, cell.source, cell.name, cell.settings) for cell in found.cells] == [
        ("markdown", "# Rice", None, {}),
        ("code", "x = 'é'", "rice", {"cache": "never"}),
    ]
    assert found.title == "Rice"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["a.py", target.name])


def test_writing_keeps_what_was_there_when_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_text("x = 1\n")
    path.chmod(0o640)
    notebook = read_notebook(path)

    def fail(_file: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(NotebookError, match=r"a\.py cannot be written: No space left on device"):
            write_notebook(notebook, path)
    assert path.read_text() == "x = 1\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.py"]
    write_notebook(notebook, path)
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.read_text() == "# %%\nx = 1\n"


def test_what_cannot_be_written(tmp_path: Path) -> None:
    notebook = parse_notebook("x = 1\n", "a.py")
    with pytest.raises(NotebookError, match=r"a\.txt cannot be written: a notebook is a"):
        write_notebook(notebook, tmp_path / "a.txt")
    with pytest.raises(NotebookError, match="cannot be written: No such file or directory"):
        write_notebook(notebook, tmp_path / "missing" / "a.py")
    with pytest.raises(NotebookError, match="no UTF-8 form"):
        write_notebook(parse_notebook("x = '\ud800'\n", "a.py"), tmp_path / "a.py")


def test_the_browser_form_holds_everything(tmp_path: Path) -> None:
    for path in sorted(EXAMPLES.iterdir()):
        if path.suffix not in (".py", ".ipynb", ".md"):
            continue
        notebook = read_notebook(path)
        assert all(cell.problem is None for cell in notebook.cells), path.name
        assert notebook.title
        assert Notebook.from_json(notebook.to_json()) == notebook


def test_a_cell_that_somebody_writes_is_completed_as_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "spices.py").write_text("cumin = 1\nmace = 2\n_hidden = 3\n")

    def written(source: str) -> NotebookCell:
        return read_cell(NotebookCell(CellId("c1"), "code", source), tmp_path)

    assert written("%%time\nx = 1").code is not None
    assert written("from spices import *").stars == {"spices": ("cumin", "mace")}
    assert written("x = 1") == NotebookCell(CellId("c1"), "code", "x = 1")
    assert "cannot be imported" in str(written("from nowhere import *").problem)
