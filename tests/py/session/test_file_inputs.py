"""Files that cells read and write: a hit is what a fresh run would show, whatever happened to them."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

import numpy as np
import pytest
from notebooks import notebook

from tiffin.cache.notebook_folder import NotebookFolder
from tiffin.commands import CheckFiles, Restore, RunStale
from tiffin.events import CellEnded, Event, Notice
from tiffin.host.cli.progress import result_of
from tiffin.host.export.cook import cook
from tiffin.session.kernel import Kernel, KernelServices

# Cells leave files open, as authors do.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


class Folder:
    """A folder with a notebook; `run` is a session of its own, `how` and `shown` tell of the last one."""

    def __init__(self, path: Path) -> None:
        self.path = path / "nb"
        self.path.mkdir()
        self.notices: list[str] = []

    def run(self, *cells: str) -> str:
        """Return how the cells ended, and what the last one showed."""
        events: list[Event] = []
        cooked = cook(notebook(*cells), self.path / "nb.py", self.path / "public" / "cache", events.append)
        self.notices = [event.text for event in events if isinstance(event, Notice)]
        ended = [cooked.cells[cell] for cell in cooked.graph.cells]
        return " ".join([*map(result_of, ended), str(ended[-1].output.get("text/plain"))])

    def write(self, name: str, text: str) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def as_csv(path: Path, number: int) -> None:
    path.write_text(f"a\n{number}\n")


def as_npy(path: Path, number: int) -> None:
    with path.open("wb") as file:
        np.save(file, np.array([number]))


def as_raw(path: Path, number: int) -> None:
    path.write_bytes(bytes([number]))


def as_json(path: Path, number: int) -> None:
    path.write_text(str(number))


def as_parquet(path: Path, number: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"a": [number]}), path)


def as_sqlite(path: Path, number: int) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("create table if not exists t (a)")
        connection.execute("delete from t")
        connection.execute("insert into t values (?)", [number])
    connection.close()


READERS = {
    "open": (as_csv, "int(open('d').read().split()[1])"),
    "os.open": (as_raw, "import os\nh = os.open('d', os.O_RDONLY)\nb = os.read(h, 9)\nos.close(h)\nb[0]"),
    "pathlib": (as_csv, "import pathlib\nint(pathlib.Path('d').read_text().split()[1])"),
    "absolute": (as_csv, "import os\nint(open(os.path.abspath('d')).read().split()[1])"),
    "outside": (as_csv, "int(open('../nb/../other.csv').read().split()[1])"),
    "csv": (as_csv, "import csv\nwith open('d') as f: rows = list(csv.reader(f))\nint(rows[1][0])"),
    "json": (as_json, "import json\njson.load(open('d'))"),
    "sqlite3": (as_sqlite, "import sqlite3\nsqlite3.connect('d').execute('select a from t').fetchone()[0]"),
    "pandas": (as_csv, "import pandas\nint(pandas.read_csv('d').a[0])"),
    "numpy": (as_npy, "import numpy\nint(numpy.load('d')[0])"),
    "memmap": (as_raw, "import numpy\nint(numpy.memmap('d', mode='r')[0])"),
    "memmap that may write": (as_raw, "import numpy\nint(numpy.memmap('d')[0])"),
    "polars": (as_csv, "import polars\npolars.read_csv('d')['a'][0]"),
    "pyarrow": (as_parquet, "import pyarrow.parquet as q\nq.read_table('d')['a'][0].as_py()"),
}


@pytest.mark.parametrize("reader", READERS)
def test_who_reads_a_file_reads_it_again_when_it_has_changed(reader: str, folder: Folder) -> None:
    write, code = READERS[reader]
    file = folder.path / ("../other.csv" if reader == "outside" else "d")
    write(file, 1)
    assert folder.run(code) == "run 1"
    assert folder.run(code) == "hit 1"
    write(file, 2)
    assert folder.run(code) == "run 2"
    assert folder.run(code) == "hit 2"
    touched = file.stat()
    write(file, 3)  # of the same size and time
    os.utime(file, ns=(touched.st_atime_ns, touched.st_mtime_ns))
    assert folder.run(code) == "run 3"


NAMED_ELSEWHERE = {
    "text": ("p = 'd'", "import polars", "polars.read_csv(p)['a'][0]"),
    "path": ("import pathlib\np = pathlib.Path('d')", "import polars", "polars.read_csv(p)['a'][0]"),
    "function": ("def f(): return polars.read_csv('d')", "import polars", "f()['a'][0]"),
    "default": ("def f(p='d'): return polars.read_csv(p)", "import polars", "f()['a'][0]"),
    "list": ("ps = ['d', 'e']", "import polars", "sum(polars.read_csv(p)['a'][0] for p in ps[:1])"),
    "dict": ("ps = {'one': 'd'}", "import polars", "polars.read_csv(ps['one'])['a'][0]"),
    "constant of a function's cell": (
        "P = 'd'\ndef f(): return polars.read_csv(P)",
        "import polars",
        "f()['a'][0]",
    ),
    "method": (
        "class C:\n    p = 'd'\n    def f(self): return polars.read_csv(self.p)",
        "import polars",
        "C().f()['a'][0]",
    ),
}


@pytest.mark.parametrize("case", NAMED_ELSEWHERE)
def test_a_file_that_a_library_opens_by_itself_is_found_where_it_is_named(case: str, folder: Folder) -> None:
    cells = NAMED_ELSEWHERE[case]
    as_csv(folder.path / "d", 1)
    assert folder.run(*cells)[-5:] == "run 1"
    assert folder.run(*cells)[-5:] == "hit 1"
    as_csv(folder.path / "d", 2)
    assert folder.run(*cells)[-5:] == "run 2"


def test_what_is_made_of_a_big_value_that_came_from_a_file_follows_the_file(folder: Folder) -> None:
    cells = "import numpy", "big = numpy.full(200_000, float(open('d').read()))", "float(big.sum())"
    folder.write("d", "1")
    assert folder.run(*cells) == "run run run 200000.0"
    assert folder.run(*cells) == "hit hit hit 200000.0"
    folder.write("d", "2")
    assert folder.run(*cells) == "hit run run 400000.0"
    folder.write("d", "1")
    assert folder.run(*cells) == "hit run hit 200000.0"


def test_a_cached_call_on_a_big_value_that_came_from_a_file_follows_the_file(folder: Folder) -> None:
    cell = (
        "import numpy, tiffin as tn\n"
        "@tn.persistent_cache\ndef total(a): return float(a.sum())\n"
        "big = numpy.full(200_000, float(open('d').read()))\ntotal(big)"
    )
    folder.write("d", "1")
    assert folder.run(cell) == "run 200000.0"
    folder.write("d", "2")
    assert folder.run(cell) == "run 400000.0"


def test_a_file_that_the_cell_made_itself_is_no_input(folder: Folder) -> None:
    cell = "with open('made', 'w') as f: f.write('1')\nopen('made').read()"
    assert folder.run(cell) == "run '1'"
    assert folder.run(cell) == "hit '1'"


def test_what_a_hit_wrote_is_as_it_wrote_it_or_it_runs_again(folder: Folder) -> None:
    def cells(number: int) -> tuple[str, str]:
        write = f"import pathlib\ndone = len(str(pathlib.Path('made').write_text('{number}')))"
        return write, "done, open('made').read()"

    assert folder.run(*cells(1)) == "run run (1, '1')"
    assert folder.run(*cells(2)) == "run run (1, '2')"
    assert folder.run(*cells(1)) == "run run (1, '1')"
    assert folder.run(*cells(1)) == "hit hit (1, '1')"
    (folder.path / "made").unlink()
    assert folder.run(cells(1)[0]) == "hit None"
    assert folder.notices == ["c1: made, which it wrote, is gone: run it again by force to have it back"]


def test_what_was_renamed_was_written(folder: Folder) -> None:
    cell = "import os, pathlib\npathlib.Path('tmp').write_text('{0}')\nos.replace('tmp', 'o' + 'ut')\n{0}"
    assert folder.run(cell.format(1)) == "run 1"
    assert folder.run(cell.format(1)) == "hit 1"
    assert folder.run(cell.format(2)) == "run 2"
    assert folder.run(cell.format(1)) == "run 1"
    assert (folder.path / "out").read_text() == "1"


def test_a_counter_in_a_file_counts_in_every_session(folder: Folder) -> None:
    cell = "import pathlib\nf = pathlib.Path('n')\nf.write_text(str(int(f.read_text()) + 1))\nf.read_text()"
    folder.write("n", "1")
    assert [folder.run(cell) for _ in range(3)] == ["run '2'", "run '3'", "run '4'"]


def test_reading_and_writing_back_the_same_is_no_change(folder: Folder) -> None:
    cell = "import pathlib\nf = pathlib.Path('n')\nf.write_text(f.read_text())"
    folder.write("n", "1")
    assert [folder.run(cell) for _ in range(2)] == ["run 1", "hit 1"]


def test_a_file_that_changes_while_the_body_runs_was_not_read_as_it_is_then(folder: Folder) -> None:
    change = (
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', \"open('d', 'w').write('new!')\"])"
    )
    cell = (
        f"text = open('d').read()\nif text == 'old':\n    {change.replace(chr(10), chr(10) + '    ')}\ntext"
    )
    folder.write("d", "old")
    assert folder.run(cell) == "run 'old'"
    assert folder.run(cell) == "run 'new!'"
    assert folder.run(cell) == "hit 'new!'"


def test_a_file_that_is_gone_or_comes(folder: Folder) -> None:
    cell = "try:\n    found = open('d').read()\nexcept FileNotFoundError:\n    found = None\nstr(found)"
    assert folder.run(cell) == "run 'None'"
    assert folder.run(cell) == "hit 'None'"
    file = folder.write("d", "1")
    assert folder.run(cell) == "run '1'"
    file.unlink()
    assert folder.run(cell) == "run 'None'"


@pytest.mark.parametrize(
    "listing",
    [
        "import os\nsorted(os.listdir('data'))",
        "import os\nsorted(e.name for e in os.scandir('data'))",
        "import glob\nsorted(os.path.basename(p) for p in glob.glob('data/*'))\nimport os",
        "import pathlib\nsorted(p.name for p in pathlib.Path('data').glob('*'))",
        "import os\nsorted(f for _, _, fs in os.walk('data') for f in fs)",
    ],
)
def test_the_names_in_a_folder_are_an_input_of_who_lists_them(listing: str, folder: Folder) -> None:
    cell = listing.replace("\nimport os", "") if listing.startswith("import glob") else listing
    cell = cell.replace("import glob", "import glob, os")
    folder.write("data/a", "1")
    assert folder.run(cell) == "run ['a']"
    assert folder.run(cell) == "hit ['a']"
    folder.write("data/b", "1")
    assert folder.run(cell) == "run ['a', 'b']"
    (folder.path / "data" / "a").unlink()
    assert folder.run(cell) == "run ['b']"


def test_a_listing_of_the_notebooks_own_folder_leaves_out_the_cache_and_imports_list_nothing(
    folder: Folder,
) -> None:
    listing = "import os\nlen([n for n in os.listdir() if n != 'public'])"
    assert folder.run(listing) == "run 0"
    assert folder.run(listing) == "hit 0"
    folder.write("helper_a.py", "")
    assert folder.run("import helper_a\nhelper_a.__name__") == "run 'helper_a'"
    folder.write("other", "")
    assert folder.run("import helper_a\nhelper_a.__name__") == "hit 'helper_a'"
    assert folder.run(listing) == "run 2"


def test_a_link_counts_under_its_own_name(folder: Folder) -> None:
    folder.write("one/d", "1")
    folder.write("two/d", "2")
    link, to = folder.path / "now", folder.path / "d"
    link.symlink_to("one")
    to.symlink_to("one/d")
    cell = "open('now/d').read() + open('d').read()"
    assert folder.run(cell) == "run '11'"
    assert folder.run(cell) == "hit '11'"
    link.unlink()
    link.symlink_to("two")
    assert folder.run(cell) == "run '21'"
    to.unlink()
    to.symlink_to("two/d")
    assert folder.run(cell) == "run '22'"
    folder.write("two/d", "3")
    assert folder.run(cell) == "run '33'"


def test_a_named_pipe_blocks_nobody(folder: Folder) -> None:
    os.mkfifo(folder.path / "pipe")
    cell = (
        "name = 'pipe'\nimport os, threading\nopen(os.open('pipe', os.O_RDONLY | os.O_NONBLOCK)).close()\n1"
    )
    assert folder.run(cell) == "run 1"
    assert folder.run(cell) == "hit 1"


def test_own_modules_count_with_those_that_they_import(folder: Folder) -> None:
    cells = "import helper_b", "helper_b.f()"
    folder.write("helper_b.py", "from helper_c import g\ndef f(): return g()")
    folder.write("helper_c.py", "def g(): return 1")
    assert folder.run(*cells) == "run run 1"
    assert folder.run(*cells) == "hit hit 1"
    folder.write("helper_c.py", "def g(): return 10")
    assert folder.run(*cells)[-6:] == "run 10"


def test_ten_thousand_texts_cost_little(tmp_path: Path) -> None:
    watched = NotebookFolder(tmp_path, tmp_path / "cache")
    texts = [f"name {number}.csv" for number in range(10_000)]
    for number in range(50):
        (tmp_path / f"file {number}").touch()

    def seconds() -> float:
        started = time.perf_counter()
        watched.end(watched.begin(), frozenset(), texts)
        return time.perf_counter() - started

    assert min(seconds() for _ in range(5)) < 0.02


async def open_kernel(path: Path, *cells: str, lazy: bool = False) -> tuple[Kernel, list[Event]]:
    """Return a kernel whose cells were brought to their results, and its events from then on."""
    events: list[Event] = []
    surroundings = NotebookFolder(path, path / "public" / "cache")
    book = notebook(*cells, settings={"autorun": False} if lazy else {})
    kernel = Kernel(book, KernelServices(surroundings=surroundings), events.append)
    await kernel.handle(Restore("r", {}))
    events.clear()
    return kernel, events


def ends(events: list[Event]) -> list[tuple[str, str, str | None]]:
    found: list[tuple[str, str, str | None]] = [
        (e.cell, e.status, e.reason) for e in events if isinstance(e, CellEnded)
    ]
    events.clear()
    return found


async def test_cells_that_found_a_file_otherwise_run_when_it_is_checked(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.path)
    file = folder.write("x.txt", "1")
    kernel, events = await open_kernel(
        folder.path, "x = open('x.txt').read()", "y = x + '!'", "open('missing.txt').read()", "z = 1"
    )
    await kernel.handle(CheckFiles("r", ("x.txt", "missing.txt")))
    assert ends(events) == []
    file.write_text("2")
    folder.write("missing.txt", "here")
    await kernel.handle(CheckFiles("r", ("z.txt",)))
    assert ends(events) == [], "only what is named is checked"
    await kernel.handle(CheckFiles("r", ("x.txt", "missing.txt")))
    assert ends(events) == [("c1", "idle", None), ("c2", "idle", None), ("c3", "idle", None)]
    assert kernel.namespace.globals["y"] == "2!"
    file.unlink()
    await kernel.handle(CheckFiles("r", ("x.txt",)))
    assert [(cell, status) for cell, status, _ in ends(events)] == [("c1", "error"), ("c2", "cancelled")]


async def test_a_lazy_notebook_says_that_a_file_has_changed(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.path)
    file = folder.write("x.txt", "1")
    kernel, events = await open_kernel(folder.path, "x = open('x.txt').read()", "y = x + '!'", lazy=True)
    file.write_text("2")
    await kernel.handle(CheckFiles("r", ("x.txt",)))
    assert ends(events) == [
        ("c1", "stale", "a file that it reads has changed"),
        ("c2", "stale", "a cell that it depends on has another result"),
    ]
    await kernel.handle(RunStale("r"))
    assert kernel.namespace.globals["y"] == "2!"


async def test_who_wrote_a_file_writes_it_again_where_another_was_put_and_not_where_it_was_removed(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.path)
    kernel, events = await open_kernel(
        folder.path, "import pathlib\npathlib.Path('o.txt').write_text('mine')"
    )
    file = folder.path / "o.txt"
    file.unlink()
    await kernel.handle(CheckFiles("r", ("o.txt",)))
    assert ends(events) == []
    file.write_text("another")
    await kernel.handle(CheckFiles("r", ("o.txt",)))
    assert ends(events) == [("c1", "idle", None)]
    assert file.read_text() == "mine"


async def test_who_listed_the_folder_sees_a_file_that_came(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.path)
    kernel, events = await open_kernel(folder.path, "import os\nn = sorted(os.listdir())")
    folder.write("new.txt", "")
    await kernel.handle(CheckFiles("r", ("new.txt",)))
    assert ends(events) == [("c1", "idle", None)]
    assert kernel.namespace.globals["n"] == ["new.txt"]
