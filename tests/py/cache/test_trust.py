"""Which manifests are believed, and what becomes of those that are not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from example_manifest import KEY, example
from hypothesis import given
from hypothesis import strategies as st
from programs import Place, run_program

from tiffin.cache.cell_cache import CellCache, Unreadable
from tiffin.cache.function_cache import cache_calls
from tiffin.cache.manifest import FileRead, Manifest, OutputPart, read_manifest
from tiffin.cache.signing import Ed25519Signer, make_key, trust_key
from tiffin.cache.stored_calls import StoredResults
from tiffin.cache.trust import Trust, TrustMode, trust_mode
from tiffin.codecs.standard import standard_codecs
from tiffin.errors import ManifestError, UsageError
from tiffin.ids import Digest
from tiffin.session.calls import Calls
from tiffin.stores.memory import MemoryStore


def signer(folder: Path) -> Ed25519Signer:
    make_key(folder)
    return Ed25519Signer(folder)


def caching(
    trust: Trust, manifests: MemoryStore, *, own: bool = True, blobs: MemoryStore | None = None
) -> CellCache:
    return CellCache(
        manifests, blobs or MemoryStore(), standard_codecs(dict), {}, trust, trusts=lambda key: own
    )


@pytest.mark.parametrize("mode", ["off", "on", "strict"])
async def test_an_unsigned_manifest(mode: TrustMode, tmp_path: Path) -> None:
    manifests = MemoryStore()
    await caching(Trust(), manifests).save(example(), {})
    found = await caching(Trust(mode, signer(tmp_path)), manifests).find(KEY)
    if mode == "strict":
        assert isinstance(found, Unreadable)
        assert not found.trusted
        assert "it is not signed" in found.reason
    else:
        assert found == example()


async def test_what_is_signed_is_found_by_those_who_trust_the_key(tmp_path: Path) -> None:
    manifests, mine, yours = MemoryStore(), signer(tmp_path / "mine"), signer(tmp_path / "yours")
    await caching(Trust("on", mine), manifests).save(example(), {})
    for mode in ("on", "strict"):
        assert isinstance(await caching(Trust(mode, mine), manifests).find(KEY), Manifest)
        stranger = await caching(Trust(mode, yours), manifests).find(KEY)
        assert isinstance(stranger, Unreadable)
        assert "a key that you do not trust" in stranger.reason
    assert mine.public is not None
    assert trust_key(tmp_path / "yours", mine.public, "mine")
    friend = Ed25519Signer(tmp_path / "yours")
    assert isinstance(await caching(Trust("strict", friend), manifests).find(KEY), Manifest)


@pytest.mark.parametrize("change", ["code", "seconds", "signature", "key", "odd", "short"])
async def test_an_altered_manifest(change: str, tmp_path: Path) -> None:
    manifests, trust = MemoryStore(), Trust("on", signer(tmp_path))
    await caching(trust, manifests).save(example(), {})
    document = json.loads(await manifests.get(KEY) or b"")
    match change:
        case "code":
            document["code"] = "02" * 32
        case "seconds":
            document["seconds"] = 2**60
        case "signature":
            document["signature"]["value"] = "00" * 64
        case "key":
            document["signature"]["key"] = "00" * 32
        case "odd":
            document["signature"]["value"] = "none"
        case "short":
            document["signature"]["value"] = "00"
    await manifests.put(KEY, json.dumps(document).encode())
    found = await caching(trust, manifests).find(KEY)
    assert isinstance(found, Unreadable)
    assert not found.trusted


UNSIGNABLE: list[Any] = [2**53, float("nan"), [float("inf")], {"a": {"b": 2**70}}, {"\ud800": 1}, "\ud800"]


@pytest.mark.parametrize("part", UNSIGNABLE, ids=repr)
async def test_an_output_that_canonical_json_refuses_is_signed(part: Any, tmp_path: Path) -> None:
    manifests, blobs, trust = MemoryStore(), MemoryStore(), Trust("strict", signer(tmp_path))
    cache = caching(trust, manifests, blobs=blobs)
    parts: dict[Digest, bytes | memoryview] = {}
    output = cache.pack_output({"application/json": part, "text/plain": "x"}, parts)
    await cache.save(replace(example(), output=output), parts)
    found = await caching(trust, manifests, blobs=blobs).find(KEY)
    assert isinstance(found, Manifest)
    assert found.output["text/plain"] == OutputPart("x")
    assert repr(await cache.unpack_outputs([found.output])) == repr(
        [{"application/json": part, "text/plain": "x"}]
    )


@pytest.mark.parametrize("part", UNSIGNABLE, ids=repr)
def test_what_no_signature_can_be_made_over_is_a_problem_and_no_crash(part: Any, tmp_path: Path) -> None:
    trust = Trust("on", signer(tmp_path))
    signed = trust.signed(example())
    hostile = replace(signed, output={"application/json": OutputPart(part)})
    assert trust.problem(hostile) is not None


async def test_console_text_of_lone_surrogates_breaks_no_run(tmp_path: Path) -> None:
    manifests, trust = MemoryStore(), Trust("on", signer(tmp_path))
    odd = replace(example(), console=(("stdout", "\ud800"),))
    await caching(trust, manifests).save(odd, {})
    found = await caching(trust, manifests).find(KEY)
    assert isinstance(found, Manifest)
    assert replace(found, signature=None) == odd


def test_unsigned_pickles_of_others_are_made_again(tmp_path: Path) -> None:
    text = "class A:\n  x = 1\n@cached\ndef f(): return A()"
    theirs = Place()
    notes: list[str] = []
    run_program(text, into=theirs.namespace, cached=theirs.caching(cache_calls, StoredResults))["f"]()
    codecs = standard_codecs(lambda: here)
    here: dict[str, Any] = {}
    cache = CellCache(theirs.manifests, theirs.blobs, codecs, {}, trusts=lambda key: False)
    calls = Calls(Place(here).identities, theirs.calls.surroundings, cache, lambda key: None, notes.append)
    f = run_program(text, into=here, cached=lambda g: cache_calls(g, StoredResults(), lambda: calls))["f"]
    assert f().x == 1
    assert f.cache_info()[:2] == (0, 1)
    assert len(notes) == 1
    assert "nobody whom you trust has signed it" in notes[0]


def test_modes() -> None:
    assert [trust_mode(mode, "here") for mode in ("off", "on", "strict")] == ["off", "on", "strict"]
    with pytest.raises(UsageError, match="here: signing must be off, on or strict, not 'maybe'"):
        trust_mode("maybe", "here")


# -- manifests that somebody made up ------------------------------------------------------------------------

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats()
    | st.text(max_size=9)
    | st.sampled_from(["../../etc/passwd", "/etc/passwd", "a\0b", "ab" * 32, "blob", "inline", "stdout"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in items for place in places(part, (*path, key)))]


WRITTEN = FileRead("a.txt", Digest(KEY))
DOCUMENT = json.loads(replace(Trust().signed(example()), calls=(KEY,), written=(WRITTEN,)).to_bytes())
DOCUMENT["signature"] = {"key": "ab" * 32, "value": "cd" * 64}
DOCUMENT["files"][0].update(size=1, modified=2)


@given(st.data())
def test_a_manifest_that_was_altered_anywhere(data: st.DataObject) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    for _ in range(data.draw(st.integers(1, 2))):
        *way, last = data.draw(st.sampled_from([place for place in places(document) if place]))
        part = document
        for key in way:
            part = part[key]
        if data.draw(st.booleans()):
            part[last] = data.draw(JSON)
        else:
            del part[last]
    read_or_refuse(json.dumps(document).encode())


def read_or_refuse(data: bytes) -> None:
    try:
        manifest = read_manifest(data, KEY, "here")
    except ManifestError:
        return
    Trust("on", Refusing()).problem(manifest)
    Trust().admit(manifest, frozenset({"pickle"}))
    assert all(len(blob) == 64 for blob in manifest.blobs)
    assert all(isinstance(file.path, str) for file in manifest.files)
    for definition in manifest.definitions.values():
        assert definition.blob is None or len(definition.blob) == 64
        hash((definition.codec, definition.identity, definition.type, definition.needs, definition.shares))
    manifest.to_bytes()


class Refusing:
    def sign(self, data: bytes) -> None:
        return None

    def problem(self, data: bytes, signature: Any) -> str | None:
        return "refused"


@pytest.mark.parametrize("name", ["output", "definitions", "environment", "inputs", "console"])
@pytest.mark.parametrize("depth", [300, 900, 100_000])
def test_a_manifest_nested_deeply(name: str, depth: int) -> None:
    text = json.dumps({**DOCUMENT, name: "HERE"})
    for deep in ("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth):
        read_or_refuse(text.replace('"HERE"', deep).encode())
        read_or_refuse(text.replace('"HERE"', f'{{"x": {{"data": {deep}}}}}').encode())
