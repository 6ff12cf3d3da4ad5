"""Caches in folders for tests: manifests that fit their keys, with blobs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from tiffin.cache.cell_cache import CellCache
from tiffin.cache.key import run_key
from tiffin.cache.manifest import Definition, Manifest
from tiffin.codecs.standard import standard_codecs
from tiffin.ids import Digest, Key, digest
from tiffin.stores.folder import FolderPlace


def manifest_of(name: str, *blobs: bytes, inputs: Mapping[str, str] | None = None) -> Manifest:
    """Return the manifest of a run that bound `name`, and one more name for each of `blobs`."""
    code, given = digest(name.encode()), dict(inputs or {"x": "content:plain:1"})
    definitions = {name: Definition("inline", "content:plain:2", "builtins.int", plain=1)}
    for number, data in enumerate(blobs):
        definitions[f"{name}{number}"] = Definition(
            "blob", f"content:bytes:{digest(data)}", "bytes", codec="bytes", blob=digest(data), size=len(data)
        )
    return Manifest(run_key(code, given), code, given, definitions, {}, seconds=1.5)


def save(root: Path, manifest: Manifest, *blobs: bytes) -> Key:
    """Write an entry as a session does, and return its key."""
    stores = FolderPlace(root).open()
    cache = CellCache(stores.manifests, stores.blobs, standard_codecs(dict), {})
    asyncio.run(cache.save(manifest, {digest(data): data for data in blobs}))
    return manifest.key


def entry(root: Path, name: str, *blobs: bytes) -> Key:
    """Write an entry that binds `name`, with `blobs`."""
    return save(root, manifest_of(name, *blobs), *blobs)


def manifest_path(root: Path, key: str) -> Path:
    return root / "manifests" / key[:2] / f"{key}.json"


def blob_path(root: Path, data: bytes | Digest) -> Path:
    address = digest(data) if isinstance(data, bytes) else data
    return root / "blobs" / address[:2] / address
