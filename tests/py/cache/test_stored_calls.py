"""Results of calls in stores that are shared, that fail, and that hold something else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from programs import Place, run_program

from tiffin.cache.function_cache import cache_calls
from tiffin.cache.stored_calls import StoredResults, find_stored, keep_stored, stored_key
from tiffin.cache.surroundings import FilesUsed
from tiffin.ids import Digest
from tiffin.stores.file import FileStore
from tiffin.stores.memory import MemoryStore
from tiffin.stores.store import Buffer, at_once

TEXT = "@cached\ndef f(a): return [a] * 9000\n@cached\ndef g(a): return a"


def run(place: Place, text: str = TEXT, **names: Any) -> dict[str, Any]:
    cached = place.caching(cache_calls, StoredResults)
    return run_program(text, into=place.namespace, cached=cached, **names)


def again(place: Place) -> Place:
    """Another session on the same stores."""
    return Place(manifests=place.manifests, blobs=place.blobs)


def test_another_session_hits() -> None:
    first = Place()
    assert run(first)["f"](1) == [1] * 9000
    second = again(first)
    f = run(second)["f"]
    assert f(1) == [1] * 9000
    assert f.cache_info()[:2] == (1, 0)
    assert second.used == first.used != []


def test_clearing_removes_entries_of_this_function_only() -> None:
    place = Place()
    names = run(place)
    for n in range(3):
        names["f"](n)
        names["g"](n)
    before = at_once(place.manifests.keys())
    names["f"].cache_clear()
    left = at_once(place.manifests.keys())
    assert (len(before), len(left)) == (6, 3)
    later = run(again(place))
    assert (later["g"](1), later["f"](1)[:1]) == (1, [1])
    assert (later["g"].cache_info()[:2], later["f"].cache_info()[:2]) == ((1, 0), (0, 1))


@pytest.mark.parametrize("what", ["manifests", "blobs"])
@pytest.mark.parametrize("data", [b"", b"{}", b"[1]", b"\xff" * 99, None])
def test_what_is_damaged_is_made_again(what: str, data: bytes | None) -> None:
    first = Place()
    run(first)["f"](1)
    store = getattr(first, what)
    for key in at_once(store.keys()):
        at_once(store.delete(key) if data is None else store.put(key, data))
    second = again(first)
    f = run(second)["f"]
    assert f(1) == [1] * 9000
    assert f.cache_info()[:2] == (0, 1)
    assert len(second.notices) == (what == "blobs" or bool(data))
    third = run(again(first))["f"]
    assert third(1) == [1] * 9000
    assert third.cache_info()[:2] == (1, 0), "it was written anew"


KINDS: dict[str, dict[str, Any]] = {
    "unavailable": {"kind": "unavailable", "reason": "no codec took it"},
    "source": {"kind": "source"},
    "element": {"kind": "element", "element": {}},
    "import": {"kind": "import", "imported": {}},
    "import of nothing": {"kind": "import", "imported": {"module": "no.such.module"}},
    "import of no text": {"kind": "import", "imported": {"module": None}},
    "unknown codec": {"kind": "blob", "codec": "zzz", "blob": "0" * 64},
    "no plain form": {"kind": "inline", "plain": ["zzz"]},
}


@pytest.mark.parametrize("name", [*KINDS, "other name"])
def test_a_manifest_that_holds_something_else(name: str) -> None:
    place = Place()
    run(place)["g"](1)
    (key,) = at_once(place.manifests.keys())
    document = json.loads(at_once(place.manifests.get(key)) or b"")
    definition = document["definitions"].pop("return")
    if name in KINDS:
        document["definitions"]["return"] = {"identity": "", "type": "", **KINDS[name]}
    else:
        document["definitions"]["other"] = definition
    at_once(place.manifests.put(key, json.dumps(document).encode()))
    later = again(place)
    g = run(later)["g"]
    assert g(1) == 1
    assert g.cache_info()[:2] == (0, 1)
    assert (later.notices == []) == (name == "other name")


class Failing(MemoryStore):
    """A store that raises at chosen doings."""

    def __init__(self, *doings: str) -> None:
        super().__init__()
        self.doings = doings

    def _fail(self, doing: str) -> None:
        if doing in self.doings:
            raise PermissionError(13, "Permission denied")

    async def get(self, key: str) -> bytes | None:
        self._fail("get")
        return await super().get(key)

    async def put(self, key: str, data: Buffer) -> None:
        self._fail("put")
        await super().put(key, data)

    async def delete(self, key: str) -> None:
        self._fail("delete")
        await super().delete(key)


@pytest.mark.parametrize("doing", ["get", "put"])
@pytest.mark.parametrize("which", ["manifests", "blobs"])
def test_a_store_that_fails_breaks_no_call(which: str, doing: str) -> None:
    place = Place(manifests=Failing(doing)) if which == "manifests" else Place(blobs=Failing(doing))
    f = run(place)["f"]
    assert [f(1)[:1], f(1)[:1]] == [[1], [1]]
    assert (place.notices == []) == (which == "blobs" and doing == "get" and f.cache_info().hits == 1)


def test_what_cannot_be_removed_is_not_found_again() -> None:
    place = Place(manifests=Failing("delete"))
    f = run(place)["f"]
    f(1)
    f.cache_clear()
    assert f(1)[:1] == [1]
    assert f.cache_info()[:2] == (0, 1)
    assert "Permission denied" in place.notices[0]


class Odd:
    """Pickles, and cannot be unpickled."""

    def __reduce__(self) -> Any:
        return fail, ()


def fail() -> None:
    raise ZeroDivisionError("odd")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: Odd(), "made again"),
        (lambda: (n for n in "ab"), "only once"),
        (lambda: lambda: 1, "no codec takes what it returns"),
        (lambda: open, None),
    ],
)
def test_what_returns_something_odd(make: Callable[[], Any], reason: str | None) -> None:
    place = Place()
    f = run(place, "@cached\ndef f(): return make()", make=make)["f"]
    for _ in range(2):
        assert type(f()) is type(make())
    assert any(reason in notice for notice in place.notices) if reason else place.notices == []


def test_a_codec_that_fails_breaks_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place()
    names = run(place)

    def breaking(value: Any) -> Any:
        raise ZeroDivisionError

    for codec in place.calls.cache.codecs:
        monkeypatch.setattr(codec, "encode", breaking)
    assert names["g"](1) == 1
    assert "ZeroDivisionError" in place.notices[0]


def test_every_hit_of_a_big_array_is_an_array_of_its_own(tmp_path: Path) -> None:
    text = "@cached\ndef f(): return np.zeros(1_000_000)"
    place = Place(blobs=FileStore(tmp_path, by_content=True))
    run(place, text, np=np)["f"]()
    second = Place(manifests=place.manifests, blobs=place.blobs)
    f = run(second, text, np=np)["f"]
    one, other = f(), f()
    assert f.cache_info()[:2] == (2, 0)
    one[0] = 7
    assert (other[0], f()[0]) == (0, 0)


def test_equal_arrays_of_a_block_do_not_share_their_blob(tmp_path: Path) -> None:
    place = Place(blobs=FileStore(tmp_path, by_content=True))
    services, key = place.calls, stored_key(Digest("0" * 64), {})
    values = {"a": np.zeros(1_000_000), "b": np.zeros(1_000_000)}
    assert keep_stored(services, key, values, 1.0, FilesUsed()) is None
    found = find_stored(services, key)
    assert found is not None
    found["a"][0] = 7
    assert (found["a"][0], found["b"][0]) == (7, 0)
