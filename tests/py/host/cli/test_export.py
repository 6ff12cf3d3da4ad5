"""`tiffin export`: what it refuses, what it writes, what it leaves alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shell import LUNCH, Shell
from sites import contents

from tiffin.host.export.folder import MARKER


def test_a_folder_that_holds_something_else_is_not_overwritten(shell: Shell) -> None:
    shell.write("thesis/chapter.tex", "years of work")
    shell.refuses(
        "export", "html-wasm", "lunch.py", "-o", "thesis", "--execute", says="thesis holds something else"
    )
    shell.refuses("export", "html-wasm", "lunch.py", "-o", ".", says="holds something else")


def test_a_file_is_no_place_for_a_site(shell: Shell) -> None:
    shell.write("site", "a file")
    shell.refuses("export", "html-wasm", "lunch.py", "-o", "site", "--execute", says="site is a file")
    shell.refuses("export", "html-wasm", "lunch.py", "-o", "site/deeper", says="site")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("0.0.1", "Pyodide 0.0.1 is not on this machine"),
        ("no/such/folder", "no/such/folder is no Pyodide distribution"),
        (".", ". is no Pyodide distribution: it has no pyodide.mjs"),
    ],
)
def test_an_unknown_pyodide(shell: Shell, asked: str, says: str) -> None:
    shell.refuses("export", "html-wasm", "lunch.py", "-o", "site", "--pyodide", asked, says=says)


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["a/lunch.py", "b/lunch.py"], "two notebooks are called 'lunch'"),
        (["lunch.py", "lunch.py"], "two notebooks are called 'lunch'"),
        (["lunch.py", "assets.py"], "a notebook called 'assets' cannot lie beside others"),
        (["lunch.py", "index.html.py"], "a notebook called 'index.html' cannot lie beside others"),
        (["lunch.py", "...py"], "a notebook called '..' cannot lie beside others"),
    ],
)
def test_notebooks_that_would_overwrite_each_other(shell: Shell, names: list[str], says: str) -> None:
    for name in names:
        shell.write(name, LUNCH)
    shell.refuses("export", "html-wasm", *names, "-o", "site", "--execute", says=says)


# -- a cache that cannot be read -----------------------------------------------------------------------


def manifests(shell: Shell) -> list[Path]:
    return sorted((shell.folder / "public" / "cache" / "manifests").rglob("*.json"))


def edit(**changes: Any) -> Callable[[bytes], bytes]:
    return lambda data: json.dumps({**json.loads(data), **changes}).encode()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (edit(format=2), "the manifest has format 2, this tiffin reads format 1"),
        (lambda data: data[:40] + b"}", "the manifest is damaged"),
        (lambda data: b"\xff" + data, "the manifest is damaged"),
        (lambda data: b"[]", "this is no manifest"),
        (edit(definitions=None), "the manifest is incomplete"),
        (edit(key="f" * 64), "the manifest is of another key"),
        (
            edit(definitions={"q": {"kind": "inline", "identity": "i", "type": "int", "plain": 1}}),
            "binds 'q'",
        ),
    ],
)
def test_a_manifest_that_cannot_be_read_fails_and_stays(
    shell: Shell, site: dict[str, bytes], damage: Callable[[bytes], bytes], says: str
) -> None:
    for path in manifests(shell):
        path.write_bytes(damage(path.read_bytes()))
    before = contents(shell.folder)
    result = shell.export("lunch.py", "-o", "site", "--execute")
    assert result.exit_code == 1
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("tiffin: ")]
    assert says in line
    assert "lunch.py failed, nothing was exported" in line
    assert "Traceback" not in result.output
    assert contents(shell.folder) == before


@pytest.mark.parametrize(
    "cut",
    [lambda data: b"", lambda data: data[:40], lambda data: bytes(len(data))],
    ids=["nothing", "beginning", "holes"],
)
def test_what_a_power_cut_left_of_a_manifest_is_no_result(
    shell: Shell, site: dict[str, bytes], cut: Callable[[bytes], bytes]
) -> None:
    for path in manifests(shell):
        path.write_bytes(cut(path.read_bytes()))
    result = shell.export("lunch.py", "-o", "site", "--execute")
    assert result.exit_code == 0
    assert result.stderr.count(" run ") == 3


def test_a_damaged_blob_is_removed_and_made_again(shell: Shell) -> None:
    shell.write("big.py", "# %%\nx = list(range(5000))\n")
    assert shell.export("big.py", "-o", "site", "--execute").exit_code == 0
    before = contents(shell.folder / "site")
    (blob,) = [p for p in (shell.folder / "public" / "cache" / "blobs").rglob("*") if p.is_file()]
    blob.write_bytes(b"altered")
    result = shell.export("big.py", "-o", "site", "--execute")
    assert result.exit_code == 1
    assert "the cache held a damaged blob" in result.stderr
    assert contents(shell.folder / "site") == before
    assert shell.export("big.py", "-o", "site", "--execute").exit_code == 0


# -- what comes of it ------------------------------------------------------------------------------------


def test_exporting_again_runs_nothing_and_writes_the_same_bytes(shell: Shell, site: dict[str, bytes]) -> None:
    result = shell.export("lunch.py", "-o", "site", "--execute")
    assert (result.exit_code, result.stdout) == (0, "")
    assert re.findall(r"^(c\d) +idle .* (hit|run) ", result.stderr, re.MULTILINE) == [
        ("c1", "hit"),
        ("c2", "hit"),
        ("c3", "hit"),
    ]
    assert re.search(r"^site: \d+ files, \d+\.\d MB$", result.stderr, re.MULTILINE)
    assert contents(shell.folder / "site") == site


def test_a_failing_notebook_names_cell_and_line_and_leaves_the_old_site(
    shell: Shell, site: dict[str, bytes]
) -> None:
    shell.write("lunch.py", LUNCH.replace("x + 1", "x / 0"))
    result = shell.export("lunch.py", "-o", "site", "--execute")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1] == (
        "tiffin: lunch.py failed, nothing was exported: lunch.py, line 5 (cell c2): "
        "ZeroDivisionError: division by zero (1 more cell did not run)"
    )
    assert contents(shell.folder / "site") == site
    assert sorted(path.name for path in shell.folder.iterdir()) == ["lunch.py", "public", "site"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("# %%\nx =\n", "lunch.py, line 2 (cell c1): SyntaxError"),
        ("# %%\nx = 1\n# %%\nx = 2\n", "cell c1 (lunch.py, line 2): 'x' is also defined by c2"),
        ("# %%\na = b\n# %%\nb = a\n", "cell c1 (lunch.py, line 2): these cells need each other's"),
        ("# %%\nimport sys\nsys.exit(3)\n", "lunch.py, line 3 (cell c1): SystemExit: 3"),
        ("# %%\nimport no_such_dish\n", "ModuleNotFoundError"),
    ],
)
def test_every_way_to_fail_ends_with_1(shell: Shell, site: dict[str, bytes], text: str, says: str) -> None:
    shell.write("lunch.py", text)
    result = shell.export("lunch.py", "-o", "site", "--execute")
    assert result.exit_code == 1
    assert says in result.stderr.splitlines()[-1]
    assert contents(shell.folder / "site") == site


def test_the_report_of_an_export_as_json(shell: Shell) -> None:
    shell.write("tea.py", "# %%\nimport no_such_dish_anywhere\n")
    result = shell.export("lunch.py", "-o", "site", "--execute", "--json")
    report = json.loads(result.stdout)
    assert report.keys() == {"site", "files", "bytes", "cells", "warnings"}
    assert (report["site"], report["warnings"]) == ("site", [])
    assert report["files"] == len(contents(shell.folder / "site"))
    assert [(c["cell"], c["state"], c["hit"]) for c in report["cells"]["lunch.py"]] == [
        ("c1", "idle", False),
        ("c2", "idle", False),
        ("c3", "idle", False),
    ]
    warned = json.loads(shell.export("tea.py", "-o", "site", "--json").stdout)
    assert warned["cells"] == {}
    assert "no_such_dish_anywhere is not in Pyodide 314.0.7" in warned["warnings"][0]


def test_several_notebooks_become_one_site(shell: Shell) -> None:
    shell.write("tea.py", "# %%\n'tea'\n")
    assert shell.export("lunch.py", "tea.py", "-o", "site", "--execute").exit_code == 0
    assert {"lunch/index.html", "tea/index.html", "index.html", MARKER} <= contents(
        shell.folder / "site"
    ).keys()


def test_a_playground_beside_several_notebooks_opens_them(shell: Shell) -> None:
    shell.write("tea.py", "# %%\n'tea'\n")
    result = shell.export("lunch.py", "tea.py", "-o", "site", "--playground", "--title", "Meals", "--json")
    assert result.exit_code == 0
    site = shell.folder / "site"
    page = (site / "index.html").read_text("utf-8")
    assert "<h1>Meals</h1>" in page
    assert 'href="playground/?url=..%2Ftea%2Fnotebook.json"' in page
    assert '"playground":{' in (site / "playground" / "index.html").read_text("utf-8").replace(" ", "")
    assert json.loads(result.stdout)["files"] == len(contents(site))


def test_without_being_asked_for_there_is_no_playground(shell: Shell) -> None:
    shell.write("playground.py", "# %%\n'swings'\n")
    assert shell.export("lunch.py", "playground.py", "-o", "site").exit_code == 0
    assert "Open in the playground" not in (shell.folder / "site" / "index.html").read_text("utf-8")


def test_a_playground_needs_several_notebooks_and_a_name_of_its_own(shell: Shell) -> None:
    alone = ("export", "html-wasm", "lunch.py", "-o", "site", "--playground")
    shell.refuses(*alone, says="--playground goes with several notebooks")
    shell.write("playground.py", "# %%\n'swings'\n")
    both = ("export", "html-wasm", "lunch.py", "playground.py", "-o", "site", "--playground")
    shell.refuses(*both, says="a notebook called 'playground' cannot lie beside others")


def test_names_in_brackets_are_names(shell: Shell) -> None:
    shell.write("[/b][red].py", LUNCH)
    result = shell.export("[/b][red].py", "-o", "[/i]", "--execute")
    assert result.exit_code == 0
    assert "[/i]: " in result.stderr
