"""Serving a live kernel on a socket, from the first request to a clean end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from tiffin.host.server.app import make_app
from tiffin.host.server.bodies import Limits
from tiffin.host.server.guard import EVENTS_PATH, Access, is_loopback_name
from tiffin.host.server.http_connection import bounded_connection
from tiffin.host.server.kernel_opening import open_kernel
from tiffin.host.server.kernel_setup import KernelSetup
from tiffin.host.server.live_kernel import LiveKernel
from tiffin.host.server.mcp_address import McpAddress

MOST_CONNECTIONS = 1_000
MOST_HEADERS = 32_768  # bytes
LAST_ANSWERS = 2
"""How long answers that are under way at the end may take, in seconds."""


@dataclass(frozen=True)
class Offer:
    """What is served, and to whom: `names` are further names of this machine that clients may use.

    `environment` is that of the kernel's process.
    """

    path: Path
    setup: KernelSetup
    host: str
    token: str
    names: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def access(self) -> Access:
        """Who gets in."""
        return Access(self.token, frozenset(name.lower().strip("[]") for name in (self.host, *self.names)))


class _Server(uvicorn.Server):
    """Says when it takes requests, and ends its streams and its kernel before it waits for connections."""

    def __init__(
        self, config: uvicorn.Config, kernel: LiveKernel, agents: McpAddress, say: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._kernel, self._agents = kernel, agents
        self._say = say

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._kernel.begin()
            self._say()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._kernel.stop()
        await self._agents.end()
        await super().shutdown(sockets=sockets)


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to an address of `host`; port 0 takes any free one. `OSError` if taken."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    bound = socket.create_server((host, port), family=family)
    # Made anew from its number it knows that it is TCP, and asyncio turns Nagle's algorithm off: answers of
    # two pieces would else wait 40 ms for an acknowledgement.
    return socket.socket(fileno=bound.detach())


def address(host: str, bound: socket.socket, token: str) -> str:
    """Return the URL of the event stream, token included."""
    port = bound.getsockname()[1]
    name = "127.0.0.1" if host in ("", "0.0.0.0", "::") else host  # noqa: S104 (it is not bound to here)
    shown = f"[{name}]" if ":" in name else name
    return f"http://{shown}:{port}{EVENTS_PATH}?token={token}"


def is_private(host: str) -> bool:
    """Return whether only programs on this machine reach a server that listens there."""
    return is_loopback_name(host.lower())


def serve_kernel(offer: Offer, bound: socket.socket, say: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; `say` is called when requests are taken.

    `NotebookError` for a file that is no notebook.
    """
    asyncio.run(_serve(offer, bound, say))


async def _serve(offer: Offer, bound: socket.socket, say: Callable[[], None]) -> None:
    kernel = open_kernel(offer.path, offer.setup, offer.environment)
    agents = McpAddress(kernel, offer.limits)
    http: Any = bounded_connection(offer.limits.seconds)
    config = uvicorn.Config(
        make_app(kernel, offer.access, offer.limits, [agents.route]),
        http=http,
        ws="none",
        loop="asyncio",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        h11_max_incomplete_event_size=MOST_HEADERS,
        timeout_graceful_shutdown=LAST_ANSWERS,
    )
    try:
        await _Server(config, kernel, agents, say).serve(sockets=[bound])
    finally:
        kernel.kill()
