"""An agent: the MCP library's own client, over either transport, in a thread of its own."""

from __future__ import annotations

import os
import queue
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from anyio.from_thread import BlockingPortal, start_blocking_portal
from live_server import PATIENCE, PROGRAM, TOKEN, LiveServer, children
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, ImageContent, TextContent
from transcripts import Piece

import tiffin

MODERN, LEGACY = "auto", "legacy"
HELLO: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
"""The first message of a client of the older protocol, for tests that speak by hand."""


@dataclass
class Agent:
    """A client. `pid` is the number of the server's process."""

    portal: BlockingPortal
    client: Client
    pid: int
    others: list[Future[CallToolResult]] = field(default_factory=list)
    """Calls that nobody waits for."""

    def start(
        self, tool: str, hear: Callable[[str], object] | None = None, **arguments: Any
    ) -> Future[CallToolResult]:
        """Call a tool; `hear` takes what is told meanwhile."""

        async def on_progress(progress: float, total: float | None, message: str | None) -> None:
            if hear is not None:
                hear(message or "")

        async def call() -> CallToolResult:
            return await self.client.call_tool(
                tool, arguments, progress_callback=None if hear is None else on_progress
            )

        return self.portal.start_task_soon(call)

    def call(self, tool: str, **arguments: Any) -> CallToolResult:
        """Call a tool; its result."""
        return self.start(tool, **arguments).result(PATIENCE)

    def execute(self, code: str, **arguments: Any) -> list[Piece]:
        """Run code in the scratchpad; all that is told."""
        return pieces_of(self.call("execute_code", code=code, **arguments))

    def wait(self, work: Callable[[], Any]) -> Any:
        """What a coroutine function of the client returns."""
        return self.portal.start_task_soon(work).result(PATIENCE)


def pieces_of(result: CallToolResult) -> list[Piece]:
    """The pieces of an answer, images put back into them."""

    def whole(data: Any) -> Any:
        if "content" not in data:
            return data
        image = result.content[data["content"]]
        assert isinstance(image, ImageContent)
        assert image.mime_type == data["mimetype"]
        return {**{name: value for name, value in data.items() if name != "content"}, "data": image.data}

    told = result.structured_content
    assert result.is_error is not told["success"]
    pieces = [(event["event"], whole(event["data"])) for event in told["events"]]
    assert [data for name, data in pieces if name == "cell"] == told["cells"]
    return [*pieces, ("done", {"success": told["success"], "output": whole(told["output"])})]


def text(result: CallToolResult) -> str:
    return "".join(block.text for block in result.content if isinstance(block, TextContent))


@asynccontextmanager
async def _over_http(server: LiveServer, mode: str) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=PATIENCE, trust_env=False) as http,
        Client(
            streamable_http_client(f"http://{server.host}:{server.port}/mcp", http_client=http), mode=mode
        ) as client,
    ):
        yield client


@contextmanager
def joining(server: LiveServer, mode: str = MODERN) -> Iterator[Agent]:
    """An agent of a server that runs already."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(_over_http(server, mode)) as client,
    ):
        yield Agent(portal, client, server.process.pid)


@contextmanager
def starting(notebook: Path, mode: str = MODERN) -> Iterator[Agent]:
    """An agent that starts `tiffin mcp` of a notebook, and ends it."""
    pid = notebook.with_name("mcp.pid")
    note = f"import os, pathlib; pathlib.Path({str(pid)!r}).write_text(str(os.getpid())); "
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-P", "-c", note + PROGRAM, "mcp", notebook.name],
        env={"PYTHONPATH": str(Path(tiffin.__file__).parent.parent), "HOME": str(notebook.parent)},
        cwd=notebook.parent,
    )
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(parameters, mode=mode)) as client,
    ):
        yield Agent(portal, client, int(pid.read_text()))


class AgentDriver:
    """The kernel that an agent has, as the table of transcripts drives it."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent

    def execute(self, code: str, timeout: float | None, run_id: str) -> Iterator[Piece]:
        heard: queue.Queue[str | None] = queue.Queue()
        more = {} if timeout is None else {"timeout": timeout}
        call = self.agent.start("execute_code", heard.put, code=code, run_id=run_id, **more)
        call.add_done_callback(lambda _: heard.put(None))
        early = ""
        while (told := heard.get(timeout=PATIENCE)) is not None:
            if not early and "ready" in told:
                early = told
                yield "stdout", {"data": early}
        pieces = pieces_of(call.result())
        if early:
            name, data = pieces.pop(0)
            assert name == "stdout"
            assert data["data"].startswith(early)
            rest = data["data"].removeprefix(early)
            yield from [("stdout", {"data": rest})] if rest else []
        yield from pieces

    def interrupt(self, run_id: str) -> None:
        self.agent.call("interrupt", run_id=run_id)

    def kill(self) -> None:
        os.kill(children(self.agent.pid)[0], signal.SIGKILL)

    def start_other(self) -> None:
        self.agent.others.append(self.agent.start("run_cells"))
