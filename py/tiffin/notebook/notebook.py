"""The notebook as a value: ordered cell sources and settings, as read from a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from tiffin.errors import NotebookError
from tiffin.ids import CellId

FORMAT = 1

CellKind = Literal["code", "markdown"]
Order = Literal["graph", "document"]
NotebookOrder = Literal["graph", "document", "auto"]

_EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class NotebookCell:
    """One cell as its author wrote it.

    `source` is the text in the file; `code` is the Python that runs where that differs (IPython syntax
    rewritten), else None. `line` is the file's 1-based line of the first source line, None where the
    format has no lines (`.ipynb`). `stars` holds, for each `from m import *`, the names it binds.
    `problem` is a sentence about what makes the cell unrunnable, found while reading.
    """

    id: CellId
    kind: CellKind
    source: str
    name: str | None = None
    code: str | None = None
    line: int | None = None
    settings: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    stars: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _EMPTY)
    problem: str | None = None

    @property
    def python(self) -> str:
        """The Python source that is compiled for this cell."""
        return self.source if self.code is None else self.code


@dataclass(frozen=True)
class Notebook:
    """Ordered cells and settings. `filename` has no folder; `requirements` are PEP 508 strings.

    The order `auto` is document order if a name has several definitions or is changed in place, else graph
    order.
    """

    name: str
    filename: str
    cells: tuple[NotebookCell, ...]
    requirements: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    order: NotebookOrder = "graph"
    title: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form, `notebook.json`, which is all that a browser reads of a notebook."""
        return {
            "format": FORMAT,
            "name": self.name,
            "filename": self.filename,
            "title": self.title,
            "order": self.order,
            "requirements": list(self.requirements),
            "settings": dict(self.settings),
            "cells": [_cell_to_json(cell) for cell in self.cells],
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Notebook:
        """Return the notebook whose JSON form is `data`; `NotebookError` if it is of another format."""
        if data.get("format") != FORMAT:
            raise NotebookError(
                f"notebook.json has format {data.get('format')!r}, this tiffin reads {FORMAT}: "
                "export the notebook again with this version"
            )
        return Notebook(
            name=data["name"],
            filename=data["filename"],
            title=data["title"],
            order=data["order"],
            requirements=tuple(data["requirements"]),
            settings=data["settings"],
            cells=tuple(_cell_from_json(cell) for cell in data["cells"]),
        )


def _cell_to_json(cell: NotebookCell) -> dict[str, Any]:
    return {
        "id": cell.id,
        "name": cell.name,
        "kind": cell.kind,
        "source": cell.source,
        "code": cell.code,
        "line": cell.line,
        "settings": dict(cell.settings),
        "stars": {module: list(names) for module, names in cell.stars.items()},
        "problem": cell.problem,
    }


def _cell_from_json(data: Mapping[str, Any]) -> NotebookCell:
    stars = {module: tuple(names) for module, names in data["stars"].items()}
    return NotebookCell(**{**data, "stars": stars})
