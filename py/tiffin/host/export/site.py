"""The exported site: one folder that any static host serves as it is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from tiffin.cells.compile import compile_cell
from tiffin.errors import UsageError
from tiffin.graph.facts import notebook_facts
from tiffin.host.export.charts import drawing_libraries
from tiffin.host.export.cook import Cooked
from tiffin.host.export.folder import MARKER, replacing
from tiffin.host.export.html import CellView, PageLinks, render_page
from tiffin.host.export.index_page import Card, render_index, summarise
from tiffin.host.export.lock import lock_files
from tiffin.host.export.modules import OwnModules, own_modules, pack
from tiffin.host.export.notebook_snapshots import Imported, SnapshotKitchen
from tiffin.host.export.offline import SERVICE_WORKER, service_worker
from tiffin.host.export.ondemand import uses_modules_on_demand
from tiffin.host.export.packages import (
    INSTALLER,
    NETWORK,
    READERS,
    USUAL_NAMES,
    Chosen,
    Needs,
    Wants,
    choose_packages,
    reaches_network,
)
from tiffin.host.export.pictures import find_picture
from tiffin.host.export.public import PUBLIC, public_files
from tiffin.host.export.runtime import (
    Assets,
    Compiled,
    Runtime,
    find_compiled,
    find_snapshots,
    lay_out_runtime,
)
from tiffin.host.export.snapshots import Snapshot, SnapshotError
from tiffin.host.export.wheels import NoWheels, WheelSource
from tiffin.host.export.widget_code import WIDGETS, leave_out, take_code
from tiffin.ids import Bytes, CellId, Key, digest
from tiffin.notebook.notebook import Notebook, NotebookCell
from tiffin.stores.loader import INDEX_FORMAT
from tiffin.version import __version__

Json: TypeAlias = Any

SNAPSHOTS = ("kernel", "notebook", "none")
"""What Python has imported when it starts in a page: the kernel, the notebook's packages too, nothing."""

VIEWS = ("article", "app", "notebook")
"""How a page shows a notebook: code on request, no code, all code."""

SHARED_NAMES = frozenset({"index.html", MARKER, SERVICE_WORKER, "assets", "kernel", "runtime"})
"""What a site of several notebooks has at its top besides their folders."""
INLINE_MANIFEST = 16_384
"""Manifests up to this many bytes travel in `index.json`."""


@dataclass(frozen=True)
class SiteOptions:
    """How the page behaves: when Python starts, whether cells can be edited, whether every wheel is in the
    site, the package index that the page asks, if it is not micropip's own, what Python's snapshots hold (the
    `kernel`, the imports of the `notebook` too, `none`), whether a service worker isolates its pages and
    keeps them for times without a network, and which of the `VIEWS` they show at first, if not the notebook's
    own; whether it is a playground, in which others are opened; and, for several notebooks, the title of the
    page that lists them, and the folder of the site in which a playground is or will be, to open them in."""

    boot: str = "eager"
    mode: str = "run"
    offline: bool = False
    index: str | None = None
    snapshot: str = "kernel"
    service_worker: bool = False
    view: str | None = None
    playground: bool = False
    title: str = "Notebooks"
    playground_beside: str | None = None


@dataclass(frozen=True)
class Entry:
    """A notebook of a site, its results if it was executed, its folder in the site ("" for the root), and
    the folder that it was read from, whose modules and public files go with it."""

    notebook: Notebook
    cooked: Cooked | None
    folder: str
    place: Path | None = None


@dataclass(frozen=True)
class SiteReport:
    """What an export wrote: number of files and bytes, and sentences the author should read."""

    files: int
    size: int
    warnings: tuple[str, ...]


def write_site(
    entries: Sequence[Entry],
    target: Path,
    assets: Assets,
    runtime: Runtime,
    options: SiteOptions,
    wheels: WheelSource | None = None,
    kitchen: SnapshotKitchen | None = None,
) -> SiteReport:
    """Write the site of `entries` to `target`, replacing an older one as a whole.

    `wheels` is asked for packages that `runtime` lacks, `kitchen` for snapshots that hold the notebooks'
    packages, where the options want these.
    """
    everything = [_gather(entry, options) for entry in entries]
    wants = [gathered.wants for gathered in everything]
    # Pages that are edited may import anything of the distribution, where that makes their site no bigger;
    # a playground may in any case.
    whole = options.playground or (runtime.wheels is not None and not options.offline)
    chosen = choose_packages(runtime, wants, wheels or NoWheels(), whole=whole)
    warnings = chosen.warnings
    with replacing(target) as folder:
        compiled = find_compiled(runtime, assets)
        site = _Site(folder, assets, runtime, compiled, chosen, options, kitchen)
        _write_shared(site, *(drawing_libraries(entry.notebook, entry.cooked) for entry in entries))
        for gathered, needs in zip(everything, chosen.needs, strict=True):
            snapshots, said = _snapshots(site, gathered, needs)
            warnings += said
            _write_entry(site, gathered, needs, snapshots)
        if len(entries) > 1:
            _write_index(site, entries)
        marker = {"tiffin": __version__, "notebooks": [entry.notebook.filename for entry in entries]}
        (folder / MARKER).write_text(json.dumps(marker, sort_keys=True) + "\n", "utf-8")
        if options.service_worker:
            script = (assets.page / assets.bundle["serviceWorker"]).read_text("utf-8")
            elsewhere = [url for url in (runtime.url, runtime.wheels) if url is not None]
            text = service_worker(folder, script, sorted(set(elsewhere)))
            (folder / SERVICE_WORKER).write_text(text, "utf-8")
        written = [path for path in folder.rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in written)
    return SiteReport(len(written), size, tuple(dict.fromkeys(warnings)))


@dataclass(frozen=True)
class _Site:
    """A site that is being written to `folder`, and what all of its pages have in common."""

    folder: Path
    assets: Assets
    runtime: Runtime
    compiled: Compiled | None
    chosen: Chosen
    options: SiteOptions
    kitchen: SnapshotKitchen | None


@dataclass(frozen=True)
class _Gathered:
    """A notebook with what lies beside it, and what its live cells may need."""

    entry: Entry
    modules: OwnModules
    public: Mapping[str, Path]
    wants: Wants


def _gather(entry: Entry, options: SiteOptions) -> _Gathered:
    """Live cells need what they import, themselves or through the notebook's own modules, and what decoding
    their inputs imports."""
    notebook = entry.notebook
    imports: set[str] = set()
    for cell in notebook.cells:
        imports |= compile_cell(cell, notebook.filename).modules
    decoding: set[str] = set()
    if entry.cooked is not None:
        for cooked in entry.cooked.cells.values():
            if cooked.manifest is not None:
                decoding.update(m for d in cooked.manifest.definitions.values() for m in d.modules)
    own = OwnModules({}, {}, frozenset())
    public: Mapping[str, Path] = {}
    if entry.place is not None:
        own, public = own_modules(entry.place, imports), public_files(entry.place)
    foreign = {
        module
        for module in (*imports, *own.imports)
        if not module.startswith(".") and module.split(".")[0] not in own.digests
    }
    wants = Wants(
        notebook.filename,
        notebook.requirements,
        frozenset(foreign),
        frozenset(decoding),
        options.mode == "edit",
    )
    return _Gathered(entry, own, public, wants)


def _write_shared(site: _Site, *drawing: frozenset[str]) -> None:
    bundle, reads = site.assets.bundle, site.options.mode != "edit"
    idle = [
        bundle["charts"][name] for name in bundle["charts"] if not any(name in found for found in drawing)
    ]
    left_out = {name for names in (bundle["editing"], *idle) for name in names if reads}
    for name in (name for name in site.assets.bundle["files"] if name not in left_out):
        _write(site.folder / "assets" / name, site.assets.page / name)
    notices = site.assets.page / "NOTICES.txt"
    if notices.is_file():
        _write(site.folder / "assets" / "NOTICES.txt", notices)
    if site.runtime.lock or site.options.offline:
        for name, content in lock_files(site.runtime, site.chosen, offline=site.options.offline).items():
            _write(site.folder / "runtime" / site.runtime.version / name, content)


def _write_index(site: _Site, entries: Sequence[Entry]) -> None:
    """Write the page that lists the notebooks, and their pictures."""
    cards: list[Card] = []
    for entry in entries:
        title, summary = entry.notebook.title or entry.folder, summarise(entry.notebook)
        picture = find_picture(entry.notebook, entry.cooked)
        if picture is None:
            cards.append(Card(entry.folder, title, summary))
            continue
        address = f"assets/pictures/{digest(picture.data)[:20]}{picture.suffix}"
        _write(site.folder / address, picture.data)
        cards.append(Card(entry.folder, title, summary, address, picture.alt, picture.size))
    bundle, options = site.assets.bundle, site.options
    page = render_index(
        cards,
        f"assets/{bundle['early']}",
        f"assets/{bundle['styles']}",
        [f"assets/{font}" for font in bundle["fonts"]],
        options.title,
        options.playground_beside,
    )
    _write(site.folder / "index.html", page.encode("utf-8", "replace"))


def _snapshots(
    site: _Site, gathered: _Gathered, needs: Needs
) -> tuple[tuple[Snapshot, ...], tuple[str, ...]]:
    """The snapshots for one notebook, and sentences about what they do not hold."""
    if site.options.snapshot == "none":
        return (), ()
    problem: tuple[str, ...] = ()
    if site.options.snapshot == "notebook" and site.kitchen is not None:
        modules = gathered.wants.imports
        packages = {found for module in modules if (found := needs.providers.get(module.split(".")[0]))}
        files = lock_files(site.runtime, site.chosen, offline=True)
        try:
            return site.kitchen.make(site.runtime, site.compiled, Imported(modules, sorted(packages), files))
        except SnapshotError as error:
            problem = (f"{gathered.entry.notebook.filename}: {error}; its snapshot holds the kernel alone",)
    return find_snapshots(site.runtime, site.compiled), problem


def _write(path: Path, content: Bytes | Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Path):
        shutil.copyfile(content, path)
    else:
        path.write_bytes(content)


def _write_entry(site: _Site, gathered: _Gathered, needs: Needs, snapshots: tuple[Snapshot, ...]) -> None:
    entry, assets, runtime, options = gathered.entry, site.assets, site.runtime, site.options
    folder = site.folder / entry.folder if entry.folder else site.folder
    up = "../" * len(Path(entry.folder).parts)
    layout = lay_out_runtime(runtime, assets, site.compiled, snapshots, up)
    for address, path in layout.files.items():
        _write(site.folder / address, path)
    document = _json(entry.notebook.to_json())
    index = _index(entry, notebook_facts(entry.notebook, document))
    _write_cache(folder / "public" / "cache", entry, index)
    _write(folder / "notebook.json", document)
    code = take_code(entry.cooked)
    for address, text in code.files.items():
        _write(site.folder / WIDGETS / address, text)
    config = {
        "notebook": "notebook.json",
        "widgets": sorted(code.digests),
        "cache": "public/cache",
        "worker": f"{up}assets/{assets.bundle['worker']}",
        "runtime": layout.config,
        "packages": _packages(needs, options),
        "files": _write_files(folder, gathered),
        "boot": options.boot,
        "mode": options.mode,
        "playground": _playground(f"{up}assets/", assets, index) if options.playground else None,
        "version": __version__,
        "root": up or "./",
        "offline": options.service_worker,
        # In a playground it watches the files that readers bring.
        "ondemand": options.playground or uses_modules_on_demand(entry.notebook, entry.cooked),
        "keys": index["cells"],
    }
    origins = () if runtime.url is None else (_origin(runtime.url),)
    links = PageLinks(
        f"{up}assets/{assets.bundle['page']}",
        f"{up}assets/{assets.bundle['styles']}",
        f"{up}assets/{assets.bundle['start' if options.boot == 'eager' else 'early']}",
        origins,
        tuple(f"{up}assets/{font}" for font in assets.bundle["fonts"]),
        _connections(gathered, runtime, options, needs),
        f"{up}assets/{assets.bundle['editingStyles']}" if options.mode == "edit" else None,
        tuple(f"{up}assets/{script}" for script in _preloaded(assets, options)),
    )

    def keep_file(data: bytes, suffix: str) -> str:
        name = f"{digest(data)[:20]}{suffix}"
        _write(folder / "assets" / "outputs" / name, data)
        return f"assets/outputs/{name}"

    views = [_view(cell, entry.cooked) for cell in entry.notebook.cells]
    view = _choose_view(entry.notebook, options)
    page = render_page(entry.notebook, views, config, links, keep_file, view)
    _write(folder / "index.html", leave_out(page, code).encode("utf-8", "replace"))


def _preloaded(assets: Assets, options: SiteOptions) -> list[str]:
    """The scripts of a page that is edited; a page that is read has little to wait for."""
    if options.mode != "edit":
        return []
    preloaded: list[str] = assets.bundle["preloaded"]["playground" if options.playground else "editor"]
    return preloaded


def _choose_view(notebook: Notebook, options: SiteOptions) -> str:
    """The view that was asked for, else the notebook's own, else the article; `UsageError` for any other."""
    view = options.view or notebook.settings.get("view", VIEWS[0])
    if view not in VIEWS:
        raise UsageError(f"{notebook.filename} has the setting view={view}: write one of {', '.join(VIEWS)}")
    return str(view)


def _playground(folder: str, assets: Assets, index: Mapping[str, Json]) -> Json:
    """What a playground's page is told: where its sandbox is, and an index without results."""
    return {"sandbox": f"{folder}{assets.bundle['sandbox']}", "index": _json(index).decode()}


def _packages(needs: Needs, options: SiteOptions) -> Json:
    """What the kernel is told of packages; `installer` is there only where cells may import anything."""
    told: dict[str, Json] = {
        "providers": needs.providers,
        "extra": needs.extra,
        "network": [*NETWORK, *READERS],
    }
    if options.mode == "edit" and INSTALLER in needs.providers:
        told["installer"] = {"index": options.index, "names": USUAL_NAMES}
    return told


def _write_files(folder: Path, gathered: _Gathered) -> Json:
    """Write modules and public files, and return what the worker is told of them: where the modules are, in
    one archive, with their digests as keys have them, and each file with its size and digest."""
    told: dict[str, Json] = {
        "modules": None,
        "digests": gathered.modules.digests,
        "base": f"{PUBLIC}/",
        "public": {},
    }
    if gathered.modules.sources:
        archive = pack(gathered.modules.sources)
        told["modules"] = f"modules-{digest(archive)[:20]}.zip"
        _write(folder / told["modules"], archive)
    for path, source in gathered.public.items():
        _write(folder / PUBLIC / path, source)
        content = (folder / PUBLIC / path).read_bytes()
        told["public"][path] = [len(content), digest(content)[:20]]
    return told


def _connections(
    gathered: _Gathered, runtime: Runtime, options: SiteOptions, needs: Needs
) -> tuple[str, ...]:
    """What else than its own origin a page may fetch from: where the wheels are, and anything for code that
    asks for the network itself."""
    wheels = runtime.wheels if needs.providers and not options.offline and runtime.url is None else None
    found = () if wheels is None else (_origin(wheels),)
    anywhere = options.playground or reaches_network(gathered.wants)
    return (*found, "http:", "https:") if anywhere else found


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _view(cell: NotebookCell, cooked: Cooked | None) -> CellView:
    found = cooked.cells.get(cell.id) if cooked is not None else None
    if cell.kind == "markdown" or found is None:
        return CellView(
            cell, {}, (), (), "export" if cell.kind == "markdown" or cooked is not None else "none"
        )
    return CellView(cell, found.output, found.displays, found.console, "export")


def _index(entry: Entry, facts: Json) -> dict[str, Json]:
    """`index.json`: what was shipped, each cell's key in the state as exported, and the notebook's facts."""
    cells: dict[CellId, Key] = {}
    inline: dict[Key, Json] = {}
    manifests: Mapping[Key, bytes] = {}
    if entry.cooked is not None:
        manifests = entry.cooked.manifests
        cells = {
            cell: cooked.manifest.key
            for cell, cooked in entry.cooked.cells.items()
            if cooked.manifest is not None
        }
        inline = {key: json.loads(data) for key, data in manifests.items() if len(data) <= INLINE_MANIFEST}
    return {
        "format": INDEX_FORMAT,
        "notebook": entry.notebook.filename,
        "cells": cells,
        "keys": sorted(manifests),
        "blobs": sorted(entry.cooked.blobs) if entry.cooked is not None else [],
        "manifests": inline,
        "facts": facts,
    }


def _write_cache(folder: Path, entry: Entry, index: Mapping[str, Json]) -> None:
    _write(folder / "index.json", _json(index))
    if entry.cooked is None:
        return
    for key, manifest in entry.cooked.manifests.items():
        _write(folder / "manifests" / key[:2] / f"{key}.json", manifest)
    for address, blob in entry.cooked.blobs.items():
        _write(folder / "blobs" / address[:2] / address, blob)


def _json(document: Json) -> bytes:
    """JSON in UTF-8; half a surrogate pair, which UTF-8 has not, becomes its escape, which JSON has."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")
