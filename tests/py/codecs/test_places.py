"""Paths in the notebook's folder."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import tiffin as tn
from tiffin.codecs.places import in_notebook
from tiffin.codecs.plain import PlainCodec


@pytest.fixture
def move(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """Two folders; the notebook is in the first, and `main` moves it."""
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    at(monkeypatch, folders[0])
    return folders


def at(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(sys.modules["__main__"], "__file__", str(folder / "lunch.py"), raising=False)


def test_it_is_a_path_like_any_other(move: list[Path]) -> None:
    path = tn.notebook_location() / "public" / "x.csv"
    assert isinstance(path, Path)
    assert path == move[0] / "public" / "x.csv"
    assert os.fspath(path) == str(move[0] / "public" / "x.csv")
    assert tn.notebook_location() == move[0]
    assert (path.name, path.suffix, path.parent.name) == ("x.csv", ".csv", "public")


def test_elsewhere_it_leads_to_the_same_file(move: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    codec = PlainCodec()
    path = tn.notebook_location() / "public" / "ü.csv"
    encoded = codec.encode(path)
    pickled = pickle.dumps(path)
    assert str(move[0]).encode() not in pickled
    at(monkeypatch, move[1])
    assert codec.encode(tn.notebook_location() / "public" / "ü.csv") == encoded
    assert codec.decode(encoded.data) == pickle.loads(pickled) == move[1] / "public" / "ü.csv"


def test_outside_of_the_notebooks_folder_it_is_what_it_is(
    move: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = in_notebook("x").parent.parent / "other"
    codec = PlainCodec()
    encoded, pickled = codec.encode(path), pickle.dumps(path)
    at(monkeypatch, move[1] / "deep")
    assert codec.decode(encoded.data) == pickle.loads(pickled) == path


def test_in_a_script_it_is_the_folder_of_the_script(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import tiffin as tn\nprint(tn.notebook_location())")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True, cwd="/")
    assert done.stdout.strip() == str(tmp_path)


def test_where_there_is_no_file_it_is_where_one_is(tmp_path: Path) -> None:
    code = "import tiffin as tn; print(tn.notebook_location())"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout.strip() == str(tmp_path)
