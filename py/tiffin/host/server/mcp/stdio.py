"""MCP over the two pipes of a process: its client starts it, and ends it by closing them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from mcp.server.stdio import stdio_server

from tiffin.host.server.kernel_opening import open_kernel
from tiffin.host.server.kernel_setup import KernelSetup
from tiffin.host.server.mcp.agent_server import AgentServer

LISTENERS = 100


def serve_stdio(path: Path, setup: KernelSetup, environment: Mapping[str, str]) -> None:
    """Serve the notebook in a file until stdin is closed; `NotebookError` for a file that is no notebook.

    Nothing but MCP gets to stdout; what C code of the notebook prints goes to stderr.
    """
    asyncio.run(_serve(path, setup, environment))


async def _serve(path: Path, setup: KernelSetup, environment: Mapping[str, str]) -> None:
    kernel = open_kernel(path, setup, environment)
    agents = AgentServer(kernel, LISTENERS)
    try:
        async with stdio_server() as (incoming, outgoing):
            kernel.begin()
            await agents.server.run(incoming, outgoing, agents.server.create_initialization_options())
    finally:
        await kernel.stop()
        kernel.kill()
