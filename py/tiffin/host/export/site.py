"""The exported site: one folder that any static host serves as it is."""

from __future__ import annotations

import hashlib
import html
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote, urlsplit

from tiffin.cells.compile import compile_cell
from tiffin.host.export.cook import Cooked
from tiffin.host.export.folder import MARKER, replacing
from tiffin.host.export.html import CellView, PageLinks, render_page
from tiffin.host.export.runtime import (
    Assets,
    Compiled,
    Runtime,
    find_compiled,
    needed_packages,
    runtime_files,
)
from tiffin.ids import Bytes, CellId, Key
from tiffin.notebook.notebook import Notebook, NotebookCell
from tiffin.stores.loader import INDEX_FORMAT
from tiffin.version import __version__

Json: TypeAlias = Any

SHARED_NAMES = frozenset({"index.html", MARKER, "assets", "kernel", "runtime"})
"""What a site of several notebooks has at its top besides their folders."""
INLINE_MANIFEST = 16_384
"""Manifests up to this many bytes travel in `index.json`."""


@dataclass(frozen=True)
class SiteOptions:
    """How the page behaves: when Python starts, and whether cells can be edited."""

    boot: str = "eager"
    mode: str = "run"


@dataclass(frozen=True)
class Entry:
    """A notebook of a site, its results if it was executed, and its folder in the site ("" for the root)."""

    notebook: Notebook
    cooked: Cooked | None
    folder: str


@dataclass(frozen=True)
class SiteReport:
    """What an export wrote: number of files and bytes, and sentences the author should read."""

    files: int
    size: int
    warnings: tuple[str, ...]


def write_site(
    entries: Sequence[Entry], target: Path, assets: Assets, runtime: Runtime, options: SiteOptions
) -> SiteReport:
    """Write the site of `entries` to `target`, replacing an older one as a whole."""
    warnings: list[str] = []
    with replacing(target) as folder:
        packages = [_packages(entry, runtime) for entry in entries]
        for entry, (_, unknown) in zip(entries, packages, strict=True):
            if unknown and runtime.url is None:
                warnings.append(
                    f"{entry.notebook.filename}: {', '.join(unknown)} is not in Pyodide {runtime.version}; "
                    "results are shown, but cells that import it cannot run in the browser "
                    "(--pyodide names another distribution)"
                )
        compiled = find_compiled(runtime, assets.kernel)
        every = sorted({name for needed, _ in packages for name in needed})
        _write_shared(folder, assets, runtime, compiled, every)
        for entry, (needed, _) in zip(entries, packages, strict=True):
            providers = {
                module: name
                for module, name in runtime.providers().items()
                if runtime.url is not None or name in needed
            }
            _write_entry(folder, entry, assets, runtime, compiled, options, providers)
        if len(entries) > 1:
            (folder / "index.html").write_text(_index_page(entries, assets), "utf-8")
        marker = {"tiffin": __version__, "notebooks": [entry.notebook.filename for entry in entries]}
        (folder / MARKER).write_text(json.dumps(marker, sort_keys=True) + "\n", "utf-8")
        written = [path for path in folder.rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in written)
    return SiteReport(len(written), size, tuple(warnings))


def _packages(entry: Entry, runtime: Runtime) -> tuple[list[str], list[str]]:
    """The packages that live cells may need: what they import, and what decoding their inputs imports."""
    modules: set[str] = set()
    for cell in entry.notebook.cells:
        modules |= compile_cell(cell, entry.notebook.filename).modules
    local = {module for module in modules if module.startswith(".")}
    decoding: set[str] = set()
    if entry.cooked is not None:
        for cooked in entry.cooked.cells.values():
            if cooked.manifest is not None:
                decoding.update(m for d in cooked.manifest.definitions.values() for m in d.modules)
    needed, unknown = needed_packages(runtime, modules - local)
    more, _ = needed_packages(runtime, decoding)
    return sorted({*needed, *more}), unknown


def _write_shared(
    folder: Path, assets: Assets, runtime: Runtime, compiled: Compiled | None, packages: Sequence[str]
) -> None:
    for name in assets.bundle["files"]:
        _write(folder / "assets" / name, assets.page / name)
    kernel = assets.kernel if compiled is None else compiled.kernel
    _write(folder / "kernel" / kernel.name, kernel)
    notices = assets.page / "NOTICES.txt"
    if notices.is_file():
        _write(folder / "assets" / "NOTICES.txt", notices)
    if runtime.url is None:
        for name, content in runtime_files(runtime, packages, compiled).items():
            _write(folder / "runtime" / runtime.version / name, content)


def _write(path: Path, content: Bytes | Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, Path):
        shutil.copyfile(content, path)
    else:
        path.write_bytes(content)


def _write_entry(
    site: Path,
    entry: Entry,
    assets: Assets,
    runtime: Runtime,
    compiled: Compiled | None,
    options: SiteOptions,
    providers: Mapping[str, str],
) -> None:
    folder = site / entry.folder if entry.folder else site
    up = "../" * len(Path(entry.folder).parts)
    index = _index(entry)
    _write_cache(folder / "public" / "cache", entry, index)
    _write(folder / "notebook.json", _json(entry.notebook.to_json()))
    config = {
        "notebook": "notebook.json",
        "cache": "public/cache",
        "worker": f"{up}assets/{assets.bundle['worker']}",
        "kernel": f"{up}kernel/{(assets.kernel if compiled is None else compiled.kernel).name}",
        "runtime": runtime.url or f"{up}runtime/{runtime.version}/",
        "stdlib": None if compiled is None else f"{up}runtime/{runtime.version}/{compiled.stdlib.name}",
        "providers": providers,
        "boot": options.boot,
        "mode": options.mode,
        "version": __version__,
        "keys": index["cells"],
    }
    origins = () if runtime.url is None else (_origin(runtime.url),)
    links = PageLinks(
        f"{up}assets/{assets.bundle['page']}",
        f"{up}assets/{assets.bundle['styles']}",
        origins,
        tuple(f"{up}assets/{font}" for font in assets.bundle["fonts"]),
    )

    def keep_file(data: bytes, suffix: str) -> str:
        name = f"{hashlib.sha256(data).hexdigest()[:20]}{suffix}"
        _write(folder / "assets" / "outputs" / name, data)
        return f"assets/outputs/{name}"

    views = [_view(cell, entry.cooked) for cell in entry.notebook.cells]
    _write(
        folder / "index.html",
        render_page(entry.notebook, views, config, links, keep_file).encode("utf-8", "replace"),
    )


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


def _index(entry: Entry) -> dict[str, Json]:
    """`index.json`: what was shipped, and each cell's key in the state as exported."""
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


def _index_page(entries: Sequence[Entry], assets: Assets) -> str:
    """The page that lists a site's notebooks."""
    items = "\n".join(
        f'<li><a href="{quote(entry.folder)}/">{html.escape(entry.notebook.title or entry.folder)}</a></li>'
        for entry in entries
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>Notebooks</title><link rel="icon" href="data:,">'
        f'<link rel="stylesheet" href="assets/{assets.bundle["styles"]}"></head>'
        f'<body><main class="tn-notebook"><h1>Notebooks</h1><ul>\n{items}\n</ul></main></body></html>\n'
    )
