"""`tiffin kernel`: a notebook's kernel, offered over HTTP."""

from __future__ import annotations

import re
import secrets
import socket
from pathlib import Path
from typing import Any

import click

from tiffin.errors import UsageError
from tiffin.host.cli.cache_place import CACHE_HELP
from tiffin.host.cli.explained import explained, stderr_console
from tiffin.host.cli.planned_kernel import TOKEN, plan_kernel
from tiffin.host.native.libraries import missing_library

_LIBRARIES = ("starlette", "uvicorn", "h11", "anyio")
_TOKEN_FORM = re.compile(r"[A-Za-z0-9._~-]{16,256}", re.ASCII)


@click.command("kernel")
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8642, show_default=True, help="0 takes any free port."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="NAME",
    help="Another name that clients may use for this machine.",
)
@click.option(
    "--token", envvar=TOKEN, metavar="TOKEN", help=f"What clients have to know [default: {TOKEN}, or random]."
)
@click.option("--cache", metavar="FOLDER|URL", help=CACHE_HELP)
@click.option(
    "--patience",
    type=click.FloatRange(0.1, 3600),
    default=20.0,
    show_default=True,
    help="How many seconds a request may take to come whole.",
)
@explained
def offer_kernel(
    notebook: Path,
    port: int,
    host: str,
    names: tuple[str, ...],
    token: str | None,
    cache: str | None,
    patience: float,
) -> None:
    """Offer a notebook's live kernel to scripts and agents, over HTTP.

    The address of its event stream is printed, with the token that every request needs. Edits are written to
    the notebook's file. Agents find MCP at /mcp, with the same token. It listens on this machine only, unless
    --host says otherwise.

    \b
    tiffin kernel lunch.py
    tiffin kernel lunch.py --port 0
    """
    serving, bodies = _server()
    if token is None:
        token = secrets.token_urlsafe(24)
    elif _TOKEN_FORM.fullmatch(token) is None:
        raise UsageError(
            "a token has 16 to 256 letters, digits and characters of ._~-: without --token, one is made"
        )
    planned = plan_kernel(notebook, cache)
    limits = bodies.Limits(seconds=patience)
    offer = serving.Offer(planned.path, planned.setup, host, token, names, limits, planned.environment)
    try:
        bound = serving.bind(host, port)
    except (OSError, UnicodeError) as error:
        where = f"{host}, port {port} ({getattr(error, 'strerror', None) or error})"
        raise UsageError(f"cannot listen on {where}: give another --port, 0 for any free one") from None
    _serve(serving, offer, bound)
    planned.clear_up(stderr_console())


def _serve(serving: Any, offer: Any, bound: socket.socket) -> None:
    def say() -> None:
        if not serving.is_private(offer.host):
            click.echo("warning: the token crosses the network in the clear: use a tunnel", err=True)
        click.echo(serving.address(offer.host, bound, offer.token))

    try:
        serving.serve_kernel(offer, bound, say)
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
    finally:
        bound.close()


def _server() -> tuple[Any, Any]:
    """The server's modules, which need libraries that not every installation has."""
    try:
        from tiffin.host.server import bodies, serving
    except ModuleNotFoundError as error:
        library = missing_library(error, _LIBRARIES)
        raise UsageError(
            f"serving a kernel needs {library}, which is not installed: pip install 'tiffin[server]'"
        ) from None
    return serving, bodies
