"""Cooking: running a notebook natively, with a cache in a folder."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import os
import platform
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from tiffin.cache.manifest import Manifest, read_manifest
from tiffin.cache.notebook_folder import NotebookFolder
from tiffin.cache.trust import Trust
from tiffin.codecs.extensions import find_codecs
from tiffin.commands import RunCells, SetValues
from tiffin.errors import ManifestError, TiffinError, UsageError
from tiffin.events import Event, Notice
from tiffin.graph.graph import Graph
from tiffin.host.export.interrupts import interruptible
from tiffin.ids import Bytes, CellId, Digest, Key, digest, new_run_id
from tiffin.notebook.files import read_cell
from tiffin.notebook.notebook import Notebook
from tiffin.outputs.mime import Bundle
from tiffin.run.executors import DEFAULT, find_executor
from tiffin.run.lifecycles.cached import CacheCost, CachePolicy
from tiffin.run.result import CellRun, Result, RunSummary
from tiffin.session.kernel import Kernel, KernelServices
from tiffin.stores.folder import FolderPlace, folder_session
from tiffin.stores.loader import CacheStores, Place, open_stores
from tiffin.stores.object import open_bucket
from tiffin.stores.recording import RecordingStore
from tiffin.stores.shared import SharedPlace
from tiffin.stores.store import Store


class DamagedCache(TiffinError):
    """The cache holds something else than what was put into it."""

    exit_code = 1


@dataclass(frozen=True)
class CookedCell:
    """How one cell came out: its result's parts as a page shows them, its key, and what it takes to ship.

    `size` counts the bytes of its manifest and blobs.
    """

    run: CellRun
    output: Bundle
    displays: tuple[Bundle, ...]
    console: tuple[tuple[str, str], ...]
    manifest: Manifest | None
    size: int


@dataclass(frozen=True)
class Cooked:
    """A notebook's run: every code cell by id, in the order they ended; manifests and blobs to ship."""

    graph: Graph
    summary: RunSummary
    cells: Mapping[CellId, CookedCell]
    manifests: Mapping[Key, bytes]
    blobs: Mapping[Digest, Bytes]


@dataclass(frozen=True)
class CookOptions:
    """How to cook.

    `executor` names one for a notebook that does not choose its own. `shared` is the URL of a cache behind
    the folder that others write as well; that it fails is reported, and the run goes on without it. `cost`
    says whether to keep values whose encoding takes longer than making them did, `trust` which entries to
    sign and to believe.
    """

    executor: str | None = None
    shared: str | None = None
    cost: CacheCost = "auto"
    trust: Trust = field(default_factory=Trust)


DEFAULTS = CookOptions()


def cook(
    notebook: Notebook,
    path: Path,
    cache: Path,
    report: Callable[[Event], None],
    values: Mapping[str, Any] | None = None,
    give_up: Callable[[], Any] | None = None,
    options: CookOptions = DEFAULTS,
) -> Cooked:
    """Run `notebook`, which was read from `path`, with the cache in the folder `cache`.

    Cells run in the notebook's folder, which also stands first on `sys.path`. `values` are front-end values
    for widgets, set after a first run that succeeded; `UsageError` for one that its widget does not take.
    `ExecutorError` if the executor, `CodecError` if a codec that a package offers cannot be had.
    SIGINT interrupts the run; `give_up` is called at the second one.
    """
    if cache.exists() and not cache.is_dir():
        raise UsageError(f"{cache} is a file: the cache is a folder")
    folder, place = path.resolve().parent, cache.absolute()
    chosen = find_executor(notebook.settings.get("executor", options.executor or DEFAULT))
    stores = open_stores("lazy", _cache_place(place, options.shared, report))
    manifests = RecordingStore(stores.manifests)
    called = None if stores.inside is None else RecordingStore(stores.inside[0])
    found: list[Cooked] = []

    async def work() -> None:
        # Not returned: `asyncio.run` has a text made of what its task returns, all blobs included.
        inside = None if stores.inside is None or called is None else (called, stores.inside[1])
        recorded = replace(stores, manifests=manifests, inside=inside)
        services = KernelServices(
            manifests=recorded.manifests,
            blobs=recorded.blobs,
            inside=recorded.inside,
            fetched=recorded.fetched,
            trusts=recorded.trusts,
            mark=recorded.mark,
            trust=options.trust,
            policy=CachePolicy(cost=options.cost),
            environment=native_environment(notebook),
            surroundings=NotebookFolder(folder, place),
            executor=chosen,
            codecs=find_codecs(),
            file=str(folder / notebook.filename),
            read_cell=partial(read_cell, folder=folder),
        )
        kernel = Kernel(notebook, services, report)
        with _place(folder), interruptible(kernel, give_up):
            summary = await _run(kernel, values or {})
        found.append(await _collect(kernel, summary, recorded))

    with folder_session(place) as note_found:
        try:
            asyncio.run(work())
        finally:
            note_found(_found(manifests, called))
    return found[0]


def _found(manifests: RecordingStore, called: RecordingStore | None) -> set[str]:
    """The manifests that a session found, `called` from inside bodies, which none of the two wrote before."""
    return manifests.found if called is None else (manifests.found - called.written) | called.found


def _cache_place(folder: Path, shared: str | None, report: Callable[[Event], None]) -> Place:
    if shared is None:
        return FolderPlace(folder)
    bucket = open_bucket(shared, os.environ)
    return SharedPlace(folder, bucket, shared, lambda text: report(Notice("warning", text)))


async def _run(kernel: Kernel, values: Mapping[str, Any]) -> RunSummary:
    summary = await kernel.handle(RunCells(new_run_id()))
    assert summary is not None
    if values and summary.success:
        for name, value in values.items():
            kernel.elements.find(name).check(value)
        changed = await kernel.handle(SetValues(new_run_id(), dict(values)))
        assert changed is not None
        merged = {run.cell: run for run in (*summary.cells, *changed.cells)}
        summary = RunSummary(changed.run_id, tuple(merged.values()))
    return summary


@contextlib.contextmanager
def _place(folder: Path) -> Iterator[None]:
    """Work in `folder`, which can be imported from; afterwards all is as before, its modules forgotten.

    Another notebook in another folder may have modules of the same names.
    """
    os.environ.setdefault("MPLBACKEND", "agg")  # figures are rendered, nobody looks at a window
    path_before, modules_before = sys.path[:], set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        sys.path[:] = path_before
        own = {name for name in sys.modules.keys() - modules_before if _lies_in(folder, name.split(".")[0])}
        for name in own:
            del sys.modules[name]


def _lies_in(folder: Path, root: str) -> bool:
    """Whether the top-level module `root` was imported from `folder` itself."""
    file = getattr(sys.modules.get(root), "__file__", None)
    return file is not None and Path(file) in (folder / f"{root}.py", folder / root / "__init__.py")


async def _collect(kernel: Kernel, summary: RunSummary, stores: CacheStores) -> Cooked:
    kept: dict[Key, bytes] = {}
    records: dict[Key, Manifest] = {}
    of_cells = frozenset(run.result.key for run in summary.cells if run.result is not None)
    wanted = [*kernel.calls, *of_cells]
    while wanted:
        key = wanted.pop()
        data = await stores.manifests.get(key) if key is not None and key not in records else None
        if key is not None and data is not None:
            try:
                record = read_manifest(data, key, key)
            except ManifestError:
                if key in of_cells:
                    raise
                continue  # a call that cannot be shipped is made again there
            if stores.trusts(key):
                wanted += record.calls
            else:
                # A site vouches for all that it ships: what this session did not take must not get there.
                record = kernel.cache.admit(record)
                data = record.to_bytes()
            kept[key], records[key] = data, record
    shipped = await _sound_blobs(
        stores.blobs, {blob for manifest in records.values() for blob in manifest.blobs}
    )
    cells: dict[CellId, CookedCell] = {}
    for run in summary.cells:
        result = run.result or Result()
        manifest = None if result.key is None else records.get(result.key)
        size = 0
        if manifest is not None:
            size = len(kept[manifest.key]) + sum(len(shipped[blob]) for blob in manifest.blobs)
        cells[run.cell] = CookedCell(
            run, result.output or {}, result.displays or (), result.console or (), manifest, size
        )
    return Cooked(kernel.graph, summary, cells, kept, shipped)


async def _sound_blobs(blobs: Store, wanted: Collection[Digest]) -> dict[Digest, Bytes]:
    """Return the blobs to ship; `DamagedCache` for one that is gone or altered, which is then deleted.

    A run that is a hit looks at no blob that nothing needed, so that only here a damaged one is found.
    """
    found = await blobs.get_many(sorted(wanted))
    for address in wanted:
        data = found.get(address)
        if data is None or digest(data) != address:
            await blobs.delete(address)
            raise DamagedCache(
                f"the cache held a damaged blob, {address[:12]}…, which is removed: run this again"
            )
    return {Digest(address): data for address, data in found.items()}


def native_environment(notebook: Notebook) -> dict[str, Any]:
    """Return what manifests record of where a run happened: Python, and the packages that are required."""
    packages: dict[str, str] = {}
    for requirement in notebook.requirements:
        with contextlib.suppress(InvalidRequirement, importlib.metadata.PackageNotFoundError):
            name = Requirement(requirement).name
            packages[name] = importlib.metadata.version(name)
    return {"python": platform.python_version(), "platform": "native", "packages": packages}
