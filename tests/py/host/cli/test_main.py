"""The command line: what it says, what it ends with, and what it leaves alone."""

from __future__ import annotations

import http.client
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from sites import contents, make_assets, make_runtime, package

import tiffin
from tiffin.host.cli import main as module
from tiffin.host.cli.main import main
from tiffin.host.export.folder import MARKER
from tiffin.host.export.runtime import find_runtime
from tiffin.version import __version__

TIFFIN = Path(sys.executable).with_name("tiffin")
LUNCH = "# %%\nx = 20\n\n# %%\ny = x + 1\n\n# %%\nprint('served')\ny * 2\n"


class Shell:
    """A folder to work in, with `tiffin` at hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, catch_exceptions=False)

    def export(self, *arguments: str) -> Result:
        return self.run("export", "html-wasm", *arguments)

    def refuses(self, *arguments: str, says: str, code: int = 2) -> None:
        """Assert that a command ends with `code` and one line, and changes no file."""
        before = contents(self.folder)
        result = self.run(*arguments)
        assert (result.exit_code, result.stdout) == (code, ""), result.output
        assert re.fullmatch(r"tiffin: [^\n]+\n", result.stderr), result.stderr
        assert says in result.stderr
        assert contents(self.folder) == before


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    assets = make_assets(tmp_path / "built")
    default = make_runtime(tmp_path / "pyodide" / "314.0.7", package("numpy"))
    monkeypatch.setattr(module, "find_assets", lambda: assets)
    monkeypatch.setattr(module, "find_runtime", lambda asked: find_runtime(asked) if asked else default)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    shell = Shell(tmp_path / "work")
    shell.write("lunch.py", LUNCH)
    return shell


@pytest.fixture
def site(shell: Shell) -> dict[str, bytes]:
    """What `site` holds after a first export."""
    assert shell.export("lunch.py", "-o", "site", "--execute").exit_code == 0
    return contents(shell.folder / "site")


# -- bad input ------------------------------------------------------------------------------------------

BAD_NOTEBOOKS: dict[str, tuple[bytes | None, str]] = {
    "nothing.py": (None, "does not exist"),
    "empty.py": (b"", "is empty"),
    "blank.py": (b" \n\n\t\n", "is empty"),
    "binary.py": (b"\x7fELF\0\0\0", "is a binary file"),
    "latin.py": (b"# %%\nx = '\xe9'\n", "line 2: not UTF-8"),
    "notes.txt": (b"dear diary", "a notebook is a .py, .ipynb or .md file"),
    "none.ipynb": (b"{}", "none.ipynb"),
    "broken.ipynb": (b"{", "broken.ipynb"),
    "list.ipynb": (b"[]", "list.ipynb"),
    "no/such/folder.py": (None, "does not exist"),
}


@pytest.mark.parametrize("command", ["run", "export", "convert"])
@pytest.mark.parametrize("name", BAD_NOTEBOOKS)
def test_what_is_no_notebook_is_said_in_one_line(shell: Shell, name: str, command: str) -> None:
    content, says = BAD_NOTEBOOKS[name]
    if content is not None:
        shell.write(name, content)
    arguments = {
        "run": ["run", name],
        "export": ["export", "html-wasm", name, "-o", "site", "--execute"],
        "convert": ["convert", name, "new.md"],
    }
    shell.refuses(*arguments[command], says=says)


@pytest.mark.parametrize("command", [["run"], ["export", "html-wasm", "-o", "site", "--execute"]])
def test_an_executor_that_is_not_there(shell: Shell, command: list[str]) -> None:
    shell.write("ray.py", f"# tiffin: executor=ray\n{LUNCH}")
    shell.refuses(*command, "ray.py", says="the executor 'ray' is not installed (installed: default)")


@pytest.mark.parametrize("name", ["folder", "folder.py"])
def test_a_folder_is_no_notebook(shell: Shell, name: str) -> None:
    (shell.folder / name).mkdir()
    shell.refuses("run", name, says="is a folder, not a notebook")


def test_a_notebook_that_may_not_be_read(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    # Tests may run as root, who may read everything: the refusal itself is made up.
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "secret.py":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    shell.write("secret.py", LUNCH)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        result = shell.run("run", "secret.py")
    assert (result.exit_code, result.stderr) == (2, "tiffin: secret.py cannot be read: Permission denied\n")


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
    shell.refuses("run", "lunch.py", "--cache", "site", says="site is a file: the cache is a folder")


@pytest.mark.parametrize("name", ["lunch.py", "target.ipynb"])
def test_converting_overwrites_nothing(shell: Shell, name: str) -> None:
    shell.write("target.ipynb", "precious")
    shell.refuses("convert", "lunch.py", name, says=f"{name} is there already")


@pytest.mark.parametrize("name", ["new.txt", "new", "no/such/folder.md"])
def test_converting_to_what_cannot_be_written(shell: Shell, name: str) -> None:
    shell.refuses("convert", "lunch.py", name, says=f"{name} cannot be written")


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


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("k=10", "slider 'k' takes a number from 1 to 9, not 10"),
        ("k=many", "slider 'k' takes a number from 1 to 9, not 'many'"),
        ("q=1", "there is no widget 'q'; known: k"),
        ("k", "--set takes NAME=VALUE, not 'k'"),
        ("=1", "--set takes NAME=VALUE, not '=1'"),
    ],
)
def test_values_that_no_widget_takes(shell: Shell, value: str, says: str) -> None:
    shell.write("tea.py", "# %%\nimport tiffin as tn\nk = tn.ui.slider(1, 9)\n")
    assert shell.run("run", "tea.py").exit_code == 0
    if "many" in value:
        says = "slider 'k' takes a number, not 'many'"
    result = shell.run("run", "tea.py", "--set", value)
    assert result.exit_code == 2
    assert f"tiffin: {says}" in result.stderr


# -- a cache that cannot be read ------------------------------------------------------------------------


def manifests(shell: Shell) -> list[Path]:
    return sorted((shell.folder / "public" / "cache" / "manifests").rglob("*.json"))


def edit(**changes: Any) -> Callable[[bytes], bytes]:
    return lambda data: json.dumps({**json.loads(data), **changes}).encode()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (edit(format=2), "the manifest has format 2, this tiffin reads format 1"),
        (lambda data: data[:40], "the manifest is damaged"),
        (lambda data: b"", "the manifest is damaged"),
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


# -- export ---------------------------------------------------------------------------------------------


def test_exporting_again_runs_nothing_and_writes_the_same_bytes(shell: Shell, site: dict[str, bytes]) -> None:
    result = shell.export("lunch.py", "-o", "site", "--execute")
    assert (result.exit_code, result.stdout) == (0, "")
    assert re.findall(r"^(c\d) +(hit|run) ", result.stderr, re.MULTILINE) == [
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
    assert [(c["cell"], c["result"]) for c in report["cells"]["lunch.py"]] == [
        ("c1", "run"),
        ("c2", "run"),
        ("c3", "run"),
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


def test_names_in_brackets_are_names(shell: Shell) -> None:
    shell.write("[/b][red].py", LUNCH)
    result = shell.export("[/b][red].py", "-o", "[/i]", "--execute")
    assert result.exit_code == 0
    assert "[/i]: " in result.stderr


# -- run ------------------------------------------------------------------------------------------------


def test_running_shows_a_table(shell: Shell) -> None:
    result = shell.run("run", "lunch.py")
    assert (result.exit_code, result.stdout) == (0, "")
    lines = [line.split() for line in result.stderr.splitlines() if line.strip()]
    assert lines[0] == ["cell", "result", "time", "bytes"]
    assert [line[:2] for line in lines[1:]] == [["c1", "run"], ["c2", "run"], ["c3", "run"]]
    again = shell.run("run", "lunch.py")
    assert again.stderr.count(" hit ") == 3


def test_running_as_json(shell: Shell) -> None:
    cells = json.loads(shell.run("run", "lunch.py", "--json").stdout)
    assert [cell.keys() for cell in cells] == [{"cell", "result", "seconds", "bytes", "key"}] * 3
    assert all(len(cell["key"]) == 64 and cell["bytes"] > 0 for cell in cells)
    assert [cell["result"] for cell in json.loads(shell.run("run", "lunch.py", "--json").stdout)] == [
        "hit"
    ] * 3


def test_running_what_fails(shell: Shell) -> None:
    shell.write("lunch.py", LUNCH.replace("x + 1", "x / 0"))
    result = shell.run("run", "lunch.py", "--json")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == (
        "tiffin: lunch.py, line 5 (cell c2): ZeroDivisionError: division by zero"
    )
    assert [(c["cell"], c["result"], c["key"] is None) for c in json.loads(result.stdout)] == [
        ("c1", "run", False),
        ("c2", "error", True),
        ("c3", "cancelled", True),
    ]


def test_running_with_widgets_set(shell: Shell) -> None:
    shell.write(
        "tea.py",
        "# %%\nimport tiffin as tn\nk = tn.ui.slider(1, 9)\nt = tn.ui.text()\n"
        "# %%\nimport pathlib\npathlib.Path('out.txt').write_text(f'{k.value} {t.value}')\n",
    )
    assert shell.run("run", "tea.py", "--set", "k=4", "--set", "t=with = milk").exit_code == 0
    assert (shell.folder / "out.txt").read_text() == "4 with = milk"


def test_running_keeps_results_where_it_is_told(shell: Shell, tmp_path: Path) -> None:
    assert shell.run("run", "lunch.py", "--cache", str(tmp_path / "elsewhere")).exit_code == 0
    assert len(list((tmp_path / "elsewhere" / "manifests").rglob("*.json"))) == 3
    assert not (shell.folder / "public").exists()


def test_the_progress_bar_moves_while_a_cell_runs_and_never_gets_into_its_result(tmp_path: Path) -> None:
    """On a terminal the bar is drawn again and again while a cell runs, whose stderr is captured."""
    source = (
        "# %%\nimport sys, time\nprint('a', file=sys.stderr)\ntime.sleep(0.5)\nprint('b', file=sys.stderr)\n"
    )
    (tmp_path / "slow.py").write_text(source)
    master, terminal = pty.openpty()
    process = subprocess.Popen(
        [str(TIFFIN), "run", "slow.py"],
        cwd=tmp_path,
        env={**os.environ, "TERM": "xterm-256color"},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    shown = b""
    try:
        while piece := os.read(master, 65536):
            shown += piece
    except OSError:  # how Linux says that the other side is gone
        pass
    os.close(master)
    assert process.wait(20) == 0
    assert shown.count(b"slow.py: c1") > 2
    (manifest,) = (tmp_path / "public" / "cache" / "manifests").rglob("*.json")
    assert json.loads(manifest.read_bytes())["console"] == [["stderr", "a\nb\n"]]


# -- convert --------------------------------------------------------------------------------------------


def test_converting_and_back(shell: Shell) -> None:
    assert shell.run("convert", "lunch.py", "lunch.ipynb").exit_code == 0
    assert shell.run("convert", "lunch.ipynb", "again.py").exit_code == 0
    assert "print('served')" in (shell.folder / "again.py").read_text()
    assert "Traceback" not in shell.run("run", "again.py").output


# -- serve ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["nothing", "empty", "thesis", "lunch.py"])
def test_serving_what_is_no_site(shell: Shell, name: str) -> None:
    (shell.folder / "empty").mkdir()
    shell.write("thesis/index.html", "years of work")
    shell.refuses("serve", name, says=f"{name} is no exported site: make one with 'tiffin export html-wasm")


def test_serving_on_a_port_that_is_taken(shell: Shell, site: dict[str, bytes]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        shell.refuses("serve", "site", "--port", str(port), says=f"cannot listen on 127.0.0.1, port {port}")


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_serving_on_what_is_no_port(shell: Shell, site: dict[str, bytes], port: str) -> None:
    result = shell.run("serve", "site", "--port", port)
    assert result.exit_code == 2
    assert "Invalid value for '--port'" in result.stderr


def test_serving_until_it_is_stopped(shell: Shell, site: dict[str, bytes]) -> None:
    process = subprocess.Popen(
        [str(TIFFIN), "serve", "site", "--port", "0", "-v"],
        cwd=shell.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\n", process.stdout.readline())
        assert address is not None
        connection = http.client.HTTPConnection("127.0.0.1", int(address[1]), timeout=10)
        connection.request("GET", "/")
        assert connection.getresponse().read() == site["index.html"]
        connection.close()
    finally:
        process.send_signal(signal.SIGINT)
        said, complained = process.communicate(timeout=10)
    assert (process.returncode, complained) == (0, "stopped\n")
    assert said == f"200 GET / {len(site['index.html'])}\n"


# -- help -----------------------------------------------------------------------------------------------


def commands(group: click.Group = main, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [path]
    for name, command in group.commands.items():
        found += commands(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]
    return found


@pytest.mark.parametrize("path", commands(), ids=" ".join)
def test_every_command_helps_with_an_example(path: tuple[str, ...]) -> None:
    for option in ("-h", "--help"):
        result = CliRunner().invoke(main, [*path, option])
        assert result.exit_code == 0
        assert re.search(rf"^ +tiffin {' '.join(path)}", result.stdout, re.MULTILINE)


def test_the_version() -> None:
    assert CliRunner().invoke(main, ["--version"]).stdout == f"tiffin, version {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [["frobnicate"], ["run"], ["export", "html-wasm", "a.py"], ["run", "-x"]]
)
def test_what_makes_no_sense_ends_with_2(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert result.stdout == ""


# -- interrupts -----------------------------------------------------------------------------------------


def interrupt(folder: Path, body: str, *arguments: str, signals: int = 1) -> subprocess.CompletedProcess[str]:
    """Run a notebook whose second cell is `body`, and send SIGINT each time it writes `ready`."""
    (folder / "nb.py").write_text(f"# %%\nx = 1\n\n# %%\nimport sys, time\n{body}\n\n# %%\nx + 1\n")
    command = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from tiffin.host.cli.main import main; main()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", command, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(tiffin.__file__).parent.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            for _ in range(signals):
                assert process.stdout.readline() == "ready\n", process.communicate(timeout=20)
                process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
        except BaseException:
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


READY = "print('ready', file=sys.__stdout__, flush=True)"
STUBBORN = f"while True:\n    try:\n        {READY}\n        time.sleep(60)\n    except BaseException: pass"


def test_the_first_signal_interrupts_the_run_and_the_table_is_shown(tmp_path: Path) -> None:
    done = interrupt(tmp_path, f"{READY}\ntime.sleep(60)", "run", "nb.py")
    assert (done.returncode, done.stdout) == (1, "")
    assert re.search(r"c1 +run .*\nc2 +cancelled .*\nc3 +cancelled .*\n", done.stderr), done.stderr
    assert done.stderr.endswith("\ntiffin: interrupted in cell c2\n")


def test_an_interrupted_run_is_told_as_json_too(tmp_path: Path) -> None:
    done = interrupt(tmp_path, f"{READY}\ntime.sleep(60)", "run", "nb.py", "--json")
    assert (done.returncode, done.stderr) == (1, "tiffin: interrupted in cell c2\n")
    assert [cell["result"] for cell in json.loads(done.stdout)] == ["run", "cancelled", "cancelled"]


def test_the_second_signal_ends_the_program(tmp_path: Path) -> None:
    done = interrupt(tmp_path, STUBBORN, "run", "nb.py", signals=2)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_an_interrupted_export_leaves_no_site(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.write("stop.py", "# %%\nraise KeyboardInterrupt\n\n# %%\n1\n")
    result = shell.export("stop.py", "-o", "site", "--execute")
    assert result.exit_code == 1
    last = result.stderr.splitlines()[-1]
    assert last == "tiffin: interrupted in cell c1 of stop.py, nothing was exported"
    assert not (shell.folder / "site").exists()
