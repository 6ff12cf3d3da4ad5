"""Loaders: a name becomes the stores of a cache, once, for the place where the code runs.

The loader called `lazy` gives the same cache two modes: a folder natively; in a browser memory over HTTP, so
that writes stay in memory and reads fall through to what was shipped (design, section 6).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from tiffin.errors import UsageError
from tiffin.stores.http import Fetch, HttpStore
from tiffin.stores.memory import MemoryStore
from tiffin.stores.store import Buffer, Mark, Store
from tiffin.stores.tiered import TieredStore
from tiffin.stores.told import ToldStore

Json: TypeAlias = Any

KINDS = ("manifests", "blobs")
INDEX_FORMAT = 1
"""The format of `index.json`, which says what a site's cache holds."""


@dataclass(frozen=True)
class CacheStores:
    """The two stores of a cache; `fetched` tells how many of each came over a network so far.

    `trusted` says whether all they give is as trusted as the notebook's code. Where it is not, `own` tells
    whether the manifest that was read last under a key is this machine's own all the same. `mark` gives what
    is another whenever a blob's bytes may be, None where nothing tells that. `inside` are the stores for code
    that runs and cannot wait, where these are others.
    """

    manifests: Store
    blobs: Store
    fetched: Callable[[], tuple[int, int]]
    trusted: bool = True
    own: Callable[[str], bool] = lambda key: False
    mark: Callable[[str], Mark | None] = lambda key: None
    inside: tuple[Store, Store] | None = None

    def trusts(self, key: str) -> bool:
        """Return whether the manifest that was read last under `key` is as trusted as the notebook's code."""
        return self.trusted or self.own(key)


class Place(Protocol):
    """Where a cache lies: `FolderPlace`, `SharedPlace` natively, `SitePlace` in a browser."""

    def open(self) -> CacheStores: ...


@dataclass(frozen=True)
class SitePlace:
    """The cache of an exported site: its base URL, how to fetch, and what was shipped.

    `manifests` are those that `index.json` carries, by key. `fetch_inside` never waits. `kept` are manifests
    and blobs of an earlier kernel of the same page, which was ended; `keep` is told of each that is made
    here, as `("manifests" | "blobs", key, bytes)`.
    """

    base: str
    fetch: Fetch
    keys: Sequence[str]
    blobs: Sequence[str]
    manifests: Mapping[str, Json]
    fetch_inside: Fetch
    kept: tuple[Mapping[str, bytes], Mapping[str, bytes]] = ({}, {})
    keep: Callable[[str, str, Buffer], None] = lambda kind, key, data: None

    def open(self) -> CacheStores:
        carried = {key: json.dumps(manifest).encode() for key, manifest in self.manifests.items()}
        near = MemoryStore({**carried, **self.kept[0]}), MemoryStore(self.kept[1])
        far, far_inside = self._over_http(self.fetch), self._over_http(self.fetch_inside)
        manifests, blobs = map(self._tier, near, far, KINDS)
        inside = map(self._tier, near, far_inside, KINDS)
        pairs = tuple(zip(far, far_inside, strict=True))
        return CacheStores(
            manifests,
            blobs,
            lambda: (sum(store.fetched for store in pairs[0]), sum(store.fetched for store in pairs[1])),
            inside=(next(inside), next(inside)),
        )

    def _tier(self, near: Store, far: Store, kind: str) -> Store:
        return ToldStore(TieredStore((near, far)), lambda key, data: self.keep(kind, key, data))

    def _over_http(self, fetch: Fetch) -> tuple[HttpStore, HttpStore]:
        manifests = HttpStore(f"{self.base}/manifests", fetch, self.keys, ".json")
        return manifests, HttpStore(f"{self.base}/blobs", fetch, self.blobs)


def open_stores(loader: str, place: Place) -> CacheStores:
    """Return the stores that `loader` gives at `place`; `UsageError` if there is no such loader."""
    match loader:
        case "memory":
            return CacheStores(MemoryStore(), MemoryStore(), lambda: (0, 0))
        case "lazy":
            return place.open()
    raise UsageError(f"there is no cache loader {loader!r}; known: lazy, memory")
