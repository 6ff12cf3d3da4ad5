"""Cooking: running a notebook natively, with a cache in a folder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tiffin.cache.manifest import Manifest, read_manifest
from tiffin.commands import RunCells, SetValues
from tiffin.errors import ManifestError, TiffinError
from tiffin.events import Event
from tiffin.graph.graph import Graph
from tiffin.host.native.interrupts import interruptible
from tiffin.host.native.services import (
    DEFAULTS,
    NativeOptions,
    cache_place,
    choose_executor,
    native_services,
    working_in,
)
from tiffin.ids import Bytes, CellId, Digest, Key, digest, new_run_id
from tiffin.notebook.notebook import Notebook
from tiffin.outputs.mime import Bundle
from tiffin.run.result import CellRun, Result, RunSummary
from tiffin.session.kernel import Kernel
from tiffin.stores.folder import folder_session
from tiffin.stores.loader import CacheStores, open_stores
from tiffin.stores.recording import RecordingStore
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


def cook(
    notebook: Notebook,
    path: Path,
    cache: Path,
    report: Callable[[Event], None],
    values: Mapping[str, Any] | None = None,
    give_up: Callable[[], Any] | None = None,
    options: NativeOptions = DEFAULTS,
) -> Cooked:
    """Run `notebook`, which was read from `path`, with the cache in the folder `cache`.

    Cells run in the notebook's folder, which also stands first on `sys.path`. `values` are front-end values
    for widgets, set after a first run that succeeded; `UsageError` for one that its widget does not take.
    `ExecutorError` if the executor, `CodecError` if a codec that a package offers cannot be had.
    SIGINT interrupts the run; `give_up` is called at the second one.
    """
    folder, place = path.resolve().parent, cache.absolute()
    opened = cache_place(cache, options.shared, report)
    executor = choose_executor(notebook, options)
    stores = open_stores("lazy", opened)
    manifests = RecordingStore(stores.manifests)
    called = None if stores.inside is None else RecordingStore(stores.inside[0])
    found: list[Cooked] = []

    async def work() -> None:
        # Not returned: `asyncio.run` has a text made of what its task returns, all blobs included.
        inside = None if stores.inside is None or called is None else (called, stores.inside[1])
        recorded = replace(stores, manifests=manifests, inside=inside)
        services = native_services(notebook, folder, place, recorded, executor, options)
        kernel = Kernel(notebook, services, report)
        with working_in(folder), interruptible(kernel, give_up):
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
