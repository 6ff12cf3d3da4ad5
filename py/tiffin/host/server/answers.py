"""What the server answers, one frozen dataclass per shape: the source of the OpenAPI document.

Every field is JSON, or a dataclass of this module or of `events.py`; the wire form has the same fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from tiffin.events import CellStatus, ConsoleText, ErrorReport, KernelStats, Origin
from tiffin.host.native.variables import Variable
from tiffin.notebook.notebook import CellKind, NotebookOrder

Json: TypeAlias = Any
KernelStatus = Literal["starting", "idle", "busy", "failed"]


@dataclass(frozen=True)
class NotebookHead:
    """What a notebook is called, and in which order its cells see each other."""

    filename: str
    title: str | None
    order: NotebookOrder


@dataclass(frozen=True)
class Question:
    """What a running cell asks its reader; `AnswerInput` brings the line."""

    question: str
    prompt: str


@dataclass(frozen=True)
class CellAnswer:
    """A cell as it was written, and what there is to show of it. `run_id` is that of the run it took part in
    last; `trimmed` says that the earliest of what it printed or displayed while it ran is not kept."""

    id: str
    name: str | None
    kind: CellKind
    source: str
    settings: dict[str, Json]
    status: CellStatus
    origin: Origin
    run_id: str | None
    key: str | None
    seconds: float
    output: dict[str, Json] | None
    displays: tuple[dict[str, Json], ...]
    console: tuple[ConsoleText, ...]
    error: ErrorReport | None
    reason: str | None
    question: Question | None
    trimmed: bool


@dataclass(frozen=True)
class ElementState:
    """A widget whose value was set: its name and its front-end value."""

    name: str
    value: Json


@dataclass(frozen=True)
class Snapshot:
    """Notebook and kernel after the event `last_event`: cells in their order, by element id the widgets whose
    values were set, runs that have started and not completed."""

    notebook: NotebookHead
    kernel: KernelStatus
    python: str | None
    cells: tuple[CellAnswer, ...]
    stale: tuple[str, ...]
    elements: dict[str, ElementState]
    runs: tuple[str, ...]
    stats: KernelStats
    last_event: int

    def to_json(self) -> Json:
        """Return the wire form; outputs are not copied."""
        return {
            **vars(self),
            "notebook": vars(self.notebook),
            "cells": [vars(cell) for cell in self.cells],
            "stale": list(self.stale),
            "runs": list(self.runs),
        }


@dataclass(frozen=True)
class Lost:
    """Events between `after` and `oldest` are no longer kept."""

    after: int
    oldest: int
    detail: str


@dataclass(frozen=True)
class RunAnswer:
    """The command was taken; `run_id` is that of the run it starts, if it starts one."""

    run_id: str | None


@dataclass(frozen=True)
class VariablesAnswer:
    """The names that cells have bound."""

    variables: tuple[Variable, ...]


@dataclass(frozen=True)
class ProblemAnswer:
    """What is wrong with a request, in one sentence (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


@dataclass(frozen=True)
class ExecuteRequest:
    """Code to run in the scratchpad; `timeout`, in seconds from the start of the run, ends it."""

    code: str
    run_id: str | None = None
    timeout: float | None = None
