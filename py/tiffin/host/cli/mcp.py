"""`tiffin mcp`: a notebook's kernel for an agent that starts it."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import click

from tiffin.errors import UsageError
from tiffin.host.cli.cache_place import CACHE_HELP
from tiffin.host.cli.explained import explained, stderr_console
from tiffin.host.cli.planned_kernel import plan_kernel
from tiffin.host.native.libraries import missing_library

_LIBRARIES = ("mcp", "mcp_types")


@click.command("mcp")
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option("--cache", metavar="FOLDER|URL", help=CACHE_HELP)
@explained
def offer_to_agent(notebook: Path, cache: str | None) -> None:
    """Offer a notebook's live kernel to an agent, by MCP over stdin and stdout.

    It is the agent's program that starts this command, and ends it by closing its pipes. Edits are written to
    the notebook's file. For an agent that joins a kernel which others use too, see 'tiffin kernel'.

    \b
    tiffin mcp lunch.py
    """
    stdio = _stdio()
    planned = plan_kernel(notebook, cache)
    # Reading from a terminal cannot be broken off: Ctrl-C ends the process, and the kernel ends with it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    stdio.serve_stdio(planned.path, planned.setup, planned.environment)
    planned.clear_up(stderr_console())


def _stdio() -> Any:
    """The server's module, which needs a library that not every installation has."""
    try:
        from tiffin.host.server.mcp import stdio
    except ModuleNotFoundError as error:
        library = missing_library(error, _LIBRARIES)
        raise UsageError(f"MCP needs {library}, which is not installed: pip install 'tiffin[mcp]'") from None
    return stdio
