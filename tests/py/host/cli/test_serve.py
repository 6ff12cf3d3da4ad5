"""`tiffin serve`."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess

import pytest
from shell import TIFFIN, Shell


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
