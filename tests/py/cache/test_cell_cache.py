"""The cell cache: order of writing, digests, what a session remembers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from example_manifest import KEY, example

from tiffin.cache.cell_cache import BadBlob, CellCache, Unreadable
from tiffin.cache.manifest import Manifest
from tiffin.codecs.standard import standard_codecs
from tiffin.ids import Bytes, Digest, digest
from tiffin.stores.memory import MemoryStore
from tiffin.stores.store import Buffer


class Log(MemoryStore):
    """A store that notes its writes, and may refuse them."""

    def __init__(self, log: list[str], name: str) -> None:
        super().__init__()
        self._log, self._name = log, name

    async def put(self, key: str, data: Buffer) -> None:
        self._log.append(self._name)
        await super().put(key, data)


def make(manifests: MemoryStore | None = None, blobs: MemoryStore | None = None) -> CellCache:
    return CellCache(manifests or MemoryStore(), blobs or MemoryStore(), standard_codecs(dict), {})


async def test_blobs_are_written_before_the_manifest() -> None:
    log: list[str] = []
    cache = make(Log(log, "manifest"), Log(log, "blob"))
    await cache.save(example(), {digest(b"1"): b"1", digest(b"2"): b"2"})
    assert log == ["blob", "blob", "manifest"]
    await cache.save(example(), {digest(b"1"): b"1"})
    assert log[3:] == ["blob", "manifest"]  # that the blob is there already is the store's to see


async def test_finding() -> None:
    cache = make()
    assert await cache.find(KEY) is None
    await cache.save(example(), {})
    assert await cache.find(KEY) == example()
    cache.invalidate(KEY)
    assert await cache.find(KEY) is None
    await cache.save(example(), {})
    assert isinstance(await cache.find(KEY), Manifest)


async def test_a_damaged_manifest_is_an_outcome() -> None:
    found = await make(MemoryStore({KEY: b"{}"})).find(KEY)
    assert isinstance(found, Unreadable)
    assert found.reason.startswith(f"manifests/{KEY[:2]}/{KEY}.json: this is no manifest")


@pytest.mark.parametrize("left", [b"", b"\0" * 800, example().to_bytes()[:700]])
async def test_what_a_power_cut_left_is_a_miss(left: bytes) -> None:
    cache = make(MemoryStore({KEY: left}))
    assert await cache.find(KEY) is None
    await cache.save(example(), {})
    assert await cache.find(KEY) == example()


async def test_pickles_of_others_are_unavailable() -> None:
    manifests = MemoryStore({KEY: example().to_bytes()})
    assert await make(manifests).find(KEY) == example()
    theirs = CellCache(manifests, MemoryStore(), standard_codecs(dict), {}, trusts=lambda key: False)
    found = await theirs.find(KEY)
    assert isinstance(found, Manifest)
    definition = found.definitions["pickled"]
    assert (definition.kind, definition.blob, definition.identity) == ("unavailable", None, "lineage:5")
    assert definition.reason == "it is pickled, and nobody whom you trust has signed it"
    imports = {name: d for name, d in example().definitions.items() if d.kind == "import"}
    assert imports
    assert all(found.definitions[name].kind == "unavailable" for name in imports)
    changed = {name: found.definitions[name] for name in ("pickled", *imports)}
    assert found == replace(example(), definitions={**example().definitions, **changed})


async def test_what_others_wrote_that_cannot_be_read_is_a_miss() -> None:
    cache = CellCache(
        MemoryStore({KEY: b"{}"}), MemoryStore(), standard_codecs(dict), {}, trusts=lambda key: False
    )
    assert await cache.find(KEY) is None


async def test_bad_blobs_are_dropped_and_remembered() -> None:
    good, wrong, gone = digest(b"good"), digest(b"right"), digest(b"gone")
    blobs = MemoryStore({good: b"good", wrong: b"wrong"})
    cache = make(blobs=blobs)
    found = await cache.fetch([good, wrong, gone])
    assert found[good] == b"good"
    assert found[wrong] == BadBlob(wrong, "its 5 bytes have another digest")
    assert found[gone] == BadBlob(gone, "it is not there")
    assert await blobs.keys() == {good}
    await blobs.put(gone, b"gone")
    assert isinstance((await cache.fetch([gone]))[gone], BadBlob)  # not asked for again
    assert cache.rejected == 3
    await cache.save(example(), {gone: b"gone", wrong: b"right"})
    assert await cache.fetch([gone, wrong]) == {gone: b"gone", wrong: b"right"}


async def test_what_bears_the_mark_of_checked_bytes_is_not_checked_again() -> None:
    address = digest(b"right")
    marks: dict[str, tuple[int, ...]] = {address: (1,)}
    blobs = MemoryStore({address: b"right"})
    cache = CellCache(MemoryStore(), blobs, standard_codecs(dict), {}, mark=marks.get)
    beside = cache.beside(MemoryStore(), blobs)
    assert await cache.fetch([address]) == {address: b"right"}
    await blobs.put(address, b"wrong")  # as nothing that leaves the mark alone can do
    assert await cache.fetch([address]) == {address: b"wrong"}
    assert await beside.fetch([address]) == {address: b"wrong"}
    marks[address] = (2,)
    assert isinstance((await cache.fetch([address]))[address], BadBlob)


async def test_without_a_mark_bytes_are_checked_each_time() -> None:
    address = digest(b"right")
    blobs = MemoryStore({address: b"right"})
    cache = make(blobs=blobs)
    assert await cache.fetch([address]) == {address: b"right"}
    await blobs.put(address, b"wrong")
    assert isinstance((await cache.fetch([address]))[address], BadBlob)


async def test_a_mark_that_changes_during_the_reading_counts_for_nothing() -> None:
    address, taken = digest(b"right"), iter([(1,), (1,), (2,)])
    blobs = MemoryStore({address: b"right"})
    cache = CellCache(MemoryStore(), blobs, standard_codecs(dict), {}, mark=lambda key: next(taken))
    assert await cache.fetch([address]) == {address: b"right"}
    await blobs.put(address, b"wrong")
    assert isinstance((await cache.fetch([address]))[address], BadBlob)


async def test_holds() -> None:
    there = digest(b"1")
    cache = make(blobs=MemoryStore({there: b"1"}))
    assert await cache.holds([there])
    assert not await cache.holds([there, Digest("0" * 64)])


async def test_large_parts_of_outputs_are_blobs() -> None:
    cache = make()
    blobs: dict[Digest, Bytes] = {}
    bundle = {"text/plain": "small", "image/png": "A" * 20_000}
    packed = cache.pack_output(bundle, blobs)
    assert packed["text/plain"].blob is None
    assert packed["image/png"].blob in blobs
    await cache.save(example(), blobs)
    assert await cache.unpack_outputs([packed, {}]) == [bundle, {}]
    bad = await make().unpack_outputs([packed])
    assert isinstance(bad, BadBlob)
