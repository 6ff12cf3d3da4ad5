"""Cooking: running a notebook natively, with a cache in a folder."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiffin.cache.manifest import Manifest, read_manifest
from tiffin.commands import RunCells, SetValues
from tiffin.events import Event
from tiffin.graph.graph import Graph
from tiffin.host.export.notebook_folder import NotebookFolder
from tiffin.ids import CellId, Digest, Key, new_run_id
from tiffin.notebook.notebook import Notebook
from tiffin.outputs.mime import Bundle
from tiffin.run.runner import CellRun, RunSummary
from tiffin.session.kernel import Kernel, KernelServices
from tiffin.stores.loader import FolderPlace, open_stores
from tiffin.stores.recording import RecordingStore

CACHE_FOLDER = Path("public") / "cache"


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
    blobs: Mapping[Digest, bytes]


def cache_folder(notebook: Path) -> Path:
    """Return where results of `notebook` are kept: the nearest `public/cache` above, else one beside it."""
    folder = notebook.resolve().parent
    for place in (folder, *folder.parents):
        if (place / CACHE_FOLDER).is_dir():
            return place / CACHE_FOLDER
    return folder / CACHE_FOLDER


def cook(
    notebook: Notebook,
    path: Path,
    cache: Path,
    report: Callable[[Event], None],
    values: Mapping[str, Any] | None = None,
) -> Cooked:
    """Run `notebook`, which was read from `path`, with the cache in the folder `cache`.

    Cells run in the notebook's folder, which also stands first on `sys.path`. `values` are front-end values
    for widgets, set after a first run.
    """
    folder = path.resolve().parent
    return asyncio.run(_cook(notebook, folder, cache.absolute(), report, values or {}))


async def _cook(
    notebook: Notebook, folder: Path, cache: Path, report: Callable[[Event], None], values: Mapping[str, Any]
) -> Cooked:
    stores = open_stores("lazy", FolderPlace(cache))
    manifests, blobs = RecordingStore(stores.manifests), RecordingStore(stores.blobs)
    services = KernelServices(
        manifests=manifests,
        blobs=blobs,
        environment=native_environment(notebook),
        surroundings=NotebookFolder(folder, cache),
        file=str(folder / notebook.filename),
    )
    kernel = Kernel(notebook, services, report)
    with _place(folder):
        summary = await kernel.handle(RunCells(new_run_id()))
        if values:
            changed = await kernel.handle(SetValues(new_run_id(), dict(values)))
            assert summary is not None
            if changed is not None:
                merged = {run.cell: run for run in (*summary.cells, *changed.cells)}
                summary = RunSummary(changed.run_id, tuple(merged.values()))
    assert summary is not None
    return await _collect(kernel, summary, manifests, blobs)


@contextlib.contextmanager
def _place(folder: Path) -> Iterator[None]:
    os.environ.setdefault("MPLBACKEND", "agg")  # figures are rendered, nobody looks at a window
    sys.path.insert(0, str(folder))
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(str(folder))


async def _collect(
    kernel: Kernel, summary: RunSummary, manifests: RecordingStore, blobs: RecordingStore
) -> Cooked:
    cells: dict[CellId, CookedCell] = {}
    shipped: dict[Key, bytes] = {}
    wanted: set[Digest] = set()
    for run in summary.cells:
        result = run.result
        key = result.key if result is not None else None
        data = await manifests.get(key) if key is not None else None
        manifest = None
        size = 0
        if key is not None and data is not None:
            manifest = read_manifest(data, key, key)
            shipped[key] = data
            wanted |= manifest.blobs
            size = len(data) + sum(d.size or 0 for d in manifest.definitions.values())
        cells[run.cell] = CookedCell(
            run=run,
            output=(result.output if result is not None else None) or {},
            displays=(result.displays if result is not None else None) or (),
            console=(result.console if result is not None else None) or (),
            manifest=manifest,
            size=size,
        )
    found = await blobs.get_many(sorted(wanted))
    return Cooked(
        kernel.graph, summary, cells, shipped, {Digest(address): data for address, data in found.items()}
    )


def native_environment(notebook: Notebook) -> dict[str, Any]:
    """Return what manifests record of where a run happened: Python, and the packages that are required."""
    packages: dict[str, str] = {}
    for requirement in notebook.requirements:
        name = requirement.split(";")[0].split("[")[0]
        for sign in "<>=!~ ":
            name = name.split(sign)[0]
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            packages[name] = importlib.metadata.version(name)
    return {"python": platform.python_version(), "platform": "native", "packages": packages}
