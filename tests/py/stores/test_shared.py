"""A shared cache behind a folder: copies, what fails, and whose is what."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from store_contract import StoreContract, fuzzed_keys, key, refuse_all

from tiffin.ids import digest
from tiffin.stores.loader import open_stores
from tiffin.stores.memory import MemoryStore
from tiffin.stores.object import open_bucket
from tiffin.stores.recording import RecordingStore
from tiffin.stores.shared import Reach, SharedPlace, SharedStore
from tiffin.stores.store import Buffer, Store
from tiffin.stores.tiered import TieredStore


def always(name: str, data: bytes) -> bool:
    return True


def never(name: str, data: bytes) -> bool:
    return False


class TestNear(StoreContract):
    def make(self, entries: dict[str, bytes]) -> Store:
        return SharedStore(MemoryStore(entries), MemoryStore(), Reach("it", print), never)


class TestFar(StoreContract):
    def make(self, entries: dict[str, bytes]) -> Store:
        return SharedStore(MemoryStore(), MemoryStore(entries), Reach("it", print), always)


class TestFarWithoutCopies(StoreContract):
    def make(self, entries: dict[str, bytes]) -> Store:
        return SharedStore(MemoryStore(), MemoryStore(entries), Reach("it", print), never)


class TestBroken(StoreContract):
    def make(self, entries: dict[str, bytes]) -> Store:
        return SharedStore(MemoryStore(entries), Broken(), Reach("it", lambda text: None), always)


class TestRecordedAndTiered(StoreContract):
    def make(self, entries: dict[str, bytes]) -> Store:
        far = TieredStore([MemoryStore(), MemoryStore(entries)])
        return RecordingStore(SharedStore(MemoryStore(), far, Reach("it", print), always))


class Broken(MemoryStore):
    """A store that gives and takes nothing."""

    def __init__(self, error: OSError | None = None) -> None:
        super().__init__()
        self.error = error or OSError(errno.EIO, "the server does not answer")
        self.asked = 0

    async def get(self, name: str) -> bytes | None:
        self.asked += 1
        raise self.error

    async def put(self, name: str, data: Buffer) -> None:
        await self.get(name)

    async def delete(self, name: str) -> None:
        await self.get(name)

    async def contains(self, name: str) -> bool:
        await self.get(name)
        return False

    async def keys(self) -> frozenset[str]:
        await self.get("")
        return frozenset()


async def test_no_text_but_a_key_gets_through() -> None:
    store = SharedStore(MemoryStore(), Broken(), Reach("it", print), always)
    await refuse_all(store, fuzzed_keys(10_000))


async def test_writes_go_to_both_and_reads_leave_copies() -> None:
    near, far = MemoryStore(), MemoryStore({key("theirs"): b"1"})
    store = SharedStore(near, far, Reach("it", print), always)
    await store.put(key("mine"), b"2")
    assert (await near.get(key("mine")), await far.get(key("mine"))) == (b"2", b"2")
    assert await store.get(key("theirs")) == b"1"
    assert await near.get(key("theirs")) == b"1"
    await store.delete(key("theirs"))
    assert await store.get(key("theirs")) is None
    assert await far.contains(key("theirs"))


async def test_what_comes_from_afar_is_not_one_s_own_until_it_is_put() -> None:
    near, far = MemoryStore({key("mine"): b"1"}), MemoryStore({key("theirs"): b"2"})
    store = SharedStore(near, far, Reach("it", print), never)
    await store.get_many([key("mine"), key("theirs")])
    assert (store.own(key("mine")), store.own(key("theirs"))) == (True, False)
    assert await near.keys() == {key("mine")}
    await store.put(key("theirs"), b"3")
    assert store.own(key("theirs"))
    assert await store.get(key("theirs")) == b"3"
    assert store.own(key("theirs"))


async def test_what_fails_is_told_once_and_not_tried_again() -> None:
    told: list[str] = []
    far = Broken()
    reach = Reach("s3://kitchen", told.append)
    blobs = SharedStore(MemoryStore(), far, reach, always)
    manifests = SharedStore(MemoryStore(), far, reach, never)
    assert await manifests.get(key("a")) is None
    await blobs.put(key("b"), b"1")
    assert await blobs.get_many([key("b"), key("c")]) == {key("b"): b"1"}
    assert not await blobs.contains(key("c"))
    assert await blobs.keys() == {key("b")}
    assert told == [
        "s3://kitchen cannot be used (the server does not answer): this session goes on without it"
    ]
    assert far.asked == 1


async def test_who_may_only_read_goes_on_reading() -> None:
    class ReadOnly(MemoryStore):
        async def put(self, name: str, data: Buffer) -> None:
            raise PermissionError(errno.EACCES, "access is denied")

    told: list[str] = []
    store = SharedStore(MemoryStore(), ReadOnly({key("a"): b"1"}), Reach("s3://kitchen", told.append), never)
    await store.put(key("b"), b"2")
    await store.put(key("c"), b"2")
    assert await store.get(key("a")) == b"1"
    assert told == ["s3://kitchen cannot be written (access is denied): results stay on this machine"]


async def test_keys_that_are_denied_one_by_one_are_missing() -> None:
    told: list[str] = []
    far = Broken(PermissionError(errno.EACCES, "access is denied"))
    store = SharedStore(MemoryStore(), far, Reach("s3://kitchen", told.append), never)
    assert await store.get_many([key("a"), key("b")]) == {}
    assert await store.get(key("c")) is None
    assert far.asked == 3
    assert told == ["s3://kitchen does not let everything be read (access is denied): that is computed here"]


async def test_without_room_for_a_copy_it_is_read_all_the_same() -> None:
    class Full(MemoryStore):
        async def put(self, name: str, data: Buffer) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    store = SharedStore(Full(), MemoryStore({key("a"): b"1"}), Reach("it", print), always)
    assert await store.get(key("a")) == b"1"
    with pytest.raises(OSError, match="No space"):
        await store.put(key("a"), b"2")


async def test_a_place_copies_blobs_that_are_what_they_should_be_and_no_manifests(tmp_path: Path) -> None:
    address = f"file://{tmp_path / 'bucket'}"
    good, bad = digest(b"good"), digest(b"bad")

    def place(folder: str) -> SharedPlace:
        return SharedPlace(tmp_path / folder, open_bucket(address, {}), address, print)

    theirs = open_stores("lazy", place("theirs"))
    await theirs.blobs.put(good, b"good")
    await theirs.blobs.put(bad, b"altered")
    await theirs.manifests.put(key("m"), b"{}")
    assert theirs.trusts(key("m"))
    mine = open_stores("lazy", place("mine"))
    assert await mine.manifests.get(key("m")) == b"{}"
    assert (mine.trusted, mine.trusts(key("m"))) == (False, False)
    assert await mine.blobs.get_many([good, bad]) == {good: b"good", bad: b"altered"}
    assert mine.fetched() == (1, 2)
    files = sorted(path.name for path in (tmp_path / "mine").rglob("*") if path.is_file())
    assert files == [good]
    await mine.blobs.delete(bad)  # as the cache does with what has another digest
    await mine.blobs.put(bad, b"bad")
    again = open_stores("lazy", place("third"))
    assert await again.blobs.get(bad) == b"bad"
