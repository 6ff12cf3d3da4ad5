"""The table of a run while it lasts: every cell's state, its time, and whether it was a hit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from rich.console import Console, ConsoleOptions, RenderResult
from rich.live import Live
from rich.table import Table
from rich.text import Text

from tiffin.events import CellEnded, CellQueued, CellStarted, CellStatus, Event, Notice, RunStarted
from tiffin.run.lifecycles.capture import readable_seconds

Clock = Callable[[], float]
How = Literal["hit", "run", ""]

STYLES: dict[str, str] = {
    "error": "red",
    "cancelled": "yellow",
    "stale": "dim",
    "queued": "dim",
    "running": "bold cyan",
    "hit": "green",
}
"""How a row is shown, by its state, or by `hit` where that is how it came to its result."""

REFRESHED = 8
"""How many times a second the table is drawn."""


@dataclass
class Row:
    """One cell: its state in the words of the page's `data-status`, and how it came to its result.

    `seconds` is the time of an ended cell, `since` when a running one started, by the table's clock.
    """

    cell: str
    state: CellStatus = "idle"
    how: How = ""
    seconds: float | None = None
    since: float = 0.0

    def add_to(self, table: Table, now: float) -> None:
        """Add this row to `table`; a running cell's time is that which has passed by `now`."""
        seconds = now - self.since if self.state == "running" else self.seconds
        time = "" if seconds is None else readable_seconds(seconds)
        style = STYLES.get(self.state) or STYLES.get(self.how, "")
        table.add_row(Text(self.cell), self.state, time, self.how, style=style)


class LiveTable:
    """The cells of a notebook, kept up to date by the events of its kernel; to be drawn at any moment.

    Where the terminal is too low for all rows, those around the running cell are drawn. `clock` gives
    seconds.
    """

    def __init__(self, title: str, cells: Iterable[str], clock: Clock) -> None:
        self.rows = [Row(cell) for cell in cells]
        self._title = title
        self._clock = clock
        self._place = {row.cell: index for index, row in enumerate(self.rows)}
        self._focus = 0

    def take(self, event: Event) -> None:
        """Change the rows as `event` says; cells that the table does not have are left out."""
        match event:
            case RunStarted(cells=cells):
                for cell in cells:
                    self._queue(cell)
            case CellQueued(cell=cell):
                self._queue(cell)
            case CellStarted(cell=cell) if cell in self._place:
                self._focus = self._place[cell]
                row = self.rows[self._focus]
                row.state, row.how, row.since = "running", "", self._clock()
            case CellEnded(cell=cell, status=status, origin=origin) if cell in self._place:
                row = self.rows[self._place[cell]]
                row.seconds = self._clock() - row.since if row.state == "running" else None
                row.state, row.how = status, "hit" if origin == "cache" else "run" if origin == "run" else ""
            case _:
                pass

    def _queue(self, cell: str) -> None:
        if cell in self._place:
            row = self.rows[self._place[cell]]
            row.state, row.how, row.seconds = "queued", "", None

    def window(self, height: int) -> range:
        """Return which rows are drawn where there is room for `height` of them."""
        shown = max(1, min(height, len(self.rows)))
        first = min(max(0, self._focus - shown // 2), len(self.rows) - shown)
        return range(max(0, first), min(len(self.rows), max(0, first) + shown))

    def counts(self) -> str:
        """Return in one line how many cells there are of each kind."""
        found: Counter[str] = Counter(row.how or row.state for row in self.rows)
        words = ("hit", "run", "error", "cancelled", "stale", "running", "queued")
        parts = [f"{found[word]:,} {word}" for word in words if found[word]]
        return ", ".join([f"{self._title}: {len(self.rows):,} cells", *parts])

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        now = self._clock()
        # The counts, the heading, and the line that the cursor is in afterwards.
        window = self.window(options.max_height - 3)
        table = new_table("cell", "state", "time", "result", one_line=True)
        for index in window:
            self.rows[index].add_to(table, now)
        yield Text(self.counts(), no_wrap=True, overflow="ellipsis")
        yield table


def new_table(*columns: str, one_line: bool = False) -> Table:
    """Return an empty table in the form that all tables of cells have; times and sizes stand to the right.

    With `one_line`, a name that is too long for the terminal is cut, so that each row is as high as any.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        justify: Literal["right", "left"] = "right" if column in ("time", "bytes") else "left"
        table.add_column(
            column, justify=justify, no_wrap=one_line, overflow="ellipsis" if one_line else "fold"
        )
    return table


@contextmanager
def live_table(
    console: Console, title: str, cells: Iterable[str], clock: Clock
) -> Iterator[Callable[[Event], None]]:
    """Yield a function that takes a kernel's events and shows the table while this is open; notices as lines.

    Without a terminal that can redraw, only the notices are shown.
    """
    table = LiveTable(title, cells, clock)

    def report(event: Event) -> None:
        table.take(event)
        if isinstance(event, Notice):
            console.print(event.text, style="yellow", markup=False, highlight=False, soft_wrap=True)

    if not console.is_interactive:
        yield report
        return
    # What cells print is captured by the kernel: standard streams need no redirection here.
    with Live(
        table,
        console=console,
        refresh_per_second=REFRESHED,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ):
        yield report
