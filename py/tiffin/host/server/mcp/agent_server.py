"""The MCP server of a live kernel, whatever it is reached by."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.server.subscriptions import ListenHandler
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
)

from tiffin.errors import UsageError
from tiffin.host.server.live_kernel import LiveKernel
from tiffin.host.server.mcp.calls import ToolCalls
from tiffin.host.server.mcp.resources import ChangeBus, list_resources, list_templates, read_resource
from tiffin.host.server.mcp.tools import INSTRUCTIONS, TOOLS
from tiffin.version import __version__


class AgentServer:
    """What agents are offered of a kernel. At most `listeners` streams of changes are open at a time."""

    def __init__(self, kernel: LiveKernel, listeners: int) -> None:
        self._kernel = kernel
        self._calls = ToolCalls(kernel)
        self._listening = ListenHandler(ChangeBus(kernel), max_subscriptions=listeners)
        self.server: Server[Any] = Server(
            "tiffin",
            version=__version__,
            title=kernel.file.notebook.title or kernel.file.notebook.filename,
            instructions=INSTRUCTIONS,
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            on_list_resources=self._list_resources,
            on_list_resource_templates=self._list_templates,
            on_read_resource=self._read_resource,
            on_subscriptions_listen=self._listening,
        )

    def close(self) -> None:
        """End the streams of changes."""
        self._listening.close()

    async def _list_tools(
        self, _: ServerRequestContext[Any], params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=list(TOOLS))

    async def _call_tool(
        self, context: ServerRequestContext[Any], params: CallToolRequestParams
    ) -> CallToolResult:
        if params.name not in self._calls.tools:
            known = ", ".join(self._calls.tools)
            raise MCPError(INVALID_PARAMS, f"there is no tool {params.name!r}; the tools are: {known}")
        return await self._calls.call(params.name, params.arguments or {}, _progress(context))

    async def _list_resources(
        self, _: ServerRequestContext[Any], params: PaginatedRequestParams | None
    ) -> ListResourcesResult:
        return ListResourcesResult(resources=list_resources(self._kernel))

    async def _list_templates(
        self, _: ServerRequestContext[Any], params: PaginatedRequestParams | None
    ) -> ListResourceTemplatesResult:
        return ListResourceTemplatesResult(resource_templates=list_templates())

    async def _read_resource(
        self, _: ServerRequestContext[Any], params: ReadResourceRequestParams
    ) -> ReadResourceResult:
        try:
            return await read_resource(self._kernel, params.uri)
        except UsageError as error:
            raise MCPError(INVALID_PARAMS, str(error), {"uri": params.uri}) from None


def _progress(context: ServerRequestContext[Any]) -> Callable[[str], Awaitable[None]]:
    """What tells the client of text, if it wants to hear of progress."""
    numbers = count(1)

    async def tell(text: str) -> None:
        await context.session.report_progress(next(numbers), message=text)

    return tell
