"""Loaders: a name becomes the stores of a cache, once, for the place where the code runs.

The loader called `lazy` gives the same cache two modes: a folder natively; in a browser memory over HTTP, so
that writes stay in memory and reads fall through to what was shipped (design, section 6).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from tiffin.errors import UsageError
from tiffin.stores.file import FileStore
from tiffin.stores.http import Fetch, HttpStore
from tiffin.stores.memory import MemoryStore
from tiffin.stores.store import Store
from tiffin.stores.tiered import TieredStore

Json: TypeAlias = Any

INDEX_FORMAT = 1
"""The format of `index.json`, which says what a site's cache holds."""


@dataclass(frozen=True)
class FolderPlace:
    """A cache in a folder of this machine."""

    root: Path


@dataclass(frozen=True)
class SitePlace:
    """The cache of an exported site: its base URL, how to fetch, and what was shipped.

    `manifests` are those that `index.json` carries, by key.
    """

    base: str
    fetch: Fetch
    keys: Sequence[str]
    blobs: Sequence[str]
    manifests: Mapping[str, Json]


@dataclass(frozen=True)
class CacheStores:
    """The two stores of a cache; `fetched` tells how many of each came over a network so far."""

    manifests: Store
    blobs: Store
    fetched: Callable[[], tuple[int, int]]


Place: TypeAlias = FolderPlace | SitePlace


def open_stores(loader: str, place: Place) -> CacheStores:
    """Return the stores that `loader` gives at `place`; `UsageError` if there is no such loader."""
    if loader == "memory":
        return CacheStores(MemoryStore(), MemoryStore(), lambda: (0, 0))
    if loader != "lazy":
        raise UsageError(f"there is no cache loader {loader!r}; known: lazy, memory")
    match place:
        case FolderPlace(root):
            manifests, blobs = FileStore(root / "manifests", ".json"), FileStore(root / "blobs")
            return CacheStores(manifests, blobs, lambda: (0, 0))
        case SitePlace():
            return _site_stores(place)


def _site_stores(place: SitePlace) -> CacheStores:
    carried = {key: json.dumps(manifest).encode() for key, manifest in place.manifests.items()}
    manifests = HttpStore(f"{place.base}/manifests", place.fetch, place.keys, ".json")
    blobs = HttpStore(f"{place.base}/blobs", place.fetch, place.blobs)
    return CacheStores(
        TieredStore([MemoryStore(carried), manifests]),
        TieredStore([MemoryStore(), blobs]),
        lambda: (manifests.fetched, blobs.fetched),
    )
