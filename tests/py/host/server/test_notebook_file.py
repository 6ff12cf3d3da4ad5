"""The notebook's file: edits are in it at once, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tiffin.commands import CellSource, EditCells
from tiffin.errors import NotebookError, UsageError
from tiffin.host.server.notebook_file import NotebookFile

TEXT = "# %%\nx = 1\n\n# %%\ny = x\n"


def put(**sources: str) -> EditCells:
    return EditCells("r", tuple(CellSource(cell, source) for cell, source in sources.items()))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "nb.py"
    path.write_text(TEXT)
    return path


async def test_an_edit_is_written(path: Path) -> None:
    file = NotebookFile(path)
    edited = await file.edit(put(c2="y = x + 1", new="z = y"))
    assert (edited.put, edited.removed) == (("c2", "new"), ())
    assert "x = 1" in path.read_text()
    assert "y = x + 1" in path.read_text()
    assert path.read_text().endswith("z = y\n")
    await file.edit(EditCells("r", remove=("c1", "new")))
    assert "x = 1" not in path.read_text()
    assert [child.name for child in path.parent.iterdir()] == ["nb.py"]


async def test_an_edit_that_changes_nothing_leaves_the_file_alone(path: Path) -> None:
    before = path.stat().st_mtime_ns
    await NotebookFile(path).edit(put(c1="x = 1"))
    assert (path.read_text(), path.stat().st_mtime_ns) == (TEXT, before)


async def test_an_edit_that_makes_no_sense_changes_nothing(path: Path) -> None:
    file = NotebookFile(path)
    with pytest.raises(UsageError, match="no cell 'c9' to remove"):
        await file.edit(EditCells("r", remove=("c9",)))
    assert path.read_text() == TEXT


async def test_what_somebody_else_wrote_is_not_overwritten(path: Path) -> None:
    file = NotebookFile(path)
    path.write_text("# %%\nx = 'of my own'\n")
    with pytest.raises(NotebookError, match=r"nb\.py was changed by another program, nothing was written"):
        await file.edit(put(c1="x = 2"))
    assert path.read_text() == "# %%\nx = 'of my own'\n"
    assert file.notebook.cells[0].source == "x = 1"
    assert file.read_again()
    assert not file.read_again()
    await file.edit(put(c1="x = 3"))
    assert path.read_text() == "# %%\nx = 3\n"


async def test_a_file_that_is_gone_is_not_made_again(path: Path) -> None:
    file = NotebookFile(path)
    path.unlink()
    with pytest.raises(NotebookError, match="is gone or cannot be read"):
        await file.edit(put(c1="x = 2"))
    assert not path.exists()


async def test_a_marimo_notebook_is_not_made_another_kind_of_file(path: Path) -> None:
    text = "import marimo\n\napp = marimo.App()\n\n\n@app.cell\ndef _():\n    x = 1\n    return (x,)\n"
    path.write_text(text)
    file = NotebookFile(path)
    cell = file.notebook.cells[0].id
    with pytest.raises(NotebookError, match="convert it with 'tiffin convert'"):
        await file.edit(put(**{cell: "x = 2"}))
    assert path.read_text() == text


async def test_reading_imports_nothing_of_the_notebook(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (path.parent / "loud.py").write_text("print('imported')\nname = 1\n")
    path.write_text("# %%\nfrom loud import *\n")
    file = NotebookFile(path)
    await file.edit(put(c2="from loud import *"))
    assert capfd.readouterr().out == ""


async def test_an_edit_of_the_kernel_leaves_what_was_edited_here_meanwhile(path: Path) -> None:
    file = NotebookFile(path)
    mine = await file.edit(put(c2="y = 'mine'", new="z = y"))
    made = EditCells("r", (CellSource("c2", "y = 'its'"), CellSource("c3", "w = x")), ("c1",), ("c3", "c2"))
    await file.follow(made, {*mine.put, *mine.removed})
    assert path.read_text() == "# %%\nw = x\n\n# %%\ny = 'mine'\n\n# %%\nz = y\n"
