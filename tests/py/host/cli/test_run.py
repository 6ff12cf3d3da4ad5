"""`tiffin run`: its table, its JSON, its prints, how it ends, and a real terminal."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from shell import LUNCH, TIFFIN, Shell


def test_a_file_is_no_place_for_a_cache(shell: Shell) -> None:
    shell.write("cache", "a file")
    shell.refuses("run", "lunch.py", "--cache", "cache", says="cache is a file: the cache is a folder")


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
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch(rf"tiffin: {re.escape(says)}[^\n]*\n", result.stderr)


def test_running_shows_a_table(shell: Shell) -> None:
    result = shell.run("run", "lunch.py")
    assert (result.exit_code, result.stdout) == (0, "")
    lines = [line.split() for line in result.stderr.splitlines()]
    assert lines[0] == ["cell", "state", "time", "result", "bytes"]
    assert [(line[0], line[1], line[4]) for line in lines[1:]] == [
        ("c1", "idle", "run"),
        ("c2", "idle", "run"),
        ("c3", "idle", "run"),
    ]
    again = shell.run("run", "lunch.py")
    assert again.stderr.count(" hit ") == 3


def test_running_as_json(shell: Shell) -> None:
    cells = json.loads(shell.run("run", "lunch.py", "--json").stdout)
    assert [cell.keys() for cell in cells] == [
        {"cell", "state", "seconds", "hit", "bytes", "key", "error"}
    ] * 3
    assert all(len(cell["key"]) == 64 and cell["bytes"] > 0 for cell in cells)
    assert [(c["state"], c["hit"], c["error"]) for c in cells] == [("idle", False, None)] * 3
    again = json.loads(shell.run("run", "lunch.py", "--json").stdout)
    assert [(c["state"], c["hit"]) for c in again] == [("idle", True)] * 3


def test_running_what_fails(shell: Shell) -> None:
    shell.write("lunch.py", LUNCH.replace("x + 1", "x / 0"))
    result = shell.run("run", "lunch.py", "--json")
    assert result.exit_code == 1
    assert result.stderr == "tiffin: lunch.py, line 5 (cell c2): ZeroDivisionError: division by zero\n"
    cells = json.loads(result.stdout)
    assert [(c["cell"], c["state"], c["hit"], c["key"] is None) for c in cells] == [
        ("c1", "idle", False, False),
        ("c2", "error", False, True),
        ("c3", "cancelled", False, True),
    ]
    error = {"kind": "ZeroDivisionError", "message": "division by zero", "where": "lunch.py, line 5"}
    assert [c["error"] for c in cells] == [None, error, None]


def test_each_cell_that_failed_has_its_line(shell: Shell) -> None:
    shell.write("lunch.py", "# %%\n1 / 0\n# %%\nx =\n# %%\ny = 1\n")
    result = shell.run("run", "lunch.py")
    assert result.exit_code == 1
    assert re.findall(r"^tiffin: (.*?): ", result.stderr, re.MULTILINE) == [
        "lunch.py, line 4 (cell c2)",
        "lunch.py, line 2 (cell c1)",
    ]


SPEAKS = """# %%
print('good morning')

# %%
x = 1

# %%
import sys
print('burnt', file=sys.stderr)

def cook(pan):
    return 1 / pan
print('no end of line', end='')
cook(0)
"""


def test_what_cells_print_is_shown_when_asked_for(shell: Shell) -> None:
    shell.write("lunch.py", SPEAKS)
    assert shell.run("run", "lunch.py").stdout == ""
    for _ in range(2):  # the first cell is a hit by then, and prints all the same
        result = shell.run("run", "lunch.py", "-v")
        lines = result.stdout.splitlines()
        assert re.fullmatch(r"c1 \W+", lines[0])
        assert re.fullmatch(r"c3 \W+", lines[2])
        assert [lines[1], *lines[3:]] == ["good morning", "burnt", "no end of line"]
        assert result.exit_code == 1
        assert result.stderr.splitlines()[-3:] == [
            "    lunch.py, line 14: cook(0)",
            "    lunch.py, line 12, in cook: return 1 / pan",
            "tiffin: lunch.py, line 12 (cell c3): ZeroDivisionError: division by zero",
        ]


def test_json_stands_alone_on_stdout(shell: Shell) -> None:
    result = shell.run("run", "lunch.py", "--json", "--verbose")
    assert len(json.loads(result.stdout)) == 3
    assert "served" in result.stderr


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


class Terminal:
    """`tiffin run` in a terminal of its own."""

    def __init__(self, folder: Path, *arguments: str, rows: int = 24) -> None:
        self._master, terminal = pty.openpty()
        environment = {**os.environ, "TERM": "xterm-256color", "LINES": str(rows), "COLUMNS": "80"}
        self.process = subprocess.Popen(
            [str(TIFFIN), "run", *arguments],
            cwd=folder,
            env=environment,
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
        )
        os.close(terminal)
        self.shown = b""

    def read(self, until: bytes | None = None) -> bytes:
        """Return all that was shown up to `until`, or the end."""
        try:
            while until is None or until not in self.shown:
                piece = os.read(self._master, 65536)
                if not piece:
                    break
                self.shown += piece
        except OSError:  # how Linux says that the other side is gone
            pass
        return self.shown

    def end(self) -> int:
        self.read()
        os.close(self._master)
        return self.process.wait(20)


def test_the_table_is_alive_on_a_terminal_and_never_gets_into_a_result(tmp_path: Path) -> None:
    """It is drawn again and again while a cell runs, whose stderr is captured."""
    source = (
        "# %%\nimport sys, time\nprint('a', file=sys.stderr)\ntime.sleep(0.6)\nprint('b', file=sys.stderr)\n"
        "# %%\nx = 1\n# %%\n1 / 0\n"
    )
    (tmp_path / "slow.py").write_text(source)
    terminal = Terminal(tmp_path, "slow.py")
    assert terminal.end() == 1
    drawn = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", terminal.shown).decode()
    times = re.findall(r"c1 +running +([\d.]+ m?s)", drawn)
    assert len(set(times)) > 2
    assert drawn.count("slow.py: 3 cells") > 2
    assert re.search(r"c2 +queued", drawn)
    last = drawn[drawn.rindex("cell  state") :]
    assert re.search(r"c1 +idle .* run ", last)
    assert re.search(r"c3 +error ", last)
    assert last.endswith("tiffin: slow.py, line 9 (cell c3): ZeroDivisionError: division by zero\r\n")
    manifest = next(
        p for p in (tmp_path / "public" / "cache" / "manifests").rglob("*") if b"b\\n" in _read(p)
    )
    assert json.loads(manifest.read_bytes())["console"] == [["stderr", "a\nb\n"]]


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def test_prints_and_a_live_table_share_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "speaks.py").write_text(SPEAKS)
    terminal = Terminal(tmp_path, "speaks.py", "-v")
    assert terminal.end() == 1
    drawn = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", terminal.shown).decode()
    # Between any two of them the table may have been drawn anew.
    for text in (r"c1 ─+\r\n", r"good morning\r\n", r"c3 ─+\r\n", r"burnt\r\n", r"no end of line\r\n"):
        found = re.search(text, drawn)
        assert found is not None, text
        drawn = drawn[found.end() :]


@pytest.mark.parametrize("waits", ["import time\ntime.sleep(30)", "import asyncio\nawait asyncio.sleep(30)"])
def test_ctrl_c_stops_the_cell_that_runs(tmp_path: Path, waits: str) -> None:
    (tmp_path / "long.py").write_text(f"# %%\n{waits}\nx = 1\n# %%\ny = x\n")
    started = time.monotonic()
    terminal = Terminal(tmp_path, "long.py")
    terminal.read(until=b"running")
    time.sleep(0.3)
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.end() == 1
    assert time.monotonic() - started < 15
    assert terminal.shown.count(b"cancelled") >= 2
    assert b"tiffin: interrupted in cell c1" in terminal.shown
