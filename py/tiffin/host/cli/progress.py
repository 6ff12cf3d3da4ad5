"""What the command line shows of a run: a progress bar while it lasts, a table at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from tiffin.events import CellEnded, CellStarted, ErrorReport, Event, Frame, Notice, RunStarted
from tiffin.host.cli.live_table import STYLES, new_table
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


def result_of(cooked: CookedCell) -> str:
    """Return how a cell came to its result: `hit`, `run`, or `stopped`; empty if it has none."""
    run = cooked.run
    if run.status != "idle" or run.result is None:
        return ""
    if run.result.status == "stopped":
        return "stopped"
    return "hit" if run.result.origin == "cache" else "run"


def cell_table(cooked: Cooked) -> Table:
    """Return the table of a run in document order: cell, state, time, hit or run, bytes."""
    table = new_table("cell", "state", "time", "result", "bytes")
    for cell in cooked.graph:
        done = cooked.cells.get(cell.id)
        if done is not None:
            result, state = result_of(done), done.run.status
            time = readable_seconds(done.run.elapsed) if done.run.result is not None else ""
            size = f"{done.size:,}" if done.size else ""
            style = STYLES.get(state) or STYLES.get(result, "")
            table.add_row(Text(cell.id), state, time, result, size, style=style)
    return table


def cells_json(cooked: Cooked) -> list[dict[str, Any]]:
    """Return the same as JSON, in the order in which the cells ended.

    `state` is a word of the page's `data-status`, `seconds` the time from start to end, `bytes` what it
    takes to ship the cell.
    """
    return [
        {
            "cell": cell,
            "state": done.run.status,
            "seconds": round(done.run.elapsed, 6),
            "hit": result_of(done) == "hit",
            "bytes": done.size,
            "key": done.manifest.key if done.manifest is not None else None,
            "error": None if done.run.error is None else _error_json(done.run.error),
        }
        for cell, done in cooked.cells.items()
    ]


def _error_json(error: ErrorReport) -> dict[str, str | None]:
    frames = own_frames(error)
    where = frames[-1].where if frames else error.hint
    return {"kind": error.kind, "message": error.message, "where": where}


def interruption(cooked: Cooked) -> str | None:
    """Return in a few words that a run was interrupted, and in which cell; None if it was not."""
    for run in cooked.summary.cells:
        if run.result is not None and run.result.status == "interrupted":
            return f"interrupted in cell {run.cell}"
    return "interrupted" if any(run.reason == INTERRUPTED for run in cooked.summary.cells) else None


def own_frames(error: ErrorReport) -> list[Frame]:
    """Return the frames of an error that are lines of the notebook."""
    return [frame for frame in error.frames if frame.cell]


def error_line(cell: str, error: ErrorReport) -> str:
    """Return an error in one line: where it happened, and what it says."""
    message = f"{error.kind}: {error.message}" if error.kind else error.message
    if frames := own_frames(error):
        return f"{frames[-1].where} (cell {cell}): {message}"
    return f"cell {cell}{f' ({error.hint})' if error.hint else ''}: {message}"
