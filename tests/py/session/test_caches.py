"""The author's caches in notebooks, in plain scripts, and in what is exported."""

# ruff: noqa: E501 (cells stand in one line)

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from notebooks import Bench, how, text

import tiffin
from tiffin.cache.manifest import read_manifest
from tiffin.events import CellConsole
from tiffin.host.export.cook import Cooked, cook
from tiffin.ids import Key
from tiffin.notebook.files import read_notebook

HELPER = "def g(a): return a * {}"
DEFINES = "import tiffin as tn\n@tn.{}\ndef f(a):\n    print('ran')\n    return g(a)"
CALLS = "[f(1), f(1)]"
EACH = ("cache", "lru_cache", "persistent_cache")


def ran(bench: Bench) -> int:
    """How often the body of `f` has run: by what cells have printed."""
    return sum(isinstance(event, CellConsole) and "ran" in event.text.text for event in bench.events)


@pytest.mark.parametrize("kind", EACH)
async def test_in_cells(kind: str) -> None:
    bench = Bench(HELPER.format(2), DEFINES.format(kind), CALLS)
    assert text((await bench.restore())["c3"]) == "[2, 2]"
    assert ran(bench) == 1
    runs = await bench.run("c3", force=True)
    assert (text(runs["c3"]), ran(bench)) == ("[2, 2]", 1)
    runs = await bench.edit(put={"c1": HELPER.format(3)})
    assert (text(runs["c3"]), ran(bench)) == ("[3, 3]", 2)
    await bench.edit(put={"c1": f"# why\n{HELPER.format(3)}"})
    assert text((await bench.run("c3", force=True))["c3"]) == "[3, 3]"
    assert (ran(bench), bench.notices) == (2, [])


async def test_a_second_session_hits_though_the_cell_runs() -> None:
    cells = (HELPER.format(2), DEFINES.format("persistent_cache"), CALLS)
    await Bench(*cells).restore()
    first = Bench(*cells)
    await first.restore()
    later = first.again(*cells[:2], "[f(1), 'another cell']")
    runs = await later.restore()
    assert how(runs) == {"c1": "cache", "c2": "cache", "c3": "run"}
    assert (text(runs["c3"]), ran(later)) == ("[2, 'another cell']", 0)
    changed = first.again(HELPER.format(3), *cells[1:])
    assert (text((await changed.restore())["c3"]), ran(changed)) == ("[3, 3]", 1)


async def test_manifests_of_cells_name_their_calls() -> None:
    bench = Bench(HELPER.format(2), DEFINES.format("persistent_cache"), CALLS, "g(1)")
    runs = await bench.restore()
    calls = {}
    for cell, run in runs.items():
        assert run.result is not None
        key = Key(run.result.key or "")
        calls[cell] = read_manifest(await bench.manifests.get(key) or b"", key, "here").calls
    assert {cell: len(keys) for cell, keys in calls.items()} == {"c1": 0, "c2": 0, "c3": 1, "c4": 0}
    assert calls["c3"][0] in await bench.manifests.keys()


BLOCK = (
    "import tiffin as tn\n_n = {}\nwith tn.persistent_cache('b') as b:\n    print('ran')\n    _x = _n + 1\n"
    "    y = [_x]\nhit = b.hit"
)


async def test_a_block_in_a_cell_restores_private_names() -> None:
    bench = Bench(BLOCK.format(1), "(hit, y)")
    assert text((await bench.restore())["c2"]) == "(False, [2])"
    runs = await bench.edit(put={"c1": f"{BLOCK.format(1)}\nz = _x"})
    assert (text(runs["c2"]), bench.value("z"), ran(bench)) == ("(True, [2])", 2, 1)
    runs = await bench.edit(put={"c1": BLOCK.format(2)})
    assert (text(runs["c2"]), ran(bench)) == ("(False, [3])", 2)


@pytest.mark.parametrize("kind", EACH)
async def test_in_document_order_a_changed_global_is_a_miss(kind: str) -> None:
    cells = ("n = 1", f"import tiffin as tn\n@tn.{kind}\ndef f(): return n", "f()", "n = 2", "f()")
    runs = await Bench(*cells, fields={"order": "document"}).run()
    assert (text(runs["c3"]), text(runs["c5"])) == ("1", "2")


@pytest.mark.parametrize("kind", EACH)
async def test_in_strict_notebooks(kind: str) -> None:
    fields = {"settings": {"strict": True}}
    bench = Bench(HELPER.format(2), DEFINES.format(kind), CALLS, fields=fields)
    assert text((await bench.restore())["c3"]) == "[2, 2]"
    runs = await bench.again().restore()
    assert (text(runs["c3"]), set(how(runs).values())) == ("[2, 2]", {"cache"})


async def test_what_has_no_content_is_known_by_the_run_that_made_it() -> None:
    cells = (
        "import threading\nlock = threading.Lock()",
        "import tiffin as tn\n@tn.cache\ndef f(): return lock.locked()",
    )
    bench = Bench(*cells, "[f(), f()]\nf.cache_info().hits")
    runs = await bench.restore()
    assert (text(runs["c3"]), bench.notices) == ("1", [])


# -- export -------------------------------------------------------------------------------------------------

NOTEBOOK = "# %%\n" + "\n# %%\n".join((HELPER.format(2), DEFINES.format("persistent_cache"), CALLS)) + "\n"


def cooked(folder: Path, source: str = NOTEBOOK) -> Cooked:
    path = folder / "nb.py"
    path.write_text(source, "utf-8")
    return cook(read_notebook(path), path, folder / "public" / "cache", lambda event: None)


def test_what_is_exported_holds_the_calls(tmp_path: Path) -> None:
    first = cooked(tmp_path)
    assert len(first.manifests) == 4
    second = cooked(tmp_path)
    assert {cell.run.result.origin for cell in second.cells.values() if cell.run.result} == {"cache"}
    assert second.manifests.keys() == first.manifests.keys()


def test_a_damaged_call_is_left_out(tmp_path: Path) -> None:
    first = cooked(tmp_path)
    cells = {cell.run.result.key for cell in first.cells.values() if cell.run.result}
    (call,) = first.manifests.keys() - cells
    (tmp_path / "public" / "cache" / "manifests" / call[:2] / f"{call}.json").write_text("{}")
    assert cooked(tmp_path).manifests.keys() == cells


def test_an_own_module_that_another_one_imports(tmp_path: Path) -> None:
    source = "# %%\nimport tiffin as tn\nimport outer\n@tn.persistent_cache\ndef f(): return outer.g()\n# %%\nf()\n"
    (tmp_path / "outer.py").write_text("import inner\ndef g(): return inner.h()\n")
    (tmp_path / "inner.py").write_text("def h(): return 1\n")

    def shown() -> object:
        return [*cooked(tmp_path, source).cells.values()][-1].output

    assert shown() == {"text/plain": "1"}
    (tmp_path / "inner.py").write_text("def h(): return 22\n")
    assert shown() == {"text/plain": "22"}


# -- plain scripts -----------------------------------------------------------------------------------------------

SCRIPT = """\
import tiffin as tn
import helper

@tn.persistent_cache
def f(a):
    from helper import double
    print("ran")
    return double(a)

@tn.cache
def once(a):
    print("once")
    return f(a)

with tn.persistent_cache("block") as block:
    print("block")
    table = {"a": [1, 2]}
print(once(2), once(2), f(2), block.hit, table)
"""
HELP = "FACTOR = 2\ndef double(a): return a * FACTOR\n"


def environment() -> dict[str, str]:
    """Where a script finds what lies beside it, which the checks' own setting forbids, and this tiffin."""
    path = os.pathsep.join([str(Path(tiffin.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    return {**{k: v for k, v in os.environ.items() if k != "PYTHONSAFEPATH"}, "PYTHONPATH": path}


def script(folder: Path, source: str = SCRIPT, helper: str = HELP) -> list[str]:
    (folder / "script.py").write_text(source, "utf-8")
    (folder / "helper.py").write_text(helper, "utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-B", str(folder / "script.py")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment(),
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_in_a_script(tmp_path: Path) -> None:
    result = "4 4 4 {} {{'a': [1, 2]}}"
    assert script(tmp_path) == ["block", "once", "ran", result.format(False)]
    assert script(tmp_path) == ["once", result.format(True)]
    assert script(tmp_path, f"# new\n{SCRIPT}") == ["once", result.format(True)]
    assert script(tmp_path, helper=HELP.replace("= 2", "= 30")) == [
        "once",
        "ran",
        "60 60 60 True {'a': [1, 2]}",
    ]
    assert script(tmp_path) == ["once", result.format(True)]


def test_a_script_beside_which_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "public").write_text("a file")
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "helper.py").write_text(HELP)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "script.py")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment(),
    )
    assert "4 4 4 False" in done.stdout
    assert (done.returncode, "could not be saved" in done.stderr) == (0, True)
