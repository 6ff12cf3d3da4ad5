"""The kernel: graph, namespace and runner of one notebook, and the commands it takes."""

from __future__ import annotations

import builtins
import importlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import FrameType, ModuleType
from typing import Any, TypeAlias

from tiffin.cache.cell_cache import CellCache
from tiffin.cache.live_identity import LiveIdentities
from tiffin.cache.snapshot import SnapshotMaker
from tiffin.cache.surroundings import ShippedSurroundings, Surroundings
from tiffin.cache.trust import Trust
from tiffin.cells.names import PRESETS
from tiffin.codecs.registry import Codec
from tiffin.codecs.standard import standard_codecs
from tiffin.commands import (
    AnswerInput,
    Ask,
    CheckFiles,
    Command,
    EditCells,
    Execute,
    Interrupt,
    PutContent,
    Restore,
    RunCells,
    RunStale,
    SetValues,
)
from tiffin.errors import UsageError
from tiffin.events import CellEnded, Event, KernelStats, NotebookEdited, Notice, RunCompleted
from tiffin.graph.graph import Graph, graph_of
from tiffin.ids import CellId, Key, RunId, new_run_id
from tiffin.notebook.notebook import Notebook, NotebookCell
from tiffin.outputs.ipython_display import make_module
from tiffin.plan.triggers import FilesChanged, RestoreAll, RunRequested, StaleRequested, Trigger
from tiffin.run.evaluator import Evaluator
from tiffin.run.executor import DefaultExecutor, Executor
from tiffin.run.interrupt import Interrupter, InterruptibleExecutor
from tiffin.run.lifecycle import Lifecycle
from tiffin.run.lifecycles.cached import CachedLifecycle, CachePolicy
from tiffin.run.lifecycles.capture import CaptureLifecycle
from tiffin.run.lifecycles.changes import ChangesLifecycle
from tiffin.run.lifecycles.inputs import InputsLifecycle, InstalledPackages, Packages
from tiffin.run.lifecycles.strict import StrictLifecycle
from tiffin.run.namespace import Namespace
from tiffin.run.result import RunSummary
from tiffin.run.runner import Beside, Runner
from tiffin.session.ambient import Ambient, current
from tiffin.session.author import clear_output, display
from tiffin.session.calls import Calls
from tiffin.session.edits import BesideServices, CallingBack, Edits, Scratching
from tiffin.session.magics import Magics
from tiffin.session.questions import Questions
from tiffin.session.standins import standing_aside, standing_in
from tiffin.session.states import States
from tiffin.session.turns import Turns
from tiffin.stores.memory import MemoryStore
from tiffin.stores.store import Mark, Store
from tiffin.ui.element import Element
from tiffin.ui.registry import ElementRegistry

Json: TypeAlias = Any

STRICT = "^strict"
"""An input of every cell of a strict notebook: what ran without being watched is no result there."""


@dataclass(frozen=True)
class KernelServices:
    """What a host gives a kernel.

    `inside` are the stores of manifests and blobs as a body may use them, which cannot wait; the same ones if
    None. `fetched` tells how many manifests and blobs came over a network, `trusts` whether the manifest that
    was read last under a key is as trusted as the notebook's code; `trust` are the user's rules of signing;
    `mark` is as in `CacheStores`.
    `environment` is recorded in manifests. `codecs` are others than tiffin's own. `lifecycles` are further
    ones, which stand around a body whose inputs are live. `file` is what `__file__` is in cells. `read_cell`
    does for an edited cell what reading a file does for all: IPython's syntax, star imports. `graph` makes
    the graph of the notebook as it is opened. `scratchpad` makes the scratchpad, where there is to be one
    from the start: `tiffin.session.scratchpad.Scratchpad`.
    """

    manifests: Store = field(default_factory=MemoryStore)
    blobs: Store = field(default_factory=MemoryStore)
    environment: Mapping[str, Json] = field(default_factory=dict)
    policy: CachePolicy = field(default_factory=CachePolicy)
    packages: Packages = field(default_factory=InstalledPackages)
    surroundings: Surroundings = field(default_factory=ShippedSurroundings)
    executor: Executor = field(default_factory=DefaultExecutor)
    codecs: tuple[Codec, ...] = ()
    lifecycles: tuple[Lifecycle, ...] = ()
    fetched: Callable[[], tuple[int, int]] = lambda: (0, 0)
    inside: tuple[Store, Store] | None = None
    trusts: Callable[[str], bool] = lambda key: True
    mark: Callable[[str], Mark | None] = lambda key: None
    trust: Trust = field(default_factory=Trust)
    file: str = ""
    read_cell: Callable[[NotebookCell], NotebookCell] = lambda cell: cell
    graph: Callable[[Notebook], Graph] = graph_of
    scratchpad: Callable[[BesideServices], Scratching] | None = None


class Kernel:
    """Runs one notebook. `report` takes every event, in order; commands are carried out one after another.

    What threads of a cell print and display is reported from these threads.
    """

    def __init__(self, notebook: Notebook, services: KernelServices, report: Callable[[Event], None]) -> None:
        self._services = services
        self._report_outside = report
        self._shown: dict[str, Key] = {}
        self._triggers: list[Trigger] = []
        self._turns = Turns(
            lambda run: self._refuse(run, UsageError("the run was called off before it began"))
        )
        self.elements = ElementRegistry()
        self.module = _main_module(services.file)
        self.namespace = Namespace(vars(self.module))
        codecs = standard_codecs(lambda: self.namespace.globals, self._imports, services.codecs)
        self.cache = CellCache(
            services.manifests,
            services.blobs,
            codecs,
            services.environment,
            services.trust,
            services.trusts,
            services.mark,
        )
        self._inputs = InputsLifecycle(self.cache, self.elements, services.packages)
        self._capture = CaptureLifecycle(self.elements)
        self.questions = Questions(self._report, lambda: self._capture.here)
        self._snapshots = SnapshotMaker(
            codecs, self.namespace.identity, services.surroundings.module_digest, large=services.policy.large
        )
        self._cached = CachedLifecycle(
            self.cache,
            self._inputs,
            self._snapshots,
            services.surroundings,
            services.policy,
            lambda cell: self._shown.get(cell),
            lambda cell: (
                cell in self._states.setters or cell in self.questions.askers or self.elements.acts(cell)
            ),
            lambda: {STRICT: "on"} if self._is_strict else {},
            lambda: self.notebook.settings.get("cache"),
        )
        self._calls = Calls(
            LiveIdentities(
                codecs, lambda: self.namespace.globals, self._lineage, services.surroundings.module_digest
            ),
            services.surroundings,
            self.cache if services.inside is None else self.cache.beside(*services.inside),
            self._cached.call_used,
            self._notice_call,
        )
        self._interrupter = Interrupter(self.namespace.globals)
        self._states = States(
            self._snapshots.content_identity,
            lambda: self._capture.cell,
            self.namespace.holders,
            lambda: self.runs,
            self._run_states,
        )
        executor = InterruptibleExecutor(services.executor, self._interrupter)
        self._runner = Runner(
            services.graph(notebook),
            Evaluator(self._lifecycles(), executor),
            self.namespace,
            self._report,
            notebook.filename,
            self.stats,
            lambda: self._triggers.pop(0) if self._triggers else self._states.trigger(),
        )
        self._runner.autorun = notebook.settings.get("autorun", True) is not False
        self._edits = Edits(
            notebook, self._runner, self.namespace, self.elements, self._read_cell, self._report
        )
        self.elements.tell = self._tell
        self._scratchpad: Scratching | None = None
        self._ambient = Ambient(
            adopt=self._adopt,
            display=self._capture.display,
            show=self._capture.show,
            clear=self._capture.clear,
            stats=self._stats_json,
            make_state=self._states.make,
            definitions=self._definitions,
            references=self._references,
            calls=self._calls,
        )
        vars(self.module).update(display=display, __tiffin__=Magics(self._capture))
        self._capture.presets = {name: value for name, value in vars(self.module).items() if name in PRESETS}
        self._modules = _modules_for(self.module)
        if services.scratchpad:
            self.add_scratchpad(services.scratchpad)

    def add_scratchpad(self, make: Callable[[BesideServices], Scratching]) -> None:
        """Have the scratchpad that `make` makes from now on."""
        self._scratchpad = make(self.beside())
        self._ambient = replace(self._ambient, code_mode=self._scratchpad.code_mode)

    def _read_cell(self, cell: NotebookCell) -> NotebookCell:
        # The scratchpad reads code while cells' modules stand in, and IPython's syntax takes IPython.
        with standing_aside():
            return self._services.read_cell(cell)

    def _lifecycles(self) -> list[Lifecycle]:
        strict = StrictLifecycle(lambda: self._is_strict)
        further = self._services.lifecycles
        return [self._cached, self._inputs, *further, strict, self._changes(), self._capture]

    def _changes(self) -> Lifecycle:
        return ChangesLifecycle(self._snapshots.content_identity, self._snapshots.pickled)

    def beside(self) -> BesideServices:
        """Return what code beside the cells is given, or who helps to write them."""
        return BesideServices(
            self._edits,
            self.namespace,
            (self._inputs, self._changes(), self._capture),
            self._services.executor,
            self._interrupter,
            self._report,
            self.interrupt,
            self._triggers,
        )

    def _imports(self, root: str) -> bool:
        """Whether some cell imports from this top-level module."""
        return any(root == name.partition(".")[0] for cell in self.graph for name in cell.modules)

    @property
    def _is_strict(self) -> bool:
        return bool(self.notebook.settings.get("strict"))

    @property
    def notebook(self) -> Notebook:
        """The notebook as it is now."""
        return self._edits.notebook

    @property
    def graph(self) -> Graph:
        """The graph as it is now."""
        return self._runner.graph

    @property
    def calls(self) -> frozenset[Key]:
        """The keys of all stored calls that bodies made in this session."""
        return frozenset(self._cached.calls)

    @property
    def stale(self) -> frozenset[CellId]:
        """The cells whose results are older than their inputs."""
        return frozenset(self._runner.stale)

    # -- commands ---------------------------------------------------------------------------------------

    async def handle(self, command: Command) -> RunSummary | None:
        """Carry out a command; a run it starts ends with its `RunCompleted`, whatever happens."""
        if isinstance(command, Interrupt):
            if command.run_id is None or command.run_id == self._turns.present:
                self.interrupt()
            else:
                self._turns.call_off(RunId(command.run_id))
            return None
        if isinstance(command, AnswerInput):
            self.questions.answer(command.question, command.text)
            return None
        if isinstance(command, PutContent):
            self._answering.take(command)
            return None
        if isinstance(command, Ask):
            await self._answering.answer(command)
            return None
        run_id = RunId(command.run_id)
        async with self._turns.turn(run_id) as has_come:
            if not has_come:
                return None
            match command:
                case Restore(shown=shown, values=values, stored_only=stored_only):
                    self._shown = {cell: Key(key) for cell, key in shown.items()}
                    self.elements.expect(values or {})
                    return await self._run(RestoreAll(), run_id, stored_only=stored_only)
                case RunCells(cells=None, force=force):
                    cells = tuple(self.graph.cells)
                    return await self._run(RunRequested(cells), run_id, cells if force else ())
                case RunCells(cells=asked, force=force):
                    chosen = tuple(CellId(cell) for cell in asked or ())
                    return await self._run(RunRequested(chosen), run_id, chosen if force else ())
                case RunStale():
                    return await self._run(StaleRequested(), run_id)
                case SetValues(values=values):
                    return await self._start(run_id, lambda: self._edits.set_values(values))
                case CheckFiles(files=files):
                    changed = self._cached.seen.outdated(files) & self.graph.cells.keys()
                    return await self._run(FilesChanged(changed), run_id)
                case EditCells():
                    return await self._start(run_id, lambda: self._edits.carry_out(run_id, command))
                case Execute():
                    if self._scratchpad is None:
                        return self._refuse(run_id, UsageError("this kernel has no scratchpad"))
                    beside = self._scratchpad.open(command)
                    return await self._run(RunRequested(()), run_id, beside=beside)

    @cached_property
    def _answering(self) -> Any:
        given = (self.elements, self._inputs.fill, self._make_again, self.beside, self._report)
        return _on_demand("answering").Answering(*given)

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

    async def _start(self, run_id: RunId, change: Callable[[], Trigger]) -> RunSummary | None:
        """Run what a change sets off, or tell why it cannot be made."""
        try:
            trigger = change()
        except UsageError as error:
            return self._refuse(run_id, error)
        return await self._run(trigger, run_id)

    def _refuse(self, run_id: RunId, error: UsageError) -> RunSummary | None:
        self._report(Notice("error", str(error)))
        self._report(RunCompleted(run_id, False, self.stats()))
        return None

    async def _run(
        self,
        trigger: Trigger,
        run_id: RunId,
        forced: tuple[CellId, ...] = (),
        *,
        stored_only: bool = False,
        beside: Beside | None = None,
    ) -> RunSummary:
        self._states.attend()
        token = current.set(self._ambient)
        try:
            with (
                self._interrupter.attending(),
                standing_in(self._modules),
                self._capture.listening(current),
            ):
                plan = self._runner.plan(trigger)
                if beside is None and self._edits.heeding:
                    beside = CallingBack(self._edits, self._interrupter)
                return await self._runner.run(
                    plan, run_id, frozenset(forced), stored_only=stored_only, beside=beside
                )
        finally:
            current.reset(token)
            self._edits.settle()
            self._states.follow()

    # -- what cells ask for -----------------------------------------------------------------------------

    def wait(self, awaitable: Awaitable[Any], run_sync: Callable[[Awaitable[Any]], Any]) -> Any:
        """Wait in the midst of a body's sync code, by a host's `run_sync`; an interrupt ends it."""
        return self._interrupter.wait(awaitable, run_sync)

    def _adopt(self, element: Element) -> Element:
        cell = self._capture.cell
        return element if cell is None else self.elements.adopt(element, cell, self.graph.cells[cell].digest)

    async def _run_states(self) -> None:
        run_id = new_run_id()
        async with self._turns.turn(run_id):
            trigger = self._states.trigger()
            if trigger is not None:
                await self._run(trigger, run_id)

    async def _make_again(self, cell: CellId) -> None:
        run_id = new_run_id()
        async with self._turns.turn(run_id):
            await self._run(RunRequested(()), run_id, beside=_on_demand("objects").MakingAgain(cell))

    def _tell(self, element: Element, said: Json) -> bool:
        """Tell what Python does to a widget."""
        moves = _on_demand("objects").Moves(
            self.elements,
            self._report,
            self._capture.cell,
            self._capture.whose,
            self._states.was_set,
        )
        told: bool = moves.tell(element, said)
        return told

    def _lineage(self, name: str) -> str | None:
        """What stands for a name whose content tells nothing: the run that bound it, or that is about to."""
        cell = self._capture.cell
        if cell is not None and name in self.graph.cells[cell].definitions:
            return self._cached.lineage(name)
        return self.namespace.identity(name)

    def _notice_call(self, text: str) -> None:
        cell = self._capture.cell
        self._report(Notice("warning", text if cell is None else f"{cell}: {text}", cell))

    def _definitions(self) -> tuple[str, ...]:
        code = self._capture.code
        return () if code is None else tuple(sorted(code.definitions))

    def _references(self) -> tuple[str, ...]:
        code = self._capture.code
        references = () if code is None else code.references
        return tuple(sorted(name for name in references if not hasattr(builtins, name)))

    # -- what it tells ----------------------------------------------------------------------------------

    def stats(self) -> KernelStats:
        """Return what this kernel has done so far."""
        manifests, blobs = self._services.fetched()
        return KernelStats(
            cells_run=self._capture.bodies,
            cells_restored=self._cached.hits,
            manifests_fetched=manifests,
            blobs_fetched=blobs,
            blobs_rejected=self.cache.rejected
            + self._calls.cache.rejected * (self._calls.cache is not self.cache),
            values_materialised=self._inputs.materialised,
        )

    def _stats_json(self) -> Mapping[str, int]:
        return dict(vars(self.stats()))

    def _report(self, event: Event) -> None:
        if isinstance(event, NotebookEdited):
            # A page makes room for such a cell anew.
            for cell in (*event.put, *event.removed):
                self._shown.pop(cell, None)
        if isinstance(event, CellEnded):
            # What a page shows of a cell is from now on what this event says.
            self._shown.pop(event.cell, None)
            if event.status == "idle" and event.key is not None:
                self._shown[event.cell] = Key(event.key)
        self._report_outside(event)
        self._capture.heard(event)


def _on_demand(name: str) -> Any:
    return importlib.import_module(f"tiffin.session.{name}")  # in a browser it lies in that archive


def _main_module(file: str) -> ModuleType:
    module = ModuleType("__main__", "The names that the notebook's cells share.")
    vars(module).update(__builtins__=__builtins__, __file__=file)
    return module


def _modules_for(module: ModuleType) -> Mapping[str, ModuleType]:
    """What stands in `sys.modules` during a run; `__main__` is where pickle, dataclasses and typing look for
    the classes of cells."""
    display_module = make_module(display, clear_output)
    parent = display_module.parent
    found = (parent, display_module, parent.core, parent.core.interactiveshell)
    return {"__main__": module, **{each.__name__: each for each in found}}
