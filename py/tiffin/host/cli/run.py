"""`tiffin run`: a notebook as a script."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from tiffin.errors import NotebookFailed, UsageError
from tiffin.events import Event
from tiffin.host.cli.cache_place import CACHE_HELP, choose_cache, limit_cache
from tiffin.host.cli.explained import explained, give_up, stderr_console
from tiffin.host.cli.live_table import live_table
from tiffin.host.cli.prints import Prints
from tiffin.host.cli.progress import cell_table, cells_json, error_line, interruption, own_frames
from tiffin.host.cli.user_settings import user_cache_limit, user_options
from tiffin.host.export.cook import Cooked, cook
from tiffin.notebook.files import read_notebook
from tiffin.run.result import CellRun

LAST_LINES = 5
"""How many lines of what a failed cell wrote to stderr are shown."""


@click.command("run")
@click.argument("notebook", type=click.Path(path_type=Path))
@click.option("--cache", metavar="FOLDER|URL", help=CACHE_HELP)
@click.option(
    "--set", "values", multiple=True, metavar="NAME=JSON", help="Set a widget, then run what depends on it."
)
@click.option("-v", "--verbose", is_flag=True, help="Show what the cells print.")
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
@explained
def run_notebook(
    notebook: Path, cache: str | None, values: tuple[str, ...], verbose: bool, as_json: bool
) -> None:
    """Run a notebook as a script: cells, cache hits and times as a table.

    What cells print goes to stdout with -v, the table to stderr. The exit code is 1 when a cell failed.

    \b
    tiffin run lunch.py
    tiffin run lunch.py --set slider=7
    tiffin run lunch.py -v 2> table.txt
    """
    console = stderr_console()
    prints = _prints(console, as_json) if verbose else None
    read = read_notebook(notebook)
    front_end = dict(_assignment(value) for value in values)
    names = [cell.id for cell in read.cells if cell.kind == "code"]
    folder, shared = choose_cache(cache, notebook, os.environ)
    limit = user_cache_limit(os.environ)
    options = replace(user_options(os.environ), shared=shared)
    with live_table(console, read.filename, names, time.monotonic) as show:

        def report(event: Event) -> None:
            show(event)
            if prints is not None:
                prints.take(event)

        cooked = cook(read, notebook, folder, report, front_end, give_up, options)
    limit_cache(console, folder, cooked, limit)
    if as_json:
        click.echo(json.dumps(cells_json(cooked)))
    else:
        console.print(cell_table(cooked))
    _tell_failures(cooked, short=not verbose and not console.is_terminal, printed=verbose)
    interrupted = interruption(cooked)
    if interrupted is not None:
        click.echo(f"tiffin: {interrupted}", err=True)
    if not cooked.summary.success:
        sys.exit(NotebookFailed.exit_code)


def _prints(console: Console, as_json: bool) -> Prints:
    """Where prints go: to stdout, unless JSON or the table is to be there."""
    out = Console(file=sys.stdout)
    if as_json or (console.is_interactive and out.is_terminal):
        return Prints(console, whole_lines=console.is_interactive)
    return Prints(out, whole_lines=False)


def _assignment(text: str) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise UsageError(f"--set takes NAME=VALUE, not {text!r}")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _tell_failures(cooked: Cooked, *, short: bool, printed: bool) -> None:
    """One line for each cell that failed; unless `short`, what led there above it."""
    for run in cooked.summary.cells:
        if run.error is not None:
            if not short:
                for line in _trail(run, printed=printed):
                    click.echo(f"    {line}", err=True)
            click.echo(f"tiffin: {error_line(run.cell, run.error)}", err=True)


def _trail(run: CellRun, *, printed: bool) -> list[str]:
    """The last lines that a failed cell wrote to stderr, unless they were `printed`, and its traceback."""
    assert run.error is not None
    console = run.result.console if run.result is not None else None
    written = "".join(text for stream, text in console or () if stream == "stderr" and not printed)
    frames = [
        f"{frame.where}{f', in {frame.function}' if frame.function else ''}: {frame.text.strip()}"
        for frame in own_frames(run.error)
    ]
    return [*written.splitlines()[-LAST_LINES:], *frames]
