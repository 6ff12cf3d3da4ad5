"""What a hit costs, what cannot be kept, and what becomes of a save that fails."""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from notebooks import Bench, how, text

from tiffin.cache.key import CONTENT_LIMIT
from tiffin.cache.manifest import read_manifest
from tiffin.cache.snapshot import NOT_KEPT
from tiffin.ids import Key
from tiffin.run.lifecycles.cached import CachePolicy
from tiffin.stores.memory import MemoryStore
from tiffin.stores.store import Buffer

# Cells leave files and sockets open, as authors do.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


class Counting(MemoryStore):
    """A store that notes what it is asked for, a batch at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    async def get(self, key: str) -> bytes | None:
        self.batches.append(1)
        return await super().get(key)

    async def get_many(self, keys: Iterable[str]) -> Mapping[str, bytes | memoryview]:
        wanted = list(keys)
        if wanted:
            self.batches.append(len(wanted))
        return await super().get_many(wanted)


# -- lazy restore ---------------------------------------------------------------------------------------

A, B, G = "a = 'a' * 5000", "b = 'b' * 5000", "def g(): return len(b)"
C = "class C:\n    k = len(a)\n    def f(self): return len(b)"
D = "def d(k): return lambda f: lambda: k"
USES = {
    "directly": (A, B, "n + len(a) + len(b)"),
    "through a function": (A, B, "def f(): return len(a) + len(b)", "n + f()"),
    "through a function's function": (A, B, G, "def f(): return len(a) + g()", "n + f()"),
    "in a body inside": (A, B, "def f():\n    def g(): return len(a) + len(b)\n    return g()", "n + f()"),
    "in a class body": (A, B, C, "n + C.k + C().f()"),
    "in a decorator": (A, B, D, "@d(len(a) + len(b))\ndef f(): ...", "n + f()"),
    "in a default": (A, B, "def f(x=len(a), *, y=len(b)): return x + y", "n + f()"),
}


@pytest.mark.parametrize("use", USES)
async def test_what_a_body_needs_comes_in_one_batch_and_nothing_else(use: str) -> None:
    blobs = Counting()
    cells = (*USES[use], "unused = 'c' * 5000", "passed = unused")
    first = Bench("n = 1", *cells, blobs=blobs)
    await first.restore()
    blobs.batches.clear()
    hits = first.again()
    assert set(how(await hits.restore()).values()) == {"cache"}
    assert (blobs.batches, hits.kernel.stats().values_materialised) == ([], 0)
    edited = first.again("n = 2", *cells)
    runs = await edited.restore()
    assert text(runs[f"c{len(USES[use]) + 1}"]) == "10002"
    assert blobs.batches == [2]
    assert not edited.kernel.namespace.is_live("unused")


async def test_nothing_is_fetched_of_two_hundred_megabytes_until_they_are_used() -> None:
    blobs = Counting()
    cells = "import numpy", "big = numpy.zeros(25_000_000)\nbig[0] = 7", "m = 1", "m, int(big[0])"
    always = CachePolicy(cost="always")
    first = Bench(*cells, blobs=blobs, policy=always)
    await first.restore()
    assert max([len(await blobs.get(key) or b"") for key in await blobs.keys()]) > 200_000_000
    blobs.batches.clear()
    second = first.again(*cells[:3], "m")
    assert how(await second.restore()) == {"c1": "cache", "c2": "cache", "c3": "cache", "c4": "run"}
    assert blobs.batches == []
    third = first.again(*cells[:2], "m = 2", cells[3])
    assert text((await third.restore())["c4"]) == "(2, 7)"
    assert blobs.batches == [1]


async def test_an_import_of_a_hit_is_not_executed_until_somebody_needs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tells_a.py").write_text(
        "import pathlib\npathlib.Path(__file__).with_name('told').touch()\nk = 5"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    first = Bench("import tells_a", "def f(): return tells_a.k", "n = 1", "f() + n")
    await first.restore()
    (tmp_path / "told").unlink()
    del sys.modules["tells_a"]
    await first.again().restore()
    await first.again("import tells_a", "def f(): return tells_a.k", "n = 2", "n").restore()
    assert not (tmp_path / "told").exists()
    runs = await first.again("import tells_a", "def f(): return tells_a.k", "n = 2", "f() + n").restore()
    assert text(runs["c4"]) == "7"
    assert (tmp_path / "told").exists()
    del sys.modules["tells_a"]


# -- unavailable values ---------------------------------------------------------------------------------

UNAVAILABLE = {
    "builtins.generator": ("(i for i in range(3))", "next(x)"),
    "socket.socket": ("__import__('socket').socket()", "x.family"),
    "_thread.lock": ("__import__('threading').Lock()", "x.locked()"),
    "_io.TextIOWrapper": ("open(__import__('os').devnull)", "x.read()"),
    "builtins.function": ("(lambda live: lambda: live)(__import__('threading').Lock())", "x()"),
    "builtins.tuple": ("__import__('tiffin').state(1)", "x[0]()"),
    "sqlite3.Connection": ("__import__('sqlite3').connect(':memory:')", "x.total_changes"),
}


async def manifest_of(bench: Bench, cell: str) -> object:
    key = Key(str(bench.kernel.namespace.key_of(bench.kernel.graph.cells[cell].id)))  # type: ignore[index]
    return read_manifest(await bench.manifests.get(key) or b"", key, cell)


@pytest.mark.parametrize("kind", UNAVAILABLE)
async def test_what_cannot_be_kept_is_marked_and_made_again_once_when_it_is_needed(kind: str) -> None:
    value, use = UNAVAILABLE[kind]
    cells = "n = 1", f"x = {value}", f"n, {use}"
    first = Bench(*cells)
    await first.restore()
    found = await manifest_of(first, "c2")
    definition = found.definitions["x"]  # type: ignore[attr-defined]
    assert (definition.kind, definition.blob) == ("unavailable", None)
    assert definition.type.rpartition(".")[2] == kind.rpartition(".")[2]
    assert definition.reason
    second = first.again("n = 2", *cells[1:])
    assert how(await second.restore()) == {"c1": "run", "c2": "run", "c3": "run"}
    assert second.kernel.stats().cells_run == 3


async def test_what_is_still_not_there_is_an_error_that_names_it_and_no_endless_loop() -> None:
    cells = "n = 1", "x = (i for i in 'ab')", "n, next(x)"
    first = Bench(*cells)
    await first.restore()
    second = first.again("n = 2", *cells[1:])
    snapshots = second.kernel._cached
    bound = snapshots._bind_definitions

    def lose(*arguments: object) -> object:
        snapshot = bound(*arguments)  # type: ignore[arg-type]
        second.kernel.namespace.globals.pop("x", None)
        return snapshot

    snapshots._bind_definitions = lose  # type: ignore[method-assign, assignment]
    runs = await second.restore()
    assert how(runs)["c3"] == "error"
    assert runs["c3"].error is not None
    assert "'x'" in runs["c3"].error.message
    assert "c2, which defines it, ran again" in runs["c3"].error.message


async def test_a_codec_that_is_not_here_has_the_producer_run_once() -> None:
    cells = "n = 1", "x = bytes(5000)", "n + len(x)"
    first = Bench(*cells)
    await first.restore()
    for key in await first.manifests.keys():
        data = await first.manifests.get(key) or b""
        await first.manifests.put(key, data.replace(b'"codec":"bytes"', b'"codec":"safetensors"'))
    second = first.again("n = 2", *cells[1:])
    assert text((await second.restore())["c3"]) == "5002"
    assert second.kernel.stats().cells_run == 3


# -- outcomes -------------------------------------------------------------------------------------------


class Failing(MemoryStore):
    """A store whose writing fails from the `after`th time on."""

    def __init__(self, after: int = 0) -> None:
        super().__init__()
        self.after = after

    async def put(self, key: str, data: Buffer) -> None:
        if self.after == 0:
            raise OSError(30, "Read-only file system")
        self.after -= 1
        await super().put(key, data)


@pytest.mark.parametrize("body", ["x = 'a' * 9000\n1 / 0", "x = 'a' * 9000\nraise KeyboardInterrupt"])
async def test_a_body_that_fails_or_is_interrupted_saves_nothing(body: str) -> None:
    bench = Bench(body)
    assert how(await bench.restore())["c1"] in ("error", "cancelled")
    assert (await bench.manifests.keys(), await bench.blobs.keys()) == (frozenset(), frozenset())


async def test_an_interrupted_wait_saves_nothing() -> None:
    bench = Bench("import asyncio\nx = 'a' * 9000\nawait asyncio.sleep(60)")
    run = asyncio.create_task(bench.restore())
    await asyncio.sleep(0.2)
    bench.kernel.interrupt()
    assert how(await run) == {"c1": "cancelled"}
    assert (await bench.manifests.keys(), await bench.blobs.keys()) == (frozenset(), frozenset())


@pytest.mark.parametrize("store", ["manifests", "blobs"])
@pytest.mark.parametrize("after", [0, 1])
async def test_a_save_that_fails_is_said_once_and_leaves_a_miss(store: str, after: int) -> None:
    failing = Failing(after)
    cells = "x = 'a' * 9000\ny = 'b' * 9000\nx[0]", "x[1] + y[1]"
    stores: dict[str, Any] = {"manifests": MemoryStore(), "blobs": MemoryStore(), store: failing}
    bench = Bench(*cells, **stores)
    assert text((await bench.restore())["c2"]) == "'ab'"
    failed = [notice for notice in bench.notices if "could not be saved" in notice]
    assert len(failed) == len({notice[:2] for notice in failed}) == (2 - after if store == "manifests" else 1)
    failing.after = -1
    again = bench.again()
    assert text((await again.restore())["c2"]) == "'ab'"
    assert how(await again.again().restore()) == {"c1": "cache", "c2": "cache"}


@pytest.mark.parametrize("store", ["manifests", "blobs"])
@pytest.mark.parametrize("check_blobs", [True, False])
async def test_a_store_that_cannot_be_read_breaks_no_run(store: str, check_blobs: bool) -> None:
    class Unreadable(MemoryStore):
        async def fails(self, keys: object) -> None:
            raise OSError(5, "Input/output error")

        get = get_many = contains = fails  # type: ignore[assignment]

    stores: dict[str, Any] = {"manifests": MemoryStore(), "blobs": MemoryStore(), store: Unreadable()}
    cells = "x = 'a' * 9000\nx", "n = 1", "x[0] * n"
    bench = Bench(*cells, policy=CachePolicy(check_blobs=check_blobs), **stores)
    assert text((await bench.restore())["c3"]) == "'a'"
    assert text((await bench.again(cells[0], "n = 2", cells[2]).restore())["c3"]) == "'aa'"


# -- cost -----------------------------------------------------------------------------------------------

BIG = f"x = [0] * {CONTENT_LIMIT}"
CELLS = "n = 1", BIG, "n + len(x)"


def with_slow_clock(bench: Bench) -> Bench:
    ticks = itertools.count()
    bench.kernel._snapshots._clock = lambda: float(next(ticks))
    return bench


async def test_what_takes_longer_to_keep_than_to_make_is_not_kept_and_not_tried_again() -> None:
    first = with_slow_clock(Bench(*CELLS))
    await first.restore()
    definition = (await manifest_of(first, "c2")).definitions["x"]  # type: ignore[attr-defined]
    assert (definition.kind, definition.reason) == ("unavailable", NOT_KEPT)
    second = with_slow_clock(first.again("n = 2", *CELLS[1:]))
    tried: list[object] = []
    encode = second.kernel._snapshots._codecs.encode

    def counted(value: object, **limits: object) -> object:
        if isinstance(value, list) and "limit" not in limits:
            tried.append(value)
        return encode(value, **limits)  # type: ignore[arg-type]

    second.kernel._snapshots._codecs.encode = counted  # type: ignore[method-assign, assignment]
    assert how(await second.restore()) == {"c1": "run", "c2": "run", "c3": "run"}
    assert tried == []


async def test_an_export_keeps_everything_and_finds_what_a_run_stored_and_the_other_way_round() -> None:
    always = CachePolicy(cost="always")
    first = with_slow_clock(Bench(*CELLS))
    await first.restore()
    keys = await first.manifests.keys()
    export = with_slow_clock(first.again(policy=always))
    assert how(await export.restore()) == {"c1": "cache", "c2": "run", "c3": "cache"}
    assert (await manifest_of(export, "c2")).definitions["x"].kind == "blob"  # type: ignore[attr-defined]
    assert await first.manifests.keys() == keys
    assert set(how(await with_slow_clock(first.again()).restore()).values()) == {"cache"}
    assert set(how(await with_slow_clock(first.again(policy=always)).restore()).values()) == {"cache"}


@pytest.mark.parametrize("where", ["cell", "notebook"])
async def test_the_author_says_what_is_kept(where: str) -> None:
    async def kinds(setting: str) -> tuple[list[str], list[str]]:
        fields = {"settings": {"cache": setting}} if where == "notebook" else None
        bench = with_slow_clock(Bench("0" if where == "cell" else BIG, fields=fields))
        if where == "cell":
            from tiffin.commands import CellSource

            await bench.edit(put={"c1": CellSource("c1", BIG, settings={"cache": setting})})
        else:
            await bench.restore()
        stored = [
            read_manifest(await bench.manifests.get(k) or b"", Key(k), k)
            for k in await bench.manifests.keys()
        ]
        return [m.definitions["x"].kind for m in stored], bench.notices

    assert await kinds("always") == (["blob"], [])
    assert await kinds("never") == ([], [])
    assert await kinds("auto") == (["unavailable"], [])
    unknown = "c1: cache=often is unknown: it is always, never or auto, and was taken for auto"
    assert await kinds("often") == (["unavailable"], [unknown])
