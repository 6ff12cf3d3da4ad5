"""The memory store."""

from __future__ import annotations

from store_contract import StoreContract

from tiffin.stores.memory import MemoryStore
from tiffin.stores.store import Store


class TestMemoryStore(StoreContract):
    def make(self, entries: dict[str, bytes]) -> Store:
        return MemoryStore(entries)
