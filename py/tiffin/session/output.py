"""The output of the running cell, changed while the cell runs."""

from __future__ import annotations

from typing import Any

from tiffin.session.ambient import current


class CellOutput:
    """`tn.output`: what the running cell shows so far. In a script, values are printed."""

    def append(self, value: Any) -> None:
        """Show a value below what is there."""
        self._show(value, clear=False)

    def replace(self, value: Any) -> None:
        """Show a value in the place of all that is there."""
        self._show(value, clear=True)

    def clear(self) -> None:
        """Show nothing."""
        ambient = current.get()
        if ambient is not None:
            ambient.clear()

    def _show(self, value: Any, *, clear: bool) -> None:
        ambient = current.get()
        if ambient is not None:
            ambient.show(value, clear=clear)
        elif value is not None:
            print(value)


output = CellOutput()
