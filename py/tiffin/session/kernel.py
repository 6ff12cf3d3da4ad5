"""The kernel: graph, namespace and runner of one notebook, and the commands it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FrameType, ModuleType
from typing import Any, TypeAlias

from tiffin.cache.cell_cache import CellCache
from tiffin.cache.snapshot import SnapshotMaker
from tiffin.cache.surroundings import ShippedSurroundings, Surroundings
from tiffin.cells.compile import compile_cell
from tiffin.cells.names import PRESETS
from tiffin.codecs.standard import standard_codecs
from tiffin.commands import Command, Interrupt, Restore, RunCells, SetValues
from tiffin.errors import UsageError
from tiffin.events import CellEnded, ElementChanged, Event, KernelStats, Notice, RunCompleted
from tiffin.graph.graph import build_graph
from tiffin.ids import CellId, Key, RunId
from tiffin.notebook.notebook import Notebook
from tiffin.outputs.ipython_display import make_module
from tiffin.plan.plan import make_plan
from tiffin.plan.triggers import NamesChanged, RestoreAll, RunRequested, Trigger
from tiffin.run.evaluator import Evaluator
from tiffin.run.executor import DefaultExecutor, Executor
from tiffin.run.interrupt import Interrupter, InterruptibleExecutor
from tiffin.run.lifecycles.cached import CachedLifecycle, CachePolicy
from tiffin.run.lifecycles.capture import CaptureLifecycle
from tiffin.run.lifecycles.inputs import InputsLifecycle, InstalledPackages, Packages
from tiffin.run.namespace import Namespace
from tiffin.run.runner import Runner, RunSummary
from tiffin.session.ambient import Ambient, current
from tiffin.session.author import clear_output, display
from tiffin.session.magics import Magics
from tiffin.session.standins import standing_in
from tiffin.stores.memory import MemoryStore
from tiffin.stores.store import Store
from tiffin.ui.element import Element
from tiffin.ui.registry import ElementRegistry

Json: TypeAlias = Any


@dataclass(frozen=True)
class KernelServices:
    """What a host gives a kernel.

    `fetched` tells how many manifests and blobs came over a network. `environment` is recorded in
    manifests. `file` is what `__file__` is in cells.
    """

    manifests: Store = field(default_factory=MemoryStore)
    blobs: Store = field(default_factory=MemoryStore)
    environment: Mapping[str, Json] = field(default_factory=dict)
    policy: CachePolicy = field(default_factory=CachePolicy)
    packages: Packages = field(default_factory=InstalledPackages)
    surroundings: Surroundings = field(default_factory=ShippedSurroundings)
    executor: Executor = field(default_factory=DefaultExecutor)
    fetched: Callable[[], tuple[int, int]] = lambda: (0, 0)
    file: str = ""


class Kernel:
    """Runs one notebook. `report` takes every event, in order; commands are carried out one after another.

    What threads of a cell print and display is reported from these threads.
    """

    def __init__(self, notebook: Notebook, services: KernelServices, report: Callable[[Event], None]) -> None:
        self.notebook = notebook
        cells = (compile_cell(cell, notebook.filename, i) for i, cell in enumerate(notebook.cells))
        self.graph = build_graph(cells)
        self._services = services
        self._report_outside = report
        self._shown: dict[str, str] = {}
        self._lock = asyncio.Lock()
        self.elements = ElementRegistry()
        self.module = _main_module(services.file)
        self.namespace = Namespace(vars(self.module))
        codecs = standard_codecs(lambda: self.namespace.globals)
        self.cache = CellCache(services.manifests, services.blobs, codecs, services.environment)
        self._inputs = InputsLifecycle(self.cache, self.elements, services.packages)
        self._capture = CaptureLifecycle(self.elements)
        snapshots = SnapshotMaker(
            codecs, self.namespace.identity, services.surroundings.module_digest, large=services.policy.large
        )
        self._cached = CachedLifecycle(
            self.cache, self._inputs, snapshots, services.surroundings, services.policy, self._shown_key
        )
        self._interrupter = Interrupter(self.namespace.globals)
        executor = InterruptibleExecutor(services.executor, self._interrupter)
        evaluator = Evaluator([self._cached, self._inputs, self._capture], executor)
        self._runner = Runner(evaluator, self.namespace, self._report, notebook.filename, self.stats)
        self._ambient = Ambient(self._adopt, self._capture.display, self._capture.clear, self._stats_json)
        vars(self.module).update(display=display, __tiffin__=Magics(self._capture))
        self._capture.presets = {name: value for name, value in vars(self.module).items() if name in PRESETS}
        ipython_display = make_module(display, clear_output)
        # `__main__` is where pickle, dataclasses and typing look for the classes of cells.
        self._modules: Mapping[str, ModuleType] = {
            "__main__": self.module,
            "IPython": ipython_display.parent,
            "IPython.display": ipython_display,
        }

    # -- commands ---------------------------------------------------------------------------------------

    async def handle(self, command: Command) -> RunSummary | None:
        """Carry out a command; a run it starts ends with its `RunCompleted`, whatever happens."""
        if isinstance(command, Interrupt):
            self.interrupt()
            return None
        async with self._lock:
            match command:
                case Restore(run_id, shown):
                    self._shown = dict(shown)
                    return await self._run(RestoreAll(), RunId(run_id))
                case RunCells(run_id, None, force):
                    cells = tuple(self.graph.cells)
                    return await self._run(RunRequested(cells), RunId(run_id), cells if force else ())
                case RunCells(run_id, asked, force):
                    chosen = tuple(CellId(cell) for cell in asked or ())
                    return await self._run(RunRequested(chosen), RunId(run_id), chosen if force else ())
                case SetValues(run_id, values):
                    return await self._set_values(RunId(run_id), values)

    @property
    def runs(self) -> bool:
        """Whether a run is under way."""
        return self._interrupter.attends

    def interrupt(self, frame: FrameType | None = None) -> None:
        """Interrupt the run under way: the cell that runs, and all that are left.

        A signal handler gives the `frame` it broke into; what it raises must then get out of the handler.
        """
        self._runner.interrupt()
        if frame is None:
            self._interrupter.cancel()
        else:
            self._interrupter.break_into(frame)

    async def _set_values(self, run_id: RunId, values: Mapping[str, Json]) -> RunSummary | None:
        try:
            for name, value in values.items():
                self.elements.find(name).check(value)
        except UsageError as error:
            # Nothing is set then: what depends on one of the values would not be run for it.
            self._report(Notice("error", str(error)))
            self._report(RunCompleted(run_id, False, self.stats()))
            return None
        names: list[str] = []
        for name, value in values.items():
            element = self.elements.set_value(name, value)
            if element is not None:
                self._report(ElementChanged(element.id, element.name, element.front_end))
                names += self.namespace.names_holding(element.id)
        return await self._run(NamesChanged(tuple(dict.fromkeys(names))), run_id)

    async def _run(self, trigger: Trigger, run_id: RunId, forced: tuple[CellId, ...] = ()) -> RunSummary:
        token = current.set(self._ambient)
        try:
            with (
                self._interrupter.attending(),
                standing_in(self._modules),
                self._capture.listening(current),
            ):
                plan = make_plan(self.graph, trigger)
                return await self._runner.run(self.graph, plan, run_id, frozenset(forced))
        finally:
            current.reset(token)

    # -- what it tells ----------------------------------------------------------------------------------

    def stats(self) -> KernelStats:
        """Return what this kernel has done so far."""
        manifests, blobs = self._services.fetched()
        return KernelStats(
            cells_run=self._capture.bodies,
            cells_restored=self._cached.hits,
            manifests_fetched=manifests,
            blobs_fetched=blobs,
            blobs_rejected=self.cache.rejected,
            values_materialised=self._inputs.materialised,
        )

    def _stats_json(self) -> Mapping[str, int]:
        return dict(vars(self.stats()))

    def _shown_key(self, cell: CellId) -> Key | None:
        shown = self._shown.get(cell)
        return None if shown is None else Key(shown)

    def _report(self, event: Event) -> None:
        if isinstance(event, CellEnded):
            # What a page shows of a cell is from now on what this event says.
            self._shown.pop(event.cell, None)
            if event.status == "idle" and event.key is not None:
                self._shown[event.cell] = event.key
        self._report_outside(event)
        self._capture.heard(event)

    def _adopt(self, element: Element) -> Element:
        cell = self._capture.cell
        return element if cell is None else self.elements.adopt(element, cell, self.graph.cells[cell].digest)


def _main_module(file: str) -> ModuleType:
    module = ModuleType("__main__", "The names that the notebook's cells share.")
    vars(module).update(__builtins__=__builtins__, __file__=file)
    return module
