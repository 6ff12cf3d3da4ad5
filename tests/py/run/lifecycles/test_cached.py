"""The cached lifecycle, on notebooks of a few lines."""

from __future__ import annotations

import json

from notebooks import Bench, how, text

from tiffin.events import CellEnded
from tiffin.run.lifecycles.cached import CachePolicy
from tiffin.stores.memory import MemoryStore
from tiffin.stores.store import Buffer

RECOMPUTE = CachePolicy(unreadable="recompute", check_blobs=False)


async def change(store: MemoryStore, **fields: object) -> None:
    """Change fields of every manifest in a store."""
    for key in await store.keys():
        document = json.loads(await store.get(key) or b"")
        await store.put(key, json.dumps({**document, **fields}).encode())


async def test_a_manifest_of_a_later_format_fails_the_cell_natively_and_is_kept() -> None:
    bench = Bench("x = 1")
    await bench.restore()
    await change(bench.manifests, format=2)
    before = {key: await bench.manifests.get(key) for key in await bench.manifests.keys()}
    runs = await bench.again().restore()
    assert how(runs) == {"c1": "error"}
    assert runs["c1"].error is not None
    assert "has format 2, this tiffin reads format 1" in runs["c1"].error.message
    assert {key: await bench.manifests.get(key) for key in before} == before


async def test_in_a_browser_it_is_recomputed_and_said() -> None:
    bench = Bench("x = 1")
    await bench.restore()
    await change(bench.manifests, format=2)
    second = bench.again(policy=RECOMPUTE)
    assert how(await second.restore()) == {"c1": "run"}
    assert "its stored result cannot be used, so it runs again" in second.notices[0]


async def test_a_manifest_that_binds_what_the_cell_does_not_define() -> None:
    bench = Bench("x = 1")
    await bench.restore()
    definition = {"kind": "inline", "identity": "content:plain:0", "type": "int", "plain": 6}
    await change(bench.manifests, definitions={"evil": definition})
    runs = await bench.again().restore()
    assert runs["c1"].error is not None
    assert "binds 'evil', which c1 does not define" in runs["c1"].error.message
    second = bench.again(policy=RECOMPUTE)
    assert how(await second.restore()) == {"c1": "run"}
    assert "evil" not in second.kernel.namespace.globals


async def test_a_hit_whose_blob_is_gone_natively_runs_again() -> None:
    bench = Bench("x = 'a' * 9000\nlen(x)")
    await bench.restore()
    for address in await bench.blobs.keys():
        await bench.blobs.delete(address)
    second = bench.again()
    assert how(await second.restore()) == {"c1": "run"}
    assert how(await second.again().restore()) == {"c1": "cache"}


async def test_a_damaged_output_makes_the_cell_run_again() -> None:
    bench = Bench("x = 'a' * 9000\nx")
    await bench.restore()
    for address in await bench.blobs.keys():
        await bench.blobs.put(address, b"other")
    second = bench.again(policy=RECOMPUTE)
    runs = await second.restore()
    assert how(runs) == {"c1": "run"}
    assert text(runs["c1"]) == repr("a" * 9000)
    assert "part of its output cannot be used" in second.notices[0]


async def test_a_damaged_value_is_recomputed_when_it_is_needed_not_before() -> None:
    bench = Bench("x = 'a' * 9000", "n = 1", "len(x) + n")
    await bench.restore()
    for address in await bench.blobs.keys():
        await bench.blobs.put(address, b"other")
    second = bench.again(policy=RECOMPUTE)
    assert how(await second.restore()) == {"c1": "cache", "c2": "cache", "c3": "cache"}
    third = bench.again("x = 'a' * 9000", "n = 2", "len(x) + n", policy=RECOMPUTE)
    runs = await third.restore()
    assert how(runs) == {"c1": "run", "c2": "run", "c3": "run"}
    assert text(runs["c3"]) == "9002"
    assert third.kernel.stats().blobs_rejected == 1
    order = [event.cell for event in third.events if isinstance(event, CellEnded)]
    assert order == ["c1", "c2", "c1", "c3"]


class Full(MemoryStore):
    async def put(self, key: str, data: Buffer) -> None:
        raise OSError(28, "No space left on device")


async def test_a_failed_save_is_said_and_breaks_nothing() -> None:
    bench = Bench("x = 1\nx", manifests=Full())
    runs = await bench.restore()
    assert text(runs["c1"]) == "1"
    assert bench.notices == ["c1: its result could not be saved: No space left on device"]


async def test_without_large_values_a_run_that_bound_one_is_not_saved() -> None:
    small = CachePolicy(unreadable="recompute", check_blobs=False, large=False)
    bench = Bench("x = list(range(400_000))", "y = 1", policy=small)
    await bench.restore()
    assert how(await bench.again().restore()) == {"c1": "run", "c2": "cache"}
