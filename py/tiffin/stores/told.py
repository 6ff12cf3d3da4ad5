"""A store that tells of what is written to it: what a page keeps for the day its worker ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from tiffin.ids import Bytes
from tiffin.stores.store import Buffer, Store


class ToldStore:
    """Passes everything on; `tell` hears of each entry once it is written."""

    def __init__(self, store: Store, tell: Callable[[str, Buffer], None]) -> None:
        self._store = store
        self._tell = tell

    async def get(self, key: str) -> bytes | None:
        return await self._store.get(key)

    async def get_many(self, keys: Iterable[str]) -> Mapping[str, Bytes]:
        return await self._store.get_many(keys)

    async def put(self, key: str, data: Buffer) -> None:
        await self._store.put(key, data)
        self._tell(key, data)

    async def delete(self, key: str) -> None:
        await self._store.delete(key)

    async def contains(self, key: str) -> bool:
        return await self._store.contains(key)

    async def keys(self) -> frozenset[str]:
        return await self._store.keys()
