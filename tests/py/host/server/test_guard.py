"""Who gets in, against a real server and without one."""

from __future__ import annotations

import pytest
from live_server import EVENTS, TOKEN, LiveServer

from tiffin.host.server.guard import Access, is_loopback_name

STATE = "/api/kernel/state"


def refused(server: LiveServer, status: int, method: str, path: str, **headers: str | None) -> None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = server.request(method, path, headers=named)
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert set(answer.json) == {"type", "title", "status", "detail"}
    assert b"\n" not in answer.body
    assert TOKEN.encode() not in answer.body


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Basic {TOKEN}",
        TOKEN,
        f"Bearer {TOKEN}x",
        "Bearer \xfc",
    ],
)
@pytest.mark.parametrize("path", [STATE, "/api/kernel/events", "/", "/nothing"])
def test_without_the_token(lunch: LiveServer, authorization: str | None, path: str) -> None:
    refused(lunch, 401, "GET", path, Authorization=authorization)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/kernel/commands"),
        ("POST", "/api/kernel/interrupt"),
        ("POST", "/api/kernel/restart"),
        ("OPTIONS", "/api/kernel/commands"),
        ("GET", "/api/kernel/variables"),
    ],
)
def test_every_address_wants_the_token_in_a_header(lunch: LiveServer, method: str, path: str) -> None:
    refused(lunch, 401, method, path, Authorization=None)
    refused(lunch, 401, method, f"{path}?token={TOKEN}", Authorization=None)


def test_the_stream_takes_the_token_in_its_address(lunch: LiveServer) -> None:
    with lunch.raw() as connection:
        connection.sendall(
            f"GET {EVENTS}?token={lunch.token} HTTP/1.1\r\nHost: localhost:{lunch.port}\r\n\r\n".encode()
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")
    refused(lunch, 401, "GET", f"/api/kernel/events?token={TOKEN}&token={TOKEN}", Authorization=None)
    refused(lunch, 401, "GET", "/api/kernel/events?token=wrong", Authorization=None)
    refused(lunch, 401, "GET", f"/api/kernel/events?token={TOKEN}", Authorization="Bearer wrong")
    refused(lunch, 400, "GET", "/api/kernel/events?" + "token=x&" * 50, Authorization=None)


@pytest.mark.parametrize(
    "path",
    [
        "/api/kernel/events/../state",
        "/api/kernel/events/..%2fstate",
        "/api/kernel/events%2f..%2fstate",
        "/api/kernel/events%00",
        "/api/kernel/events;/../state",
        "//api/kernel/events",
        "/api/kernel/EVENTS",
        "/api/kernel/events/",
        "/api/kernel/state#/api/kernel/events",
        "http://localhost/api/kernel/events",
    ],
)
def test_tricks_with_the_path_get_nowhere(lunch: LiveServer, path: str) -> None:
    refused(lunch, 401, "GET", f"{path}?token={TOKEN}", Authorization=None)
    with_token = lunch.request("GET", path)
    assert with_token.status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/api/kernel/../../nb.py",
        "/%2e%2e/nb.py",
        "/nb.py",
        "/api/kernel/state/../../../nb.py",
    ],
)
def test_no_file_is_served(lunch: LiveServer, path: str) -> None:
    assert lunch.request("GET", path).status == 404


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "127.1.2.3", "[::1]"])
@pytest.mark.parametrize("port", ["", ":1", ":65535"])
def test_names_of_the_loopback(lunch: LiveServer, host: str, port: str) -> None:
    assert lunch.request("GET", STATE, headers={"Host": host + port}).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:80",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "127.0.0.1:x",
        "0.0.0.0",
        "192.168.1.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "[::ffff:10.0.0.1]",
        "[::1",
        "",
        "localhost/",
        "localhost localhost",
        "loc\xe4lhost",
    ],
)
def test_a_name_that_was_bound_to_this_machine_elsewhere(lunch: LiveServer, host: str) -> None:
    refused(lunch, 421, "GET", STATE, Host=host)
    refused(lunch, 421, "POST", "/api/kernel/restart", Host=host)


def test_no_name_or_two(lunch: LiveServer) -> None:
    for hosts in (b"", b"Host: localhost\r\nHost: evil.example\r\n"):
        for version in (b"1.1", b"1.0"):
            with lunch.raw() as connection:
                token = f"Authorization: Bearer {TOKEN}\r\n".encode()
                connection.sendall(
                    b"GET " + STATE.encode() + b" HTTP/" + version + b"\r\n" + hosts + token + b"\r\n"
                )
                status = connection.recv(4096).split(b" ")[1]
            assert status in (b"400", b"421"), (hosts, version)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://evil.example",
        "http://localhost",
        "http://localhost:1",
        "https://localhost:{port}",
        "http://127.0.0.1:{port}",
        "http://localhost:{port}.evil.example",
        "http://localhost:{port}/",
        "",
    ],
)
def test_pages_of_other_origins(lunch: LiveServer, origin: str) -> None:
    host = f"localhost:{lunch.port}"
    refused(lunch, 403, "GET", STATE, Host=host, Origin=origin.format(port=lunch.port))
    refused(lunch, 403, "POST", "/api/kernel/interrupt", Host=host, Origin=origin.format(port=lunch.port))


def test_the_own_origin(lunch: LiveServer) -> None:
    for host in ("localhost", "127.0.0.1"):
        authority = f"{host}:{lunch.port}"
        headers: dict[str, str | None] = {"Host": authority, "Origin": f"http://{authority}"}
        assert lunch.request("GET", STATE, headers=headers).status == 200


def test_answers_are_neither_kept_nor_guessed_nor_embedded(lunch: LiveServer) -> None:
    for answer in (lunch.request("GET", STATE), lunch.request("GET", STATE, headers={"Authorization": None})):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "server" not in answer.headers
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_forwarded_headers_change_nothing(lunch: LiveServer) -> None:
    forwarded = {"X_Forwarded_Host": "localhost", "X_Forwarded_Proto": "https", "Forwarded": "host=localhost"}
    refused(lunch, 421, "GET", STATE, Host="evil.example", **forwarded)


def test_names_that_the_user_gives() -> None:
    access = Access(TOKEN, frozenset({"kitchen.example", "::"}))

    def status(host: bytes) -> int | None:
        headers = [(b"host", host), (b"authorization", b"bearer " + TOKEN.encode())]
        problem = access.problem({"scheme": "http", "method": "GET", "path": STATE, "headers": headers})
        return None if problem is None else problem.status

    assert status(b"kitchen.example:8642") is None
    assert status(b"Kitchen.Example") is None
    assert status(b"localhost") is None
    assert status(b"other.example") == 421


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("localhost", True), ("127.0.0.1", True), ("::1", True), ("0.0.0.0", False), ("a", False)],
)
def test_what_a_loopback_is(name: str, is_one: bool) -> None:
    assert is_loopback_name(name) is is_one
