"""Small notebooks for tests, and a kernel that runs them in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tiffin.cells.cell import Cell
from tiffin.cells.compile import compile_cell
from tiffin.commands import CellSource, EditCells, Execute, Restore, RunCells, RunStale, SetValues
from tiffin.events import CellEnded, Event, Notice, RunCompleted, ScratchConsole, ScratchEnded
from tiffin.graph.graph import Graph, build_graph
from tiffin.ids import CellId
from tiffin.notebook.notebook import Notebook, NotebookCell
from tiffin.run.result import CellRun, RunSummary
from tiffin.session.kernel import Kernel, KernelServices
from tiffin.stores.memory import MemoryStore


def cell(source: str, cell_id: str = "c1", **fields: Any) -> NotebookCell:
    return NotebookCell(CellId(cell_id), "code", source, **{"line": 1, **fields})


def compiled(source: str, cell_id: str = "c1", **fields: Any) -> Cell:
    return compile_cell(cell(source, cell_id, **fields), "nb.py")


def notebook(*sources: str, **fields: Any) -> Notebook:
    """A notebook whose cells are called c1, c2, ... in the order given."""
    cells = tuple(cell(source, f"c{index}") for index, source in enumerate(sources, 1))
    return Notebook("nb", "nb.py", cells, **fields)


def graph(*sources: str) -> Graph:
    cells = notebook(*sources).cells
    return build_graph(compile_cell(c, "nb.py") for c in cells)


def _scratchpad() -> Any:
    """What makes a scratchpad; None in a browser, whose kernel has none."""
    try:
        from tiffin.session.scratchpad import Scratchpad
    except ModuleNotFoundError:
        return None
    return Scratchpad


class Bench:
    """A kernel in memory. `manifests` and `blobs` outlive it: `again` gives a fresh kernel on the same."""

    def __init__(
        self,
        *sources: str,
        manifests: MemoryStore | None = None,
        blobs: MemoryStore | None = None,
        fields: Mapping[str, Any] | None = None,
        **services: Any,
    ) -> None:
        self.sources = sources
        self.fields = dict(fields or {})
        self.manifests = manifests or MemoryStore()
        self.blobs = blobs or MemoryStore()
        self.services = services
        self.events: list[Event] = []
        given = KernelServices(
            manifests=self.manifests, blobs=self.blobs, **{"scratchpad": _scratchpad(), **services}
        )
        self.kernel = Kernel(notebook(*sources, **self.fields), given, self.events.append)

    def again(self, *sources: str, **services: Any) -> Bench:
        """A new session, of these cells or the same, on the same stores."""
        given = {**self.services, **services}
        return Bench(
            *(sources or self.sources),
            manifests=self.manifests,
            blobs=self.blobs,
            fields=self.fields,
            **given,
        )

    async def restore(self, shown: Mapping[str, str] | None = None, **more: Any) -> dict[str, CellRun]:
        return _by_cell(await self.kernel.handle(Restore("r", dict(shown or {}), **more)))

    async def run(self, *cells: str, force: bool = False) -> dict[str, CellRun]:
        return _by_cell(await self.kernel.handle(RunCells("r", cells or None, force)))

    async def set(self, **values: Any) -> dict[str, CellRun]:
        return _by_cell(await self.kernel.handle(SetValues("r", values)))

    async def stale(self) -> dict[str, CellRun]:
        return _by_cell(await self.kernel.handle(RunStale("r")))

    async def execute(self, code: str, timeout: float | None = None, run_id: str = "s") -> Scratched:
        """Run code in the scratchpad, and return what its events told."""
        first = len(self.events)
        await self.kernel.handle(Execute(run_id, code, timeout))
        return self.told(run_id, first)

    def told(self, run_id: str, first: int = 0) -> Scratched:
        """What events from the `first` on have told of a run in the scratchpad."""
        return Scratched(run_id, tuple(self.events[first:]))

    async def edit(
        self,
        *,
        put: Mapping[str, str | CellSource] | None = None,
        remove: Sequence[str] = (),
        order: Sequence[str] | None = None,
        settings: dict[str, Any] | None = None,
    ) -> dict[str, CellRun]:
        """Edit cells, given by id and source; new ones stand at the end if `order` does not say otherwise."""
        cells = [
            CellSource(cell_id, source) if isinstance(source, str) else source
            for cell_id, source in (put or {}).items()
        ]
        in_order = None if order is None else tuple(order)
        command = EditCells("r", tuple(cells), tuple(remove), in_order, settings)
        return _by_cell(await self.kernel.handle(command))

    @property
    def shown(self) -> dict[str, str | None]:
        """The plain text that a page shows now for each cell, None where there is no result."""
        texts: dict[str, str | None] = {}
        for event in self.events:
            if isinstance(event, CellEnded):
                if event.status != "idle" or event.origin == "none":
                    texts[event.cell] = None
                elif event.output is not None:
                    texts[event.cell] = event.output.get("text/plain")
        return {cell: texts.get(cell) for cell in self.kernel.graph.cells}

    def value(self, name: str) -> Any:
        return self.kernel.namespace.globals[name]

    @property
    def notices(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Notice)]


@dataclass(frozen=True)
class Scratched:
    """What the events of one run told, one of the scratchpad; those of other runs are left out."""

    run_id: str
    all_events: tuple[Event, ...]

    @property
    def events(self) -> list[Any]:
        return [e for e in self.all_events if getattr(e, "run_id", self.run_id) == self.run_id]

    def printed(self, stream: str) -> str:
        consoles = [e.text for e in self.events if isinstance(e, ScratchConsole)]
        return "".join(text.text for text in consoles if text.stream == stream)

    @property
    def stdout(self) -> str:
        return self.printed("stdout")

    @property
    def stderr(self) -> str:
        return self.printed("stderr")

    @property
    def ended(self) -> ScratchEnded:
        [ended] = [e for e in self.events if isinstance(e, ScratchEnded)]
        return ended

    @property
    def text(self) -> str | None:
        """The plain text of the output."""
        return None if self.ended.output is None else self.ended.output.get("text/plain")

    @property
    def cells(self) -> dict[str, str]:
        """How the cells ended that took part."""
        return {e.cell: e.status for e in self.events if isinstance(e, CellEnded)}

    @property
    def success(self) -> bool:
        """What the one `RunCompleted` says, which is the last event."""
        [completed] = [e for e in self.events if isinstance(e, RunCompleted)]
        assert self.events[-1] is completed
        return bool(completed.success)


def _by_cell(summary: RunSummary | None) -> dict[str, CellRun]:
    return {} if summary is None else {run.cell: run for run in summary.cells}


def how(runs: Mapping[str, CellRun]) -> dict[str, str]:
    """How each cell ended: `run`, `cache`, or its status if it has no result to show."""
    return {
        cell: run.result.origin if run.status == "idle" and run.result is not None else run.status
        for cell, run in runs.items()
    }


def text(run: CellRun) -> str | None:
    """The plain text of a cell's output."""
    assert run.result is not None
    output = run.result.output or {}
    return output.get("text/plain")
