"""The folder of a notebook to which files come while it is open."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tiffin.cache.manifest import FileRead
from tiffin.cache.surroundings import ABSENT_FILE
from tiffin.host.browser.files import WorkerFolder
from tiffin.ids import Digest, digest

NONE: frozenset[str] = frozenset()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder, as a worker has it: where the process is, and first on the path of modules."""
    folder = tmp_path / "pyodide"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(folder)
    before = set(sys.modules)
    yield folder
    for name in set(sys.modules) - before:
        del sys.modules[name]


def paths(files: tuple[FileRead, ...]) -> list[str]:
    return [file.path for file in files]


def test_what_is_read_and_written_is_recorded_as_natively(place: Path) -> None:
    surroundings = WorkerFolder(place, {})
    (place / "in.csv").write_text("1")
    recording = surroundings.begin()
    text = Path("in.csv").read_text()
    Path("out.csv").write_text(text)
    used = surroundings.end(recording, NONE)
    assert [(file.path, file.digest) for file in used.read] == [("in.csv", digest(b"1"))]
    assert [(file.path, file.digest) for file in used.written] == [("out.csv", digest(b"1"))]
    assert surroundings.unchanged(used.read[0])
    (place / "in.csv").write_text("2")
    assert not surroundings.unchanged(used.read[0])
    assert surroundings.exists("out.csv")
    assert not surroundings.exists("in2.csv")


@pytest.mark.parametrize("name", ["rows.csv", "data/rows.csv", "Élan vital.parquet"])
def test_a_file_that_is_named_and_not_there_may_come(place: Path, name: str) -> None:
    surroundings = WorkerFolder(place, {})
    used = surroundings.end(surroundings.begin(), NONE, [name])
    found = [file for file in used.read if file.digest == ABSENT_FILE]
    assert paths(tuple(found)) == ([name] if "/" not in name else [])
    assert all(surroundings.unchanged(file) for file in found)
    for file in found:
        (place / file.path).write_text("1")
        assert not surroundings.unchanged(file)


@pytest.mark.parametrize(
    "text",
    ["", ".", "hello", "two words", "a.b\nc.d", "..", ".env", "http://x.org/a.csv", "x" * 300 + ".csv"],
)
def test_other_texts_name_no_file(place: Path, text: str) -> None:
    surroundings = WorkerFolder(place, {})
    assert surroundings.end(surroundings.begin(), NONE, [text]).read == ()


def test_what_was_written_outside_the_folder_is_not_there_later(place: Path, tmp_path: Path) -> None:
    surroundings = WorkerFolder(place, {})
    recording = surroundings.begin()
    outside = tmp_path / "scratch.txt"
    outside.write_text("1")
    (written,) = surroundings.end(recording, NONE).written
    assert written.path == "../scratch.txt"
    assert surroundings.unchanged(written)
    outside.unlink()
    # Not "gone, and the result still counts", as for files that their author has put away.
    assert surroundings.exists(written.path)
    assert not surroundings.unchanged(written)


def test_what_packages_bring_is_nobodys(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    surroundings = WorkerFolder(place, {})
    recording = surroundings.begin()
    for path in ("share/man/x.1", "tmp/mine.txt", "pyodide/out.txt"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("1")
    (tmp_path / "etc.txt").touch()
    (tmp_path / "etc.txt").read_text()
    used = surroundings.end(recording, NONE)
    assert paths(used.written) == ["../tmp/mine.txt", "out.txt"]
    assert used.read == ()


def test_a_module_that_comes_and_changes_is_another_one_for_who_imports_it(place: Path) -> None:
    surroundings = WorkerFolder(place, {"tn_shipped": Digest("d" * 64)})
    modules = frozenset({"tn_brought", "tn_shipped", "json"})
    used = surroundings.end(surroundings.begin(), modules)
    assert [(file.path, file.digest) for file in used.read] == [("tn_brought.py", ABSENT_FILE)]
    assert surroundings.module_digest("tn_shipped.deep") == "d" * 64
    assert surroundings.module_digest("tn_brought") is None
    seen = []
    for number in (1, 2):
        (place / "tn_brought.py").write_text(f"NUMBER = {number}")
        surroundings.replaced("tn_brought.py")
        assert vars(importlib.import_module("tn_brought"))["NUMBER"] == number
        assert not surroundings.unchanged(used.read[0])
        used = surroundings.end(surroundings.begin(), modules)
        assert paths(used.read) == ["tn_brought.py"]
        seen.append(surroundings.module_digest("tn_brought"))
    assert None not in seen
    assert seen[0] != seen[1]


def test_other_files_leave_modules_where_they_are(place: Path) -> None:
    surroundings = WorkerFolder(place, {})
    (place / "tn_mine.py").write_text("x = 1")
    found = importlib.import_module("tn_mine")
    surroundings.replaced("rows.csv")
    assert sys.modules["tn_mine"] is found
    surroundings.replaced("tn_other.py")
    assert "tn_mine" not in sys.modules, "it may import the other one"
    assert "json" in sys.modules
