"""The notebook's own modules: those beside it that its cells import, packed for the browser."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tiffin.cache.notebook_folder import NotebookFolder
from tiffin.ids import Digest

_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class OwnModules:
    """Sources by their path in the notebook's folder; digests by root module, as keys have them; and all
    modules that the sources import."""

    sources: Mapping[str, bytes]
    digests: Mapping[str, Digest]
    imports: frozenset[str]


def own_modules(folder: Path, imports: Iterable[str]) -> OwnModules:
    """Return the modules in `folder` that `imports` name, and those that they import themselves."""
    watched = NotebookFolder(folder, folder / "public" / "cache")
    sources: dict[str, bytes] = {}
    digests: dict[str, Digest] = {}
    imported: set[str] = set()
    waiting, met = list(imports), set()
    while waiting:
        root = waiting.pop().split(".")[0]
        if not root or root in met:
            continue
        met.add(root)
        digest = watched.module_digest(root)
        if digest is None:
            continue
        digests[root] = digest
        sources.update(watched.module_sources(root))
        found = watched.module_imports(root)
        imported |= found
        waiting += found
    return OwnModules(sources, digests, frozenset(imported))


def pack(sources: Mapping[str, bytes]) -> bytes:
    """Return a zip file of `sources`; the same sources give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(sources):
            entry = zipfile.ZipInfo(path, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, sources[path], compresslevel=9)
    return buffer.getvalue()
