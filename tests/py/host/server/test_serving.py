"""A server from its start to its end, however that comes."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import signal
import socket
from pathlib import Path

import pytest
from live_server import TOKEN, LiveServer

from tiffin.host.server.serving import address, bind, is_private
from tiffin.notebook.files import read_notebook

from .conftest import Serve


def test_the_address_that_is_printed(serve: Serve) -> None:
    server = serve()
    assert re.fullmatch(rf"http://127\.0\.0\.1:\d+/api/kernel/events\?token={TOKEN}", server.url)


def test_it_listens_on_this_machine_only(serve: Serve) -> None:
    server = serve()
    listening = [
        line.split()[1]
        for line in Path("/proc/net/tcp").read_text().splitlines()
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{server.port:04X}")
    ]
    assert listening == [f"0100007F:{server.port:04X}"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_once_whoever_listens(serve: Serve, number: signal.Signals) -> None:
    server = serve()
    with server.listen() as one, server.listen() as two:
        one.next()
        two.next()
        server.process.send_signal(number)
        out, err = server.process.communicate(timeout=20)
        assert one.response.read().endswith(b"\n\n") or one.response.isclosed()
    if number == signal.SIGINT:
        assert (server.process.returncode, out, err) == (0, "", "stopped\n")
    else:
        assert (server.process.returncode, out, err) == (-signal.SIGTERM, "", "")


def test_ids_grow_from_one_server_to_the_next(tmp_path: Path) -> None:
    path = tmp_path / "nb.py"
    path.write_text("# %%\n1\n")
    with LiveServer(path) as server, server.listen() as listener:
        first = listener.next()
        if first.data["kernel"] != "idle":
            listener.until_at_rest()
        last = listener.last_id
    with LiveServer(path) as server, server.listen(after=last) as listener:
        assert listener.next().name == "lost"
        snapshot = listener.next()
    assert snapshot.name == "snapshot"
    assert (snapshot.id or 0) > last


@pytest.mark.parametrize("size", [10, 300_000, 3_000_000])
def test_the_file_is_whole_when_the_server_is_killed(serve: Serve, size: int) -> None:
    server = serve()

    def source(number: int) -> str:
        return f"x = {number}  # {'y' * size}"

    def post(number: int) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
        body = {"type": "EditCells", "put": [{"id": "c1", "source": source(number)}]}
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        connection.request("POST", "/api/kernel/commands", json.dumps(body), headers)
        return connection

    for number in range(3):
        with contextlib.closing(post(number)) as connection:
            assert connection.getresponse().status == 202
    # Several are under way when it is killed, and any one of them may be the last.
    under_way = [post(number) for number in range(3, 8)]
    server.process.send_signal(signal.SIGKILL)
    server.process.communicate(timeout=20)
    for connection in under_way:
        connection.close()
    cells = read_notebook(server.notebook).cells
    assert cells[0].source in {source(number) for number in range(2, 8)}
    assert [cell.source for cell in cells[1:]] == ["y = x + 1", "print('served')\ny * 2"]


def test_a_socket_on_any_free_port() -> None:
    with bind("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
        assert address("127.0.0.1", bound, "t") == f"http://127.0.0.1:{port}/api/kernel/events?token=t"
        assert address("0.0.0.0", bound, "t") == f"http://127.0.0.1:{port}/api/kernel/events?token=t"
        assert address("::1", bound, "t") == f"http://[::1]:{port}/api/kernel/events?token=t"
        with pytest.raises(OSError, match="in use"):
            bind("127.0.0.1", port)


def test_no_answer_waits_for_an_acknowledgement() -> None:
    # asyncio turns Nagle's algorithm off for connections that say they are TCP.
    with bind("127.0.0.1", 0) as bound, socket.create_connection(bound.getsockname()):
        accepted, _ = bound.accept()
        with accepted:
            assert accepted.proto == socket.IPPROTO_TCP


def test_what_is_private() -> None:
    assert [is_private(host) for host in ("127.0.0.1", "LOCALHOST", "::1", "0.0.0.0", "kitchen")] == [
        True,
        True,
        True,
        False,
        False,
    ]
