"""A store that remembers which keys were used: what an exporter has to ship."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tiffin.ids import Bytes
from tiffin.stores.store import Buffer, Store


class RecordingStore:
    """Passes everything on; `used` holds the keys that were read with success, or written.

    `found` holds those that were there before: read with success, and not `written` first.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.used: set[str] = set()
        self.written: set[str] = set()
        self.found: set[str] = set()

    async def get(self, key: str) -> bytes | None:
        data = await self._store.get(key)
        if data is not None:
            self._note([key])
        return data

    async def get_many(self, keys: Iterable[str]) -> Mapping[str, Bytes]:
        found = await self._store.get_many(keys)
        self._note(found)
        return found

    def _note(self, keys: Iterable[str]) -> None:
        for key in keys:
            self.used.add(key)
            if key not in self.written:
                self.found.add(key)

    async def put(self, key: str, data: Buffer) -> None:
        await self._store.put(key, data)
        self.used.add(key)
        self.written.add(key)

    async def delete(self, key: str) -> None:
        await self._store.delete(key)
        self.used.discard(key)

    async def contains(self, key: str) -> bool:
        return await self._store.contains(key)

    async def keys(self) -> frozenset[str]:
        return await self._store.keys()
