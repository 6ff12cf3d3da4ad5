"""MCP over HTTP: what stands at an address of a kernel's server."""

from __future__ import annotations

import asyncio
import contextlib

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tiffin.host.server.bodies import Limits
from tiffin.host.server.live_kernel import LiveKernel
from tiffin.host.server.mcp.agent_server import AgentServer


class AgentsOverHttp:
    """An ASGI application, from `begin` to `end`. Who gets in is decided before it."""

    def __init__(self, kernel: LiveKernel, limits: Limits) -> None:
        self._agents = AgentServer(kernel, limits.listeners)
        self._manager = StreamableHTTPSessionManager(
            self._agents.server, max_request_body_size=limits.body, max_sessions=limits.listeners
        )
        self._closing = asyncio.Event()
        self._begun = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Be ready for requests."""
        self._task = asyncio.create_task(self._run())
        await self._begun.wait()

    async def _run(self) -> None:
        # The manager has to be entered and left by one task.
        async with self._manager.run():
            self._begun.set()
            await self._closing.wait()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await ended(self._manager.handle_request)(scope, receive, send)

    async def end(self) -> None:
        """End all sessions and streams."""
        self._agents.close()
        self._closing.set()
        if self._task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._task


def ended(app: ASGIApp) -> ASGIApp:
    """Return `app` whose answers have an end, also those that it breaks off by returning, as the library's
    streams do."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        open_ = False

        async def watch(message: Message) -> None:
            nonlocal open_
            open_ = message["type"] == "http.response.start" or bool(message.get("more_body"))
            await send(message)

        await app(scope, receive, watch)
        if open_:
            await send({"type": "http.response.body", "body": b""})

    return answer
