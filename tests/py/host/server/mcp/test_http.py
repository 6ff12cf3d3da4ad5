"""MCP at `/mcp` of a kernel's server: who gets in, what is bounded, and how it ends."""

from __future__ import annotations

import http.client
import json
import signal
import time
from queue import Queue
from typing import Any

import anyio
import pytest
from agent import HELLO, LEGACY, MODERN, joining, text
from live_server import PATIENCE, TOKEN, LiveServer, wait_for_end
from starlette.types import Message, Receive, Scope, Send

from tiffin.host.server.mcp.http import ended

from ..conftest import Serve

MCP = "/mcp"
ACCEPT = {"Accept": "application/json, text/event-stream"}

BODIES = {
    "half": b"{",
    "list": b"[]",
    "deep": b"[" * 100_000,
    "empty": b'{"jsonrpc": "2.0"}',
    "bytes": b"\xff",
    "nothing": b"",
    "text": b'"text"',
    "number": b'{"id": 1' + b"0" * 5_000 + b"}",
}


def test_an_agent_and_a_script_have_the_same_kernel(serve: Serve) -> None:
    server = serve()
    with joining(server) as agent, joining(server, LEGACY) as other, server.listen() as listener:
        listener.rest()
        agent.call("edit_cells", put=[{"id": "c1", "source": "x = 5"}], run_id="mine")
        events = listener.until_done("mine")
        assert [event["put"] for event in events if event["type"] == "NotebookEdited"] == [["c1"]]
        assert server.cell("c3")["output"]["text/plain"] == "12"
        assert other.execute("y")[-1][1]["output"]["data"] == "6"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": None}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "elsewhere.example"}, 421),
        ({"Host": "127.0.0.1.elsewhere.example"}, 421),
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET", "DELETE", "OPTIONS"])
def test_who_is_refused(lunch: LiveServer, method: str, headers: dict[str, str | None], status: int) -> None:
    answer = lunch.request(method, MCP, HELLO, {**ACCEPT, **headers})
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")


def test_the_token_is_not_taken_in_the_address(lunch: LiveServer) -> None:
    answer = lunch.request("POST", f"{MCP}?token={TOKEN}", HELLO, {**ACCEPT, "Authorization": None})
    assert answer.status == 401


@pytest.mark.parametrize("version", [None, "2025-06-18", "2026-07-28", "soup"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_what_is_no_message(lunch: LiveServer, version: str | None, body: bytes) -> None:
    headers = {**ACCEPT, "Content-Type": "application/json", "MCP-Protocol-Version": version}
    assert 400 <= lunch.request("POST", MCP, body, headers).status < 500
    assert lunch.state()["kernel"] == "idle"


@pytest.mark.parametrize("version", [None, "2026-07-28"])
def test_a_body_that_is_too_long(lunch: LiveServer, version: str | None) -> None:
    headers = {**ACCEPT, "Content-Type": "application/json", "MCP-Protocol-Version": version}
    assert lunch.request("POST", MCP, b" " * 10_000_001, headers).status == 413


def test_another_content_type(lunch: LiveServer) -> None:
    answer = lunch.request("POST", MCP, HELLO, {**ACCEPT, "Content-Type": "text/plain"})
    assert 400 <= answer.status < 500


@pytest.mark.parametrize("path", ["/mcp/", "/mcp/x", "/MCP", "//mcp"])
def test_other_addresses(lunch: LiveServer, path: str) -> None:
    assert lunch.request("POST", path, HELLO, {**ACCEPT}).status == 404


def test_a_request_that_does_not_come_whole(serve: Serve) -> None:
    server = serve("# %%\nx = 1\n", "--patience", "1")
    with server.raw() as connection:
        connection.sendall(
            f"POST {MCP} HTTP/1.1\r\nHost: localhost:{server.port}\r\nAuthorization: Bearer {TOKEN}\r\n"
            "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{".encode()
        )
        begun = time.monotonic()
        while connection.recv(1_000):
            pass
        assert time.monotonic() - begun < PATIENCE / 2


def test_sessions_are_bounded(serve: Serve) -> None:
    server = serve()
    statuses = [server.request("POST", MCP, HELLO, dict(ACCEPT)).status for _ in range(101)]
    assert statuses == [200] * 100 + [503]
    with joining(server) as agent:  # the newer protocol has no sessions
        assert agent.execute("1")[-1][1]["success"]


def begin(server: LiveServer) -> tuple[http.client.HTTPConnection, str]:
    """A session of the older protocol, and its stream."""
    answer = server.request("POST", MCP, HELLO, dict(ACCEPT))
    session = answer.headers["mcp-session-id"]
    connection = http.client.HTTPConnection(server.host, server.port, timeout=PATIENCE)
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "text/event-stream", "Mcp-Session-Id": session}
    connection.request("GET", MCP, headers=headers)
    return connection, session


START: Message = {"type": "http.response.start", "status": 200, "headers": []}
PART: Message = {"type": "http.response.body", "body": b"data", "more_body": True}
END: Message = {"type": "http.response.body", "body": b""}


@pytest.mark.parametrize("said", [[], [START], [START, PART], [START, PART, END], [START, END]])
def test_an_answer_that_is_broken_off_has_an_end(said: list[Message]) -> None:
    heard: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in said:
            await send(message)

    async def receive() -> Message:
        raise NotImplementedError

    async def send(message: Message) -> None:
        heard.append(message)

    anyio.run(ended(app), {"type": "http"}, receive, send)
    assert heard == (said if END in said or not said else [*said, END])


@pytest.mark.parametrize("mode", [MODERN, LEGACY])
def test_a_server_that_ends_answers_first(serve: Serve, mode: str) -> None:
    server = serve()
    connection, _ = begin(server)
    stream = connection.getresponse()
    assert stream.status == 200
    with joining(server, mode) as agent:
        heard: Queue[str] = Queue()
        call = agent.start("execute_code", heard.put, code="print('on')\nwhile True: pass")
        assert heard.get(timeout=PATIENCE) == "on\n"
        server.process.send_signal(signal.SIGINT)
        result = call.result(PATIENCE)
        assert result.is_error
        assert text(result) == "on\nthe server was stopped before the run had completed\n"
        wait_for_end(server.process.pid)
    stream.read()  # to its end: nothing breaks off
    connection.close()
    out, err = server.process.communicate(timeout=PATIENCE)
    assert (out, err) == ("", "stopped\n")


def test_a_client_of_the_newer_protocol_that_goes_away_stops_its_run(serve: Serve) -> None:
    server = serve()
    body: dict[str, Any] = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {
            "name": "execute_code",
            "arguments": {"code": "print('on')\nwhile True: pass", "run_id": "left"},
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
                "progressToken": "p",
            },
        },
    }
    headers = {
        **ACCEPT,
        "Authorization": f"Bearer {TOKEN}",
        "Content-Type": "application/json",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "Mcp-Name": "execute_code",
    }
    with server.listen() as listener:
        connection = http.client.HTTPConnection(server.host, server.port, timeout=PATIENCE)
        connection.request("POST", MCP, json.dumps(body), headers)
        response = connection.getresponse()
        assert response.status == 200, response.read()
        assert b"on\\n" in response.read1()
        response.close()
        connection.close()
        assert not listener.until_done("left")[-1]["success"]
