"""What cells print, on the terminal: under a rule with the cell's name, as it comes."""

from __future__ import annotations

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from tiffin.events import CellConsole, CellEnded, CellStarted, Event


class Prints:
    """Writes the console text of cells to `out`; that of a hit is what its run printed.

    With `whole_lines`, a piece waits for the end of its line: needed beside a table that is being redrawn.
    """

    def __init__(self, out: Console, *, whole_lines: bool) -> None:
        self._out = out
        self._whole_lines = whole_lines
        self._speaks: str | None = None
        self._waiting = ""

    def take(self, event: Event) -> None:
        """Write what `event` says was printed."""
        match event:
            case CellStarted():
                self._speaks = None
            case CellConsole(cell=cell, text=text):
                self._write(cell, text.text)
            case CellEnded(cell=cell, origin=origin, console=console):
                if origin == "cache":
                    for piece in console or ():
                        self._write(cell, piece.text)
                if self._waiting:
                    self._put("\n")
            case _:
                pass

    def _write(self, cell: str, text: str) -> None:
        if self._speaks != cell:
            self._speaks = cell
            self._out.print(Rule(Text(cell), align="left", style="dim"))
        self._put(text)

    def _put(self, text: str) -> None:
        if not self._whole_lines:
            self._out.file.write(text)
            self._out.file.flush()
            self._waiting = "" if text.endswith("\n") else text
            return
        *lines, self._waiting = (self._waiting + text).split("\n")
        if lines:  # all at once: with each the table is drawn anew
            self._out.print(Text("\n").join(map(Text.from_ansi, lines)), soft_wrap=True)
