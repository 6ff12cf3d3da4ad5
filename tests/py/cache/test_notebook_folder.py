"""Files and modules beside a notebook are inputs too."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tiffin.cache.manifest import FileRead
from tiffin.cache.notebook_folder import NotebookFolder
from tiffin.host.cli.progress import result_of
from tiffin.host.export.cook import Cooked, cook
from tiffin.ids import Digest
from tiffin.notebook.files import read_notebook

READS = """
# %%
import pathlib
text = pathlib.Path("data.csv").read_text()
# %%
rows = text.split()
# %%
len(rows)
"""

IMPORTS = """
# %%
import helper
# %%
helper.double(21)
"""


def cooked(folder: Path, source: str) -> Cooked:
    path = folder / "nb.py"
    path.write_text(source, "utf-8")
    return cook(read_notebook(path), path, folder / "public" / "cache", lambda event: None)


def states(found: Cooked) -> list[str]:
    return [result_of(cell) for cell in found.cells.values()]


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a b c")
    assert states(cooked(tmp_path, READS)) == ["run", "run", "run"]
    assert states(cooked(tmp_path, READS)) == ["hit", "hit", "hit"]
    (tmp_path / "data.csv").write_text("a b c d")
    again = cooked(tmp_path, READS)
    assert states(again) == ["run", "run", "run"]
    assert [cell.output for cell in again.cells.values()][-1] == {"text/plain": "4"}
    (tmp_path / "data.csv").write_text("a b c")
    assert states(cooked(tmp_path, READS)) == ["run", "hit", "hit"]


def test_a_changed_module_of_the_notebooks_own_is_never_answered_with_old_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fresh() -> Cooked:
        monkeypatch.delitem(sys.modules, "helper", raising=False)
        return cooked(tmp_path, IMPORTS)

    (tmp_path / "helper.py").write_text("def double(x):\n    return 2 * x\n")
    assert states(fresh()) == ["run", "run"]
    assert states(fresh()) == ["hit", "hit"]
    (tmp_path / "helper.py").write_text("def double(x):\n    return x + x + 1\n")
    again = fresh()
    assert states(again)[-1] == "run"
    assert [cell.output for cell in again.cells.values()][-1] == {"text/plain": "43"}
    monkeypatch.delitem(sys.modules, "helper", raising=False)


@pytest.mark.parametrize("path", ["/dev/zero", "pipe", ".", "a\0b", "x" * 9000, "../../../etc/passwd"])
def test_a_file_that_somebody_made_up_is_not_unchanged(tmp_path: Path, path: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    folder = NotebookFolder(tmp_path, tmp_path / "cache")
    assert not folder.unchanged(FileRead(path, Digest("0" * 64)))


def test_what_counts_as_a_file_of_the_notebook(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    folder = tmp_path / "nb"
    names = ["a.txt", "sub/b.txt", ".hidden", "__pycache__/c.pyc", "cache/d"]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    outside.write_text("x")
    watched = NotebookFolder(folder, folder / "cache")
    (folder / "a.txt").read_text()
    recording = watched.begin()
    for name in names:
        (folder / name).read_text()
    outside.read_text()
    (folder / "written.txt").write_text("y")
    used = watched.end(recording, frozenset())
    files = used.read
    (folder / "a.txt").read_text()
    assert [file.path for file in files] == ["../outside.txt", "a.txt", "sub/b.txt"]
    assert [file.path for file in used.written] == ["written.txt"]
    assert watched.end(recording, frozenset()) == used
    assert all(map(watched.unchanged, files))
    (folder / "a.txt").unlink()
    assert [watched.unchanged(file) for file in files] == [True, False, True]
