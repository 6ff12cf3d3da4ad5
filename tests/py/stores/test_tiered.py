"""Several stores as one."""

from __future__ import annotations

from store_contract import StoreContract, key

from tiffin.stores.memory import MemoryStore
from tiffin.stores.recording import RecordingStore
from tiffin.stores.store import Store
from tiffin.stores.tiered import TieredStore


class TestTieredStoreNear(StoreContract):
    def make(self, entries: dict[str, bytes]) -> Store:
        return TieredStore([MemoryStore(entries), MemoryStore()])


class TestTieredStoreFar(StoreContract):
    def make(self, entries: dict[str, bytes]) -> Store:
        return TieredStore([MemoryStore(), MemoryStore(), MemoryStore(entries)])


async def test_a_read_leaves_a_copy_in_the_nearest() -> None:
    near, far = MemoryStore(), RecordingStore(MemoryStore({key("a"): b"1"}))
    store = TieredStore([near, far])
    assert await store.get(key("a")) == b"1"
    assert await near.get(key("a")) == b"1"


async def test_writes_stay_near() -> None:
    near, far = MemoryStore(), MemoryStore()
    await TieredStore([near, far]).put(key("a"), b"1")
    assert await near.keys() == {key("a")}
    assert await far.keys() == frozenset()


async def test_a_deleted_key_does_not_come_back_from_afar() -> None:
    far = MemoryStore({key("a"): b"bad"})
    store = TieredStore([MemoryStore(), far])
    assert await store.get(key("a")) == b"bad"
    await store.delete(key("a"))
    assert await store.get(key("a")) is None
    assert not await store.contains(key("a"))
    await store.put(key("a"), b"good")
    assert await store.get(key("a")) == b"good"
    assert await far.get(key("a")) == b"bad"
