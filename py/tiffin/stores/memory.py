"""A store in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tiffin.ids import Bytes
from tiffin.stores.store import Buffer, check_key


class MemoryStore:
    """Bytes in a dict; gone with the process."""

    def __init__(self, entries: Mapping[str, bytes] | None = None) -> None:
        self._entries = {check_key(key): bytes(data) for key, data in (entries or {}).items()}

    async def get(self, key: str) -> bytes | None:
        return self._entries.get(check_key(key))

    async def get_many(self, keys: Iterable[str]) -> Mapping[str, Bytes]:
        wanted = [check_key(key) for key in keys]
        return {key: self._entries[key] for key in wanted if key in self._entries}

    async def put(self, key: str, data: Buffer) -> None:
        self._entries[check_key(key)] = bytes(data)

    async def delete(self, key: str) -> None:
        self._entries.pop(check_key(key), None)

    async def contains(self, key: str) -> bool:
        return check_key(key) in self._entries

    async def keys(self) -> frozenset[str]:
        return frozenset(self._entries)
