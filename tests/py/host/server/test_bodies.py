"""Bodies that are too long, or come too slowly."""

from __future__ import annotations

import socket

from live_server import TOKEN, LiveServer

from .conftest import Serve

HEAD = (
    "POST /api/kernel/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    f"Authorization: Bearer {TOKEN}\r\n"
)
LIMIT = 10_000_000


def answer_to(connection: socket.socket) -> bytes:
    received = b""
    while data := connection.recv(65536):
        received += data
        if b'"}' in received:
            break
    return received


def test_a_body_that_says_it_is_too_long_is_refused_before_it_comes(lunch: LiveServer) -> None:
    for length in (str(LIMIT + 1), "9" * 18):
        with lunch.raw() as connection:
            connection.sendall(f"{HEAD}Content-Length: {length}\r\n\r\n".encode())
            answer = answer_to(connection)
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b'"detail":"a body may have 10,000,000 bytes at most"' in answer


def test_a_body_that_does_not_say_so_is_refused_when_it_is(lunch: LiveServer) -> None:
    piece = b"186a0\r\n" + b" " * 100_000 + b"\r\n"
    with lunch.raw() as connection:
        connection.sendall(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode())
        for _ in range(LIMIT // 100_000 + 1):
            connection.sendall(piece)
        assert answer_to(connection).startswith(b"HTTP/1.1 413 ")


def test_a_length_that_is_none(lunch: LiveServer) -> None:
    for length in ("-1", "1e3", "9" * 40, "5\r\nContent-Length: 6"):
        with lunch.raw() as connection:
            connection.sendall(f"{HEAD}Content-Length: {length}\r\n\r\n".encode())
            assert answer_to(connection)[9:12] in (b"400", b"413"), length


def test_a_long_body_within_the_limit_is_taken(serve: Serve) -> None:
    server = serve()
    source = "'" + "x" * 5_000_000 + "'; y"
    with server.listen() as listener:
        assert listener.until_done(server.put(big=source))[-1]["success"]
    assert server.cell("big")["source"] == source
    assert server.notebook.stat().st_size > 5_000_000


def test_a_body_that_does_not_come_is_not_waited_for_long(serve: Serve) -> None:
    server = serve("# %%\n1\n", "--patience", "0.3")
    with server.raw() as connection:
        connection.sendall(f"{HEAD}Content-Length: 100\r\n\r\n{{".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer == b"" or answer.startswith(b"HTTP/1.1 408 ")
    assert server.state()["cells"][0]["id"] == "c1"
