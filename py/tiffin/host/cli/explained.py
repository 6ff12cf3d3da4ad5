"""How every command ends when something is wrong: one line, and the right exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import NoReturn, ParamSpec, TypeVar

import click
from rich.console import Console

from tiffin.errors import TiffinError

P = ParamSpec("P")
R = TypeVar("R")

INTERRUPTED = 130  # as shells have it: 128 + SIGINT


def explained(command: Callable[P, R]) -> Callable[P, R]:
    """End `command` with one line and the right exit code when something is wrong."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except TiffinError as error:
            click.echo(f"tiffin: {error}", err=True)
            sys.exit(error.exit_code)
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            click.echo(f"tiffin: {place}{error.strerror or error}", err=True)
            sys.exit(2)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)

    return run


def give_up() -> NoReturn:
    """End the program now, whatever a cell does to stay; the cache holds whole entries at any time."""
    if sys.__stderr__ is not None and sys.__stderr__.isatty():
        os.write(2, b"\x1b[?25h\n")  # the cursor, which the bar hides
    os._exit(INTERRUPTED)


def stderr_console() -> Console:
    """Return a console on stderr as it is now, whatever a running cell puts into its place."""
    return Console(file=sys.stderr)
