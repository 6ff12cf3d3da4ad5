"""Paths in the notebook's folder, which is another one wherever the notebook is."""

from __future__ import annotations

import pathlib
import sys
from typing import Any


class NotebookPath(type(pathlib.Path())):  # type: ignore[misc]
    """A path in the notebook's folder: stored, and elsewhere restored, as what it is relative to that."""

    @property
    def in_notebook(self) -> tuple[str, ...] | None:
        """The parts that lead here from the notebook's folder, None for a path that is not in it."""
        try:
            return tuple(self.relative_to(_folder()).parts)
        except ValueError:
            return None

    def __reduce__(self) -> Any:
        parts = self.in_notebook
        return (pathlib.Path, self.parts) if parts is None else (in_notebook, parts)


def in_notebook(*parts: str) -> pathlib.Path:
    """Return the path that `parts` lead to from the folder of the notebook, or script, that runs."""
    return NotebookPath(_folder(), *parts)


def _folder() -> pathlib.Path:
    file = getattr(sys.modules["__main__"], "__file__", None)
    return pathlib.Path(file or "_").resolve().parent
