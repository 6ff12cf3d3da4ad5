"""The store that remembers."""

from __future__ import annotations

from store_contract import StoreContract, key

from tiffin.stores.memory import MemoryStore
from tiffin.stores.recording import RecordingStore
from tiffin.stores.store import Store


class TestRecordingStore(StoreContract):
    def make(self, entries: dict[str, bytes]) -> Store:
        return RecordingStore(MemoryStore(entries))


async def test_records_what_was_read_with_success_or_written() -> None:
    store = RecordingStore(MemoryStore({key("a"): b"1", key("b"): b"2", key("c"): b"3"}))
    await store.get(key("a"))
    await store.get(key("z"))
    await store.get_many([key("b"), key("y")])
    await store.put(key("d"), b"4")
    await store.contains(key("c"))
    assert store.used == {key("a"), key("b"), key("d")}


async def test_what_was_found_is_what_was_there_before() -> None:
    store = RecordingStore(MemoryStore({key("a"): b"1", key("b"): b"2"}))
    await store.get(key("a"))
    await store.put(key("a"), b"3")
    await store.put(key("c"), b"4")
    await store.get_many([key("b"), key("c"), key("z")])
    assert store.found == {key("a"), key("b")}
