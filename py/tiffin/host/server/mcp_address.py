"""Where agents find a kernel's server: MCP is loaded when the first of them comes."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tiffin.host.native.libraries import missing_library
from tiffin.host.server.bodies import Limits
from tiffin.host.server.live_kernel import LiveKernel
from tiffin.host.server.problems import Problem

PATH = "/mcp"
METHODS = ("GET", "POST", "DELETE")
MISSING = "MCP needs {library}, which is not installed: pip install 'tiffin[mcp]'"
LIBRARIES = ("mcp", "mcp_types")


class McpAddress:
    """Answers at `/mcp`; without the library, with a problem that says so. `end` ends what is open there."""

    def __init__(self, kernel: LiveKernel, limits: Limits) -> None:
        self._kernel, self._limits = kernel, limits
        self._agents: Any = None
        self._loading = asyncio.Lock()

    @property
    def route(self) -> BaseRoute:
        """The address."""
        return Route(PATH, self, methods=list(METHODS))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app: ASGIApp
        try:
            app = await self._load()
        except ModuleNotFoundError as error:
            library = missing_library(error, LIBRARIES)
            app = Problem(501, MISSING.format(library=library)).to_response()
        await app(scope, receive, send)

    async def _load(self) -> Any:
        async with self._loading:
            if self._agents is None:
                # The library takes its time, and the server has others to answer.
                kind = await asyncio.to_thread(_find)
                agents = kind(self._kernel, self._limits)
                await agents.begin()
                self._agents = agents
        return self._agents

    async def end(self) -> None:
        """End all sessions and streams."""
        if self._agents is not None:
            await self._agents.end()


def _find() -> Any:
    from tiffin.host.server.mcp.http import AgentsOverHttp

    return AgentsOverHttp
