"""Small notebooks for tests, and a kernel that runs them in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tiffin.cells.cell import Cell
from tiffin.cells.compile import compile_cell
from tiffin.commands import CellSource, EditCells, Restore, RunCells, RunStale, SetValues
from tiffin.events import CellEnded, Event, Notice
from tiffin.graph.graph import Graph, build_graph
from tiffin.ids import CellId
from tiffin.notebook.notebook import Notebook, NotebookCell
from tiffin.run.runner import CellRun, RunSummary
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
        given = KernelServices(manifests=self.manifests, blobs=self.blobs, **services)
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
