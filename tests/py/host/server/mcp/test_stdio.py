"""`tiffin mcp` as a process: its pipes, and its end."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from agent import HELLO, MODERN, starting, text
from live_server import PATIENCE, PROGRAM, children, wait_for_end

import tiffin

NOISE = """# %%
import os, subprocess, sys
print("by print")
os.write(1, b"by the system\\n")
sys.__stdout__.write("by the real stdout")
sys.__stdout__.flush()
subprocess.run(["echo", "by a program"])
from_stdin = sys.stdin.read()
"""


class Process:
    """`tiffin mcp`, spoken to by hand."""

    def __init__(self, notebook: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM, "mcp", str(notebook)],
            cwd=notebook.parent,
            env={
                **os.environ,
                "PYTHONPATH": str(Path(tiffin.__file__).parent.parent),
                "HOME": str(notebook.parent),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.lines: list[bytes] = []

    def send(self, message: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(
            (message if isinstance(message, bytes) else json.dumps(message).encode()) + b"\n"
        )
        self.process.stdin.flush()

    def ask(self, method: str, number: int, **params: Any) -> Any:
        self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return self.hear(number)

    def hear(self, number: int) -> Any:
        """The answer to a request. Every line on the way is a message."""
        assert self.process.stdout is not None
        while True:
            assert select.select([self.process.stdout], [], [], PATIENCE)[0], "nothing came in time"
            line = self.process.stdout.readline()
            assert line, "it has ended"
            message = json.loads(line)
            assert message["jsonrpc"] == "2.0"
            if message.get("id") == number:
                return message

    def begin(self) -> None:
        self.send(HELLO)
        assert self.hear(1)["result"]["serverInfo"]["name"] == "tiffin"
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def call(self, number: int, tool: str, **arguments: Any) -> Any:
        return self.ask("tools/call", number, name=tool, arguments=arguments)["result"]

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe is not None
            with contextlib.suppress(BrokenPipeError):
                pipe.close()


def test_nothing_but_messages_gets_to_stdout(tmp_path: Path) -> None:
    path = tmp_path / "nb.py"
    path.write_text(NOISE)
    with Process(path) as server:
        server.begin()
        told = server.call(2, "run_cells", force=True)
        assert not told["isError"], told
        assert "by print\n" in told["content"][0]["text"]
        told = server.call(3, "execute_code", code="print('x')\nos.write(1, b'scratch')\nfrom_stdin")
        assert told["structuredContent"]["output"]["data"] == "''"
        out, err = server.process.communicate(timeout=PATIENCE)
    assert out == b""
    assert b"by the system\n" in err
    assert b"by a program\n" in err
    assert server.process.returncode == 0


def test_it_ends_with_its_client_and_the_kernel_with_it(tmp_path: Path) -> None:
    path = tmp_path / "nb.py"
    path.write_text("# %%\nx = 1\n")
    with Process(path) as server:
        server.begin()
        server.call(2, "run_cells")
        (kernel,) = children(server.process.pid)
        server.send(
            {
                "jsonrpc": "2.0",
                "id": 3,
                "method": "tools/call",
                "params": {"name": "execute_code", "arguments": {"code": "while True: pass"}},
            }
        )
        assert server.process.stdin is not None
        server.process.stdin.close()
        assert server.process.wait(PATIENCE) == 0
        wait_for_end(kernel)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_it_at_once(tmp_path: Path, number: signal.Signals) -> None:
    path = tmp_path / "nb.py"
    path.write_text("# %%\nx = 1\n")
    with Process(path) as server:
        server.begin()
        server.call(2, "run_cells")
        (kernel,) = children(server.process.pid)
        server.process.send_signal(number)
        assert server.process.wait(PATIENCE) == -number
        wait_for_end(kernel)


def test_what_is_no_message_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "nb.py"
    path.write_text("# %%\nx = 1\n")
    with Process(path) as server:
        server.begin()
        for junk in (b"soup", b"[" * 100_000, b"\xff\xfe", b"{}", b""):
            server.send(junk)
        assert server.call(2, "execute_code", code="x")["structuredContent"]["output"]["data"] == "1"


def test_the_kernel_does_not_know_a_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIFFIN_TOKEN", "a-token-that-tests-know")
    path = tmp_path / "nb.py"
    path.write_text("# %%\nimport os\n")
    with Process(path) as server:
        server.begin()
        told = server.call(2, "execute_code", code="os.environ.get('TIFFIN_TOKEN')")
        assert told["structuredContent"]["output"]["data"] == ""


def test_an_edit_survives_the_end(tmp_path: Path) -> None:
    path = tmp_path / "nb.py"
    path.write_text("# %%\nx = 1\n")
    with starting(path, MODERN) as agent:
        agent.call("edit_cells", put=[{"id": "c1", "source": "x = 2"}])
    with starting(path, MODERN) as agent:
        assert "x = 2" in text(agent.call("list_cells"))
