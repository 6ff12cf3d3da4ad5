"""What a server knows of its kernel: the state of every cell, gathered from the events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from tiffin.events import CellStatus, KernelStats, Origin
from tiffin.host.server.answers import CellAnswer, KernelStatus, NotebookHead, Snapshot
from tiffin.notebook.notebook import Notebook

Json: TypeAlias = Any

MOST_PIECES = 1_000
"""How many pieces of text are kept of a cell that prints while it runs; the earliest go first."""
MOST_DISPLAYS = 200
"""Likewise for what it displays."""


@dataclass(frozen=True)
class CellState:
    """What there is to show of a cell. `run_id` is that of the run it took part in last; `trimmed` says that
    the earliest of what it printed or displayed while it ran is not kept."""

    status: CellStatus = "idle"
    origin: Origin = "none"
    run_id: str | None = None
    key: str | None = None
    seconds: float = 0.0
    output: Json = None
    displays: tuple[Json, ...] = ()
    console: tuple[Json, ...] = ()
    error: Json = None
    reason: str | None = None
    question: Json = None
    trimmed: bool = False


class KernelState:
    """The cells of a notebook, its widgets and its runs, as the events so far have left them."""

    def __init__(self, notebook: Notebook) -> None:
        self.cells: dict[str, CellState] = {cell.id: CellState() for cell in notebook.cells}
        self.elements: dict[str, Json] = {}
        """The widgets whose values were set: their names and front-end values, by element id."""
        self.runs: set[str] = set()
        """The runs that have started and not completed."""
        self._silent: set[str] = set()
        """Cells that have started and shown nothing since: what they showed before may turn out to stay."""
        self._slots: dict[str, list[str | None]] = {}
        self.stats: Json = vars(KernelStats())
        self.python: str | None = None

    @property
    def stale(self) -> tuple[str, ...]:
        """The cells whose results are older than their inputs."""
        return tuple(cell for cell, state in self.cells.items() if state.status == "stale")

    def hear(self, event: Json) -> None:
        """Take in an event in its wire form."""
        match event["type"]:
            case "KernelReady":
                self.python = event["python"]
            case "RunStarted":
                self.runs.add(event["run_id"])
                for cell in event["cells"]:
                    self._change(cell, status="queued", reason=None, run_id=event["run_id"])
            case "RunCompleted":
                self.runs.discard(event["run_id"])
                self.stats = event["stats"]
            case "NotebookEdited":
                self._edit(event["cells"], event["removed"])
            case "ElementChanged":
                self.elements[event["element"]] = {"name": event["name"], "value": event["value"]}
            case "CellQueued":
                self._change(event["cell"], status="queued", reason=event["reason"], run_id=event["run_id"])
            case "CellStarted":
                self._change(event["cell"], status="running", reason=None, run_id=event["run_id"])
                self._silent.add(event["cell"])
            case "CellConsole":
                self._print(event["cell"], event["text"])
            case "CellDisplay":
                self._display(event["cell"], event["bundle"], clear=event["clear"], slot=event["slot"])
            case "InputAsked":
                question = {"question": event["question"], "prompt": event["prompt"]}
                self._change(event["cell"], question=question)
            case "CellEnded":
                self._end(event)

    def _change(self, cell: str, **changes: Any) -> None:
        if cell in self.cells:
            self.cells[cell] = replace(self.cells[cell], **changes)

    def _edit(self, cells: list[str], removed: list[str]) -> None:
        kept = {cell: state for cell, state in self.cells.items() if cell not in removed}
        self.cells = {cell: kept.get(cell, CellState()) for cell in (*cells, *(kept.keys() - set(cells)))}

    def _begun(self, cell: str) -> CellState | None:
        """Return a cell that shows something; what is there from before its run goes."""
        if cell in self._silent:
            self._silent.discard(cell)
            self._change(cell, console=(), displays=(), trimmed=False)
        return self.cells.get(cell)

    def _print(self, cell: str, text: Json) -> None:
        state = self._begun(cell)
        if state is None:
            return
        pieces = (*state.console, text)
        over = len(pieces) > MOST_PIECES
        # A tenth at once, so that not each further piece moves all of them.
        kept = pieces[MOST_PIECES // 10 :] if over else pieces
        self.cells[cell] = replace(state, console=kept, trimmed=state.trimmed or over)

    def _display(self, cell: str, bundle: Json, *, clear: bool, slot: str | None) -> None:
        state = self._begun(cell)
        if state is None:
            return
        bundles, slots = list(state.displays), self._slots.get(cell, [])
        slots = slots if len(slots) == len(bundles) else [None] * len(bundles)
        if clear:
            bundles, slots = [], []
        if slot is not None and slot in slots:
            at = slots.index(slot)
            bundles[at : at + 1], slots[at : at + 1] = ([bundle], [slot]) if bundle else ([], [])
        elif bundle:
            bundles, slots = [*bundles, bundle], [*slots, slot]
        over = len(bundles) > MOST_DISPLAYS
        self._slots[cell] = slots[-MOST_DISPLAYS:]
        kept = tuple(bundles[-MOST_DISPLAYS:])
        self.cells[cell] = replace(state, displays=kept, trimmed=state.trimmed or over)

    def _end(self, event: Json) -> None:
        fails = event["status"] in ("error", "cancelled")
        state = self._begun(event["cell"]) if fails else self.cells.get(event["cell"])
        self._silent.discard(event["cell"])
        if state is None:
            return
        # None: what is on show stays, be it that of a stale result or what a body had printed.
        shown = {name: event[name] for name in ("output", "displays", "console") if event[name] is not None}
        if fails:
            shown.setdefault("output", None)
        for name in ("displays", "console"):
            if name in shown:
                shown[name] = tuple(shown[name])
        taken = {
            name: event[name] for name in ("status", "origin", "run_id", "key", "seconds", "error", "reason")
        }
        trimmed = state.trimmed and not {"displays", "console"} <= shown.keys()
        self.cells[event["cell"]] = replace(state, **taken, **shown, question=None, trimmed=trimmed)

    def to_json(self, notebook: Notebook, kernel: KernelStatus, last_event: int) -> Json:
        """Return a snapshot: cells in their order with source and state, widgets, runs under way, the number
        of the last event that it takes in."""
        states = {cell.id: self.cells.get(cell.id, CellState()) for cell in notebook.cells}
        snapshot = Snapshot(
            notebook=NotebookHead(notebook.filename, notebook.title, notebook.order),
            kernel=kernel,
            python=self.python,
            cells=tuple(
                CellAnswer(
                    id=cell.id,
                    name=cell.name,
                    kind=cell.kind,
                    source=cell.source,
                    settings=dict(cell.settings),
                    **vars(states[cell.id]),
                )
                for cell in notebook.cells
            ),
            stale=self.stale,
            elements=self.elements,
            runs=tuple(sorted(self.runs)),
            stats=self.stats,
            last_event=last_event,
        )
        return snapshot.to_json()
