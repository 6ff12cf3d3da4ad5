"""`tiffin kernel`, as far as it refuses to start; `tests/py/host/server` has the rest."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from live_server import LiveServer
from shell import Shell

import tiffin


@pytest.mark.parametrize("library", ["starlette", "uvicorn"])
def test_without_the_libraries(shell: Shell, library: str) -> None:
    program = f"import sys; sys.modules[{library!r}] = None; from tiffin.host.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-P", "-c", program, "kernel", "lunch.py"],
        cwd=shell.folder,
        env={**os.environ, "PYTHONPATH": str(Path(tiffin.__file__).parent.parent)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    says = f"serving a kernel needs {library}, which is not installed: pip install 'tiffin[server]'"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"tiffin: {says}\n")


def test_on_a_port_that_is_taken(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        shell.refuses(
            "kernel", "lunch.py", "--port", str(port), says=f"cannot listen on 127.0.0.1, port {port}"
        )


def test_at_an_address_that_is_none(shell: Shell) -> None:
    shell.refuses("kernel", "lunch.py", "--host", "no such name", says="cannot listen on no such name, port")


@pytest.mark.parametrize("token", ["short", "", "with a space in it, too", "a" * 300, "ünïcödé-ünïcödé-ü"])
def test_a_token_that_is_none(shell: Shell, token: str) -> None:
    shell.refuses("kernel", "lunch.py", "--token", token, says="a token has 16 to 256 letters, digits")


@pytest.mark.parametrize(("name", "says"), [("nothing.py", "does not exist"), ("empty.py", "is empty")])
def test_of_what_is_no_notebook(shell: Shell, name: str, says: str) -> None:
    shell.write("empty.py", "")
    shell.refuses("kernel", name, "--port", "0", says=f"{name} {says}")


def test_with_a_cache_that_is_a_file(shell: Shell) -> None:
    shell.refuses(
        "kernel", "lunch.py", "--cache", "lunch.py", says="lunch.py is a file: the cache is a folder"
    )


def test_every_start_has_another_token(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIFFIN_TOKEN", raising=False)
    tokens = set()
    for _ in range(2):
        with LiveServer(shell.folder / "lunch.py", token=None) as server:
            tokens.add(server.token)
    assert len(tokens) == 2
    assert all(len(token) >= 32 for token in tokens)


def test_the_kernel_does_not_know_the_token(shell: Shell) -> None:
    shell.write("nb.py", "# %%\nimport os\nos.environ.get('TIFFIN_TOKEN')\n")
    with LiveServer(shell.folder / "nb.py") as server, server.listen() as listener:
        listener.until_done(server.command("RunCells", force=True))
        assert server.cell("c1")["output"] in ({}, None)


def test_listening_for_other_machines_is_said_to_be_risky(shell: Shell) -> None:
    with LiveServer(shell.folder / "lunch.py", "--host", "0.0.0.0", "--name", "kitchen.example") as server:
        assert server.host == "127.0.0.1"
        assert server.request("GET", "/api/kernel/state", headers={"Host": "kitchen.example"}).status == 200
        assert server.request("GET", "/api/kernel/state", headers={"Host": "other.example"}).status == 421
        server.process.terminate()
        out, err = server.process.communicate(timeout=20)
    assert (out, err) == ("", "warning: the token crosses the network in the clear: use a tunnel\n")
