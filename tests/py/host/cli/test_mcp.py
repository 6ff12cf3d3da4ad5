"""`tiffin mcp`, as far as it refuses to start; `tests/py/host/server/mcp` has the rest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from live_server import LiveServer
from shell import Shell

import tiffin

WITHOUT = "import sys; sys.modules[{!r}] = None; from tiffin.host.cli.main import main; main()"
SAYS = "MCP needs mcp, which is not installed: pip install 'tiffin[mcp]'"


def test_without_the_library(shell: Shell) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", WITHOUT.format("mcp"), "mcp", "lunch.py"],
        cwd=shell.folder,
        env={**os.environ, "PYTHONPATH": str(Path(tiffin.__file__).parent.parent)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"tiffin: {SAYS}\n")


def test_a_server_without_the_library_serves_the_rest(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("live_server.PROGRAM", WITHOUT.format("mcp"))
    with LiveServer(shell.folder / "lunch.py") as server:
        answer = server.request("POST", "/mcp", {})
        assert (answer.status, answer.json["detail"]) == (501, SAYS)
        assert server.request("GET", "/api/kernel/state").status == 200


@pytest.mark.parametrize(("name", "says"), [("nothing.py", "does not exist"), ("empty.py", "is empty")])
def test_of_what_is_no_notebook(shell: Shell, name: str, says: str) -> None:
    shell.write("empty.py", "")
    shell.refuses("mcp", name, says=f"{name} {says}")


def test_with_a_cache_that_is_a_file(shell: Shell) -> None:
    shell.refuses("mcp", "lunch.py", "--cache", "lunch.py", says="lunch.py is a file: the cache is a folder")
