"""Several stores, nearest first, as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tiffin.ids import Bytes
from tiffin.stores.store import Buffer, Store, check_key


class TieredStore:
    """Reads go to the first store that has the key, and leave a copy in the nearest, which takes all writes.

    A deleted key is gone for this object, also where a further store, which may be read-only, still has it.
    """

    def __init__(self, stores: Sequence[Store]) -> None:
        self._nearest, *self._further = stores
        self._deleted: set[str] = set()

    async def get(self, key: str) -> bytes | None:
        data = (await self.get_many([key])).get(key)
        return None if data is None else bytes(data)

    async def get_many(self, keys: Iterable[str]) -> Mapping[str, Bytes]:
        missing = [key for key in dict.fromkeys(check_key(key) for key in keys) if key not in self._deleted]
        found = dict(await self._nearest.get_many(missing))
        for store in self._further:
            missing = [key for key in missing if key not in found]
            if not missing:
                break
            more = await store.get_many(missing)
            for key, data in more.items():
                await self._nearest.put(key, data)
            found.update(more)
        return found

    async def put(self, key: str, data: Buffer) -> None:
        await self._nearest.put(key, data)
        self._deleted.discard(key)

    async def delete(self, key: str) -> None:
        await self._nearest.delete(key)
        self._deleted.add(key)

    async def contains(self, key: str) -> bool:
        if check_key(key) in self._deleted:
            return False
        for store in (self._nearest, *self._further):
            if await store.contains(key):
                return True
        return False

    async def keys(self) -> frozenset[str]:
        every = [await store.keys() for store in (self._nearest, *self._further)]
        return frozenset().union(*every) - self._deleted
