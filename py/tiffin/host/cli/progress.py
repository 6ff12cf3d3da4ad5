"""What the command line shows of a run: a progress bar while it lasts, a table at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from tiffin.events import CellEnded, CellStarted, ErrorReport, Event, Notice, RunStarted
from tiffin.host.export.cook import Cooked, CookedCell
from tiffin.notebook.notebook import Notebook
from tiffin.run.lifecycles.capture import readable_seconds
from tiffin.run.runner import INTERRUPTED


@contextmanager
def cell_progress(console: Console, notebook: Notebook) -> Iterator[Callable[[Event], None]]:
    """Yield a function that takes a kernel's events and shows them as a bar of cells; notices as lines."""
    name = TextColumn("{task.description}", markup=False)
    columns = (name, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(notebook.filename, total=None)

        def report(event: Event) -> None:
            match event:
                case RunStarted(cells=cells):
                    progress.update(task, total=len(cells), completed=0)
                case CellStarted(cell=cell):
                    progress.update(task, description=f"{notebook.filename}: {cell}")
                case CellEnded():
                    progress.advance(task)
                case Notice(text=text):
                    console.print(text, style="yellow", markup=False, highlight=False, soft_wrap=True)
                case _:
                    pass

        yield report


def state_of(cooked: CookedCell) -> str:
    """Return in one word how a cell came out: `hit`, `run`, `error` or `cancelled`."""
    run = cooked.run
    if run.status == "idle" and run.result is not None:
        return "hit" if run.result.origin == "cache" else "run"
    return run.status


def cell_table(cooked: Cooked) -> Table:
    """Return the table of a run: cell, hit or run, time, bytes."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("cell")
    table.add_column("result")
    table.add_column("time", justify="right")
    table.add_column("bytes", justify="right")
    for cell in cooked.graph:
        done = cooked.cells.get(cell.id)
        if done is not None:
            style = {"error": "red", "cancelled": "yellow", "hit": "green"}.get(state_of(done), "")
            seconds = readable_seconds(done.run.elapsed)
            table.add_row(
                Text(cell.id), state_of(done), seconds, f"{done.size:,}" if done.size else "", style=style
            )
    return table


def interruption(cooked: Cooked) -> str | None:
    """Return in a few words that a run was interrupted, and in which cell; None if it was not."""
    for run in cooked.summary.cells:
        if run.result is not None and run.result.status == "interrupted":
            return f"interrupted in cell {run.cell}"
    return "interrupted" if any(run.reason == INTERRUPTED for run in cooked.summary.cells) else None


def error_line(cell: str, error: ErrorReport) -> str:
    """Return an error in one line: where it happened, and what it says."""
    message = f"{error.kind}: {error.message}" if error.kind else error.message
    if error.frames:
        return f"{error.frames[-1].where} (cell {cell}): {message}"
    return f"cell {cell}{f' ({error.hint})' if error.hint else ''}: {message}"
