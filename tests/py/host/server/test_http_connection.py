"""Connections that are slow, or speak something else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import uvicorn
from live_server import TOKEN, LiveServer
from uvicorn.server import ServerState

from tiffin.host.server.http_connection import BoundedConnection

from .conftest import Serve

REQUEST = (
    f"GET /api/kernel/state HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode()
)


def rest(connection: object) -> bytes:
    """All that comes until the other side closes."""
    return b"".join(iter(lambda: connection.recv(65536), b""))  # type: ignore[attr-defined]


@pytest.mark.parametrize("begun", [b"", b"GET /api", REQUEST[:-2], REQUEST + REQUEST[:-5]])
def test_a_request_that_does_not_come_whole_is_not_waited_for_long(serve: Serve, begun: bytes) -> None:
    server = serve("# %%\n1\n", "--patience", "0.3")
    with server.raw() as connection:
        connection.sendall(begun)
        # The socket's own time-out fails the test if the server waits.
        try:
            received = rest(connection)
        except ConnectionResetError:
            received = b""
    assert received.count(b"HTTP/1.1 200 OK") == (begun.count(b"\r\n\r\n") if received else 0)


def test_a_stream_is_not_cut_off(serve: Serve) -> None:
    server = serve("# %%\n1\n", "--patience", "0.1")
    with server.listen() as listener:
        listener.next()
        for number in range(20):
            listener.until_done(server.put(c1=f"import time\ntime.sleep(0.02)\n{number}"))


@pytest.mark.parametrize(
    "sent",
    [
        b"HELO kitchen\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 10,
    ],
)
def test_what_is_no_http_is_answered_by_a_problem(lunch: LiveServer, sent: bytes) -> None:
    with lunch.raw() as connection:
        connection.sendall(sent)
        received = rest(connection)
    assert received.startswith(b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\n")
    assert received.endswith(b'"detail":"this is no HTTP request that can be answered"}')


def test_headers_without_an_end(lunch: LiveServer) -> None:
    with lunch.raw() as connection:
        try:
            connection.sendall(REQUEST[:-2] + b"X-Long: " + b"x" * 1_000_000)
            received = rest(connection)
        except (ConnectionResetError, BrokenPipeError):
            received = b"HTTP/1.1 400 "  # it was closed before all was sent
    assert received.startswith(b"HTTP/1.1 400 ")
    assert lunch.state()["kernel"] == "idle"


def test_one_connection_takes_many_requests(lunch: LiveServer) -> None:
    with lunch.raw() as connection:
        connection.sendall(REQUEST * 50 + REQUEST[:-2] + b"Connection: close\r\n\r\n")
        assert rest(connection).count(b"HTTP/1.1 200 OK") == 51


def test_a_websocket_is_not_opened(lunch: LiveServer) -> None:
    upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n"
    with lunch.raw() as connection:
        connection.sendall(REQUEST[:-2] + upgrade)
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK")


class FakeTransport(asyncio.Transport):
    """A transport whose client takes what it is told to take."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes = iter((100, 90, 90))
        self.aborted = asyncio.Event()

    def get_write_buffer_size(self) -> int:
        return next(self.sizes)

    def abort(self) -> None:
        self.aborted.set()


def connect() -> tuple[BoundedConnection, FakeTransport]:
    """A connection whose request has come, and whose client has 10 ms to take something."""

    async def app(scope: Any, receive: Any, send: Any) -> None: ...

    config = uvicorn.Config(app, log_config=None)
    connection = BoundedConnection(config=config, server_state=ServerState(), app_state={}, seconds=0.01)
    transport = FakeTransport()
    connection.connection_made(transport)
    connection._clear()
    return connection, transport


async def test_a_client_that_takes_nothing_any_more_is_cut_off() -> None:
    connection, transport = connect()
    transport.aborted.clear()
    connection.pause_writing()
    async with asyncio.timeout(5):
        await transport.aborted.wait()
    # It took something in the first while, and nothing in the second.
    assert list(transport.sizes) == []


async def test_a_client_that_takes_its_time_is_not() -> None:
    connection, transport = connect()
    connection.pause_writing()
    connection.resume_writing()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await transport.aborted.wait()
