"""A store that tells of what is written to it."""

from __future__ import annotations

from store_contract import StoreContract, key

from tiffin.stores.memory import MemoryStore
from tiffin.stores.store import Buffer, Store
from tiffin.stores.told import ToldStore


def forget(_key: str, _data: Buffer) -> None:
    """Nobody wants to know."""


class TestToldStore(StoreContract):
    def make(self, entries: dict[str, bytes]) -> Store:
        return ToldStore(MemoryStore(entries), forget)


async def test_what_is_written_is_told_and_what_is_read_is_not() -> None:
    told: list[tuple[str, bytes]] = []
    store = ToldStore(MemoryStore({key("a"): b"1"}), lambda name, data: told.append((name, bytes(data))))
    await store.get_many([key("a")])
    assert told == []
    await store.put(key("b"), b"2")
    assert told == [(key("b"), b"2")]
