"""Cooking a notebook natively."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sites import contents

from tiffin.cache.manifest import read_manifest
from tiffin.cache.notebook_folder import cache_folder
from tiffin.errors import UsageError
from tiffin.events import Event, Notice, RunCompleted
from tiffin.host.export.cook import Cooked, DamagedCache, cook
from tiffin.host.native.services import native_environment
from tiffin.ids import digest
from tiffin.notebook.files import read_notebook
from tiffin.notebook.percent import read_percent
from tiffin.stores.file import FileStore


class Kitchen:
    """A folder with a notebook and a cache."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = folder / "public" / "cache"
        self.events: list[Event] = []

    def cook(self, *cells: str, name: str = "lunch.py", values: Mapping[str, Any] | None = None) -> Cooked:
        path = self.folder / name
        path.write_text("".join(f"# %%\n{cell}\n" for cell in cells))
        return cook(read_notebook(path), path, self.cache, self.events.append, values)

    @property
    def notices(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Notice)]


@pytest.fixture
def kitchen(tmp_path: Path) -> Kitchen:
    return Kitchen(tmp_path)


def how(cooked: Cooked) -> list[str]:
    return [
        run.result.origin if run.status == "idle" and run.result else run.status
        for run in cooked.summary.cells
    ]


def outputs(cooked: Cooked) -> list[Any]:
    return [cell.output.get("text/plain") for cell in cooked.cells.values()]


@pytest.mark.parametrize(
    ("there", "notebook", "expected"),
    [
        (["a/b/public/cache"], "a/b/nb.py", "a/b/public/cache"),
        (["a/public/cache", "public/cache"], "a/b/nb.py", "a/public/cache"),
        (["public/cache"], "a/b/nb.py", "public/cache"),
        (["a/b/public", "a/cache"], "a/b/nb.py", "a/b/public/cache"),
    ],
)
def test_results_are_kept_in_the_nearest_cache(
    tmp_path: Path, there: list[str], notebook: str, expected: str
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in there:
        (tmp_path / name).mkdir(parents=True)
    assert cache_folder(tmp_path / notebook) == tmp_path / expected


def test_the_second_time_everything_is_a_hit(kitchen: Kitchen) -> None:
    cells = ("x = [1, 2]", "print('summed')\nsum(x)")
    first = kitchen.cook(*cells)
    before = contents(kitchen.cache)
    second = kitchen.cook(*cells)
    assert (how(first), how(second)) == (["run", "run"], ["cache", "cache"])
    assert outputs(second) == outputs(first) == [None, "3"]
    assert second.cells["c2"].console == (("stdout", "summed\n"),)  # type: ignore[index]
    assert (second.manifests, second.blobs) == (first.manifests, first.blobs)
    assert contents(kitchen.cache) == before


def test_what_is_to_be_shipped_is_all_that_manifests_name(kitchen: Kitchen) -> None:
    cooked = kitchen.cook("x = list(range(5000))", "'y' * 20_000", "z = 1")
    manifests = {key: json.loads(data) for key, data in cooked.manifests.items()}
    assert {cell.manifest.key for cell in cooked.cells.values() if cell.manifest} == manifests.keys()
    assert all(digest(blob) == address for address, blob in cooked.blobs.items())
    assert len(cooked.blobs) == 2
    sizes = [cell.size for cell in cooked.cells.values()]
    assert sum(sizes) == sum(map(len, [*cooked.manifests.values(), *cooked.blobs.values()]))


def test_results_of_an_edit_before_are_not_shipped(kitchen: Kitchen) -> None:
    kitchen.cook("x = 1", "x + 1")
    cooked = kitchen.cook("x = 2", "x + 1")
    assert len(cooked.manifests) == 2
    assert len(contents(kitchen.cache)) == 4


def test_cells_run_in_the_folder_of_the_notebook(kitchen: Kitchen) -> None:
    (kitchen.folder / "spices.py").write_text("cumin = 1")
    cooked = kitchen.cook("import os, sys, spices", "os.getcwd()", "__file__", "sys.path[0]", "spices.cumin")
    folder = str(kitchen.folder)
    assert outputs(cooked)[1:] == [repr(folder), repr(f"{folder}/lunch.py"), repr(folder), "1"]


@pytest.mark.parametrize(
    "body",
    [
        "import os\nos.chdir('/')",
        "import sys\nsys.path[:] = ['/nowhere']",
        "import sys\nsys.path.append('/nowhere')\n1 / 0",
    ],
)
def test_the_process_is_afterwards_as_it_was(kitchen: Kitchen, body: str) -> None:
    before = Path.cwd(), sys.path[:], sys.stdout, sys.modules["__main__"]
    kitchen.cook(body)
    assert (Path.cwd(), sys.path, sys.stdout, sys.modules["__main__"]) == before


def test_notebooks_of_two_folders_have_modules_of_their_own(tmp_path: Path) -> None:
    found = []
    for name in ("north", "south"):
        (tmp_path / name / "pantry").mkdir(parents=True)
        (tmp_path / name / "spices.py").write_text(f"place = {name!r}")
        (tmp_path / name / "pantry" / "__init__.py").write_text("")
        (tmp_path / name / "pantry" / "shelf.py").write_text(f"place = {name!r}")
        cells = ("import spices\nfrom pantry.shelf import place", "(spices.place, place)")
        found += outputs(Kitchen(tmp_path / name).cook(*cells))[1:]
    assert found == ["('north', 'north')", "('south', 'south')"]
    assert not {"spices", "pantry", "pantry.shelf"} & sys.modules.keys()


def test_a_failing_cell_leaves_the_others_their_results(kitchen: Kitchen) -> None:
    cooked = kitchen.cook("x = 1 / 0", "x + 1", "y = 2\ny")
    assert not cooked.summary.success
    assert sorted(how(cooked)) == ["cancelled", "error", "run"]
    assert len(cooked.manifests) == 1
    assert cooked.cells["c1"].manifest is None  # type: ignore[index]
    assert cooked.cells["c1"].size == 0  # type: ignore[index]
    assert isinstance(kitchen.events[-1], RunCompleted)


def test_values_are_set_after_a_first_run(kitchen: Kitchen) -> None:
    cells = ("import tiffin as tn\nk = tn.ui.slider(1, 9)", "k.value * 10", "'still'")
    cooked = kitchen.cook(*cells, values={"k": 4})
    assert {cell: done.output.get("text/plain") for cell, done in cooked.cells.items()} == {
        "c1": None,
        "c2": "40",
        "c3": "'still'",
    }
    assert cooked.summary.success


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"k": 10}, "slider 'k' takes a number from 1 to 9, not 10"),
        ({"q": 1}, "there is no widget 'q'; known: k"),
    ],
)
def test_values_that_no_widget_takes_are_an_error(
    kitchen: Kitchen, values: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        kitchen.cook("import tiffin as tn\nk = tn.ui.slider(1, 9)", values=values)


def test_values_for_a_notebook_that_fails_are_left_out(kitchen: Kitchen) -> None:
    assert how(kitchen.cook("1 / 0", values={"q": 1})) == ["error"]


def blob_files(kitchen: Kitchen) -> list[Path]:
    return [path for path in (kitchen.cache / "blobs").rglob("*") if path.is_file()]


def test_an_altered_blob_is_never_shipped(kitchen: Kitchen) -> None:
    cells = ("x = list(range(5000))", "len(x)")
    good = kitchen.cook(*cells)
    (blob,) = blob_files(kitchen)
    blob.write_bytes(b"altered")
    with pytest.raises(DamagedCache, match="run this again"):
        kitchen.cook(*cells)
    again = kitchen.cook(*cells)
    assert again.blobs == good.blobs
    assert sorted(how(again)) == ["cache", "run"]


def test_a_missing_blob_is_made_again(kitchen: Kitchen) -> None:
    good = kitchen.cook("x = list(range(5000))")
    blob_files(kitchen)[0].unlink()
    again = kitchen.cook("x = list(range(5000))")
    assert (how(again), again.blobs) == (["run"], good.blobs)
    assert "c1: a blob of its stored result is gone, so it runs again" in kitchen.notices


def test_a_cache_that_cannot_be_written_loses_no_result(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def put(self: FileStore, key: str, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileStore, "put", put)
    cooked = kitchen.cook("x = 1\nx")
    assert (outputs(cooked), cooked.manifests) == (["1"], {})
    assert kitchen.notices == ["c1: its result could not be saved: No space left on device"]


def test_a_file_is_no_cache(kitchen: Kitchen) -> None:
    kitchen.cache.parent.mkdir()
    kitchen.cache.write_text("a file where the cache should be")
    with pytest.raises(UsageError, match="is a file: the cache is a folder"):
        kitchen.cook("x = 1\nx")
    assert kitchen.cache.read_text() == "a file where the cache should be"


def test_the_environment_tells_python_and_what_is_required() -> None:
    required = json.dumps(["pytest>=8", "no-such-dish", "numpy[all] ; python_version>'3'", "???"])
    header = f"# /// script\n# dependencies = {required}\n# ///\n"
    environment = native_environment(read_percent(f"{header}# %%\n1\n", "nb.py"))
    assert environment["python"] == ".".join(map(str, sys.version_info[:3]))
    assert environment["packages"].keys() == {"pytest", "numpy"}
    assert environment["packages"]["pytest"] == pytest.__version__


def test_figures_need_no_window(kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MPLBACKEND", raising=False)
    kitchen.cook("1")
    assert os.environ.pop("MPLBACKEND") == "agg"


def test_no_text_is_ever_made_of_all_that_is_shipped(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """asyncio does so with what a task returned, when its handler of SIGINT is taken away."""
    asked: list[Cooked] = []

    def ask(cooked: Cooked) -> str:
        asked.append(cooked)
        return "cooked"

    monkeypatch.setattr(Cooked, "__repr__", ask)
    kitchen.cook("x = 1")
    assert asked == []


def test_calls_travel_also_those_of_cells_that_are_not_kept(kitchen: Kitchen) -> None:
    cells = (
        "import tiffin as tn",
        "@tn.persistent_cache\ndef slow(x):\n    return [x] * 5000",
        "kept = len(slow(1))",
        "# tiffin: cache=never\nlen(slow(2))",
    )
    for _ in range(2):
        cooked = kitchen.cook(*cells)
        manifests = [read_manifest(data, key, key) for key, data in cooked.manifests.items()]
        returned = [d for m in manifests for name, d in m.definitions.items() if name == "return"]
        assert len({definition.blob for definition in returned}) == 2
        assert {definition.blob for definition in returned} <= cooked.blobs.keys()
