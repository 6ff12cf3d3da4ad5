"""What a cache holds, and what of it may go."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cache_folders import manifest_of
from example_manifest import example
from hypothesis import given, settings
from hypothesis import strategies as st

from tiffin.cache.inventory import (
    Inventory,
    SiteIndex,
    blob_sizes,
    choose_removal,
    fits_key,
    read_index,
    removal_of,
    take_inventory,
)
from tiffin.cache.manifest import Manifest
from tiffin.ids import Digest, digest
from tiffin.stores.folder import FolderListing, StoredFile
from tiffin.stores.uses import Use

ONE, TWO, BOTH, NOBODY = b"1" * 1000, b"2" * 2000, b"3" * 3000, b"4" * 4000
A, B = manifest_of("a", ONE, BOTH), manifest_of("b", TWO, BOTH)
SIZE = 100
"""Bytes of each manifest, as the listing says."""


def inventory(
    *manifests: Manifest,
    blobs: tuple[bytes, ...] = (ONE, TWO, BOTH, NOBODY),
    used: dict[str, Use] | None = None,
) -> Inventory:
    files = {str(m.key): StoredFile(Path(m.key), SIZE, 1000 + number) for number, m in enumerate(manifests)}
    listing = FolderListing(
        files,
        {digest(data): StoredFile(Path(digest(data)), len(data), 500) for data in blobs},
        (StoredFile(Path(".writing-1"), 7, 900),),
    )
    return take_inventory(listing, {m.key: m.to_bytes() for m in manifests}, used or {}, SiteIndex())


def test_an_entry_is_a_manifest_with_its_blobs() -> None:
    found = inventory(A, B, used={A.key: Use(5000, 3)})
    first, second = found.entries
    assert (first.key, first.names, first.hits, first.used, first.written) == (
        A.key,
        ("a", "a0", "a1"),
        3,
        5000,
        1000,
    )
    assert (first.own, first.shared) == (SIZE + 1000, 3000)
    assert (second.key, second.own, second.shared, second.used) == (B.key, SIZE + 2000, 3000, 1001)
    assert found.orphans == (digest(NOBODY),)


def test_what_cannot_be_read_is_an_entry_with_a_problem_and_keeps_its_blobs() -> None:
    later = json.dumps({**json.loads(A.to_bytes()), "format": 9}).encode()
    listing = inventory(A).listing
    found = take_inventory(listing, {A.key: later}, {}, SiteIndex())
    (entry,) = found.entries
    assert (entry.manifest, entry.later) == (None, True)
    assert entry.problem is not None
    assert "has format 9" in entry.problem
    assert {digest(ONE), digest(BOTH)} <= entry.blobs
    assert set(found.orphans) == {digest(TWO), digest(NOBODY)}
    (torn,) = take_inventory(listing, {A.key: A.to_bytes()[:300]}, {}, SiteIndex()).entries
    assert (torn.later, torn.problem) == (
        False,
        f"manifests/{A.key[:2]}/{A.key}.json: the manifest was never written whole",
    )


def paths(found: Inventory, *parts: bytes | Manifest) -> set[StoredFile]:
    listing = found.listing
    return {
        listing.manifests[part.key] if isinstance(part, Manifest) else listing.blobs[digest(part)]
        for part in parts
    }


def test_shared_blobs_go_with_the_last_entry() -> None:
    found = inventory(A, B)
    swept = set(found.listing.unfinished)
    removal = choose_removal(found, SiteIndex(), before=1001)
    assert [entry.key for entry in removal.entries] == [A.key]
    assert set(removal.files) == paths(found, A, ONE, NOBODY) | swept
    removal = choose_removal(found, SiteIndex(), before=9999)
    assert set(removal.files) == paths(found, A, B, ONE, TWO, BOTH, NOBODY) | swept


def test_the_least_recently_used_goes_first_and_no_more_than_needed() -> None:
    found = inventory(A, B, used={A.key: Use(5000, 1)})
    total = found.listing.size
    assert total == 10_000 + 2 * SIZE
    assert not choose_removal(found, SiteIndex(), limit=total).entries
    removal = choose_removal(found, SiteIndex(), limit=total - 1)
    assert paths(found, NOBODY) <= set(removal.files)  # as old as its file
    assert removal.entries == ()
    removal = choose_removal(found, SiteIndex(), limit=6000)
    assert [entry.key for entry in removal.entries] == [B.key]
    assert total - (removal.size - 7) == SIZE + 4000
    assert len(choose_removal(found, SiteIndex(), limit=0).entries) == 2


def test_what_a_site_lists_stays() -> None:
    index = SiteIndex(frozenset({A.key}), frozenset({digest(ONE), digest(BOTH)}))
    found = inventory(A, B)
    for removal in (
        choose_removal(found, index, limit=0, orphans=True),
        choose_removal(found, index, before=9999),
    ):
        assert [entry.key for entry in removal.entries] == [B.key]
        assert paths(found, TWO, NOBODY) < set(removal.files)
        assert not paths(found, A, ONE, BOTH) & set(removal.files)


def test_what_may_be_in_use_stays_where_there_are_no_locks() -> None:
    found = inventory(A, B)
    removal = choose_removal(found, SiteIndex(), limit=0, idle_since=1001)
    assert [entry.key for entry in removal.entries] == [A.key]
    assert choose_removal(found, SiteIndex(), limit=0, orphans=True, idle_since=100).files == ()


def test_unused_are_blobs_that_no_entry_needs() -> None:
    found = inventory(A, B)
    removal = choose_removal(found, SiteIndex(), orphans=True)
    assert removal.entries == ()
    assert set(removal.files) == {*paths(found, NOBODY), *found.listing.unfinished}


def test_removing_what_is_damaged() -> None:
    found = inventory(A, B)
    removal = removal_of(found, {A.key}, [digest(NOBODY)])
    assert set(removal.files) == paths(found, A, ONE, NOBODY) | set(found.listing.unfinished)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.sampled_from("abcdefghijkl"), st.text(max_size=5), max_size=8),
    st.dictionaries(st.sampled_from("mnopqrst"), st.text(max_size=5), max_size=3),
    st.booleans(),
)
def test_inputs_beyond_the_key_are_no_damage(
    inputs: dict[str, str], more: dict[str, str], defined: bool
) -> None:
    manifest = replace(manifest_of("a", inputs=inputs or {"x": "1"}))
    changed = {name: manifest.definitions["a"] for name in more if defined}
    whole = replace(
        manifest, inputs={**manifest.inputs, **more}, definitions={**manifest.definitions, **changed}
    )
    assert fits_key(whole)
    assert not fits_key(replace(whole, code=digest(b"another")))
    altered = {**whole.inputs, min(manifest.inputs): "altered"}
    assert not fits_key(replace(whole, inputs=altered))


def test_with_too_many_inputs_to_try_nothing_is_called_damaged() -> None:
    many = {f"x{number}": "1" for number in range(40)}
    assert fits_key(manifest_of("a", inputs=many))
    assert fits_key(replace(manifest_of("a", inputs=many), inputs={**many, "y": "2"}))


def test_stated_sizes() -> None:
    assert blob_sizes(A) == {digest(ONE): 1000, digest(BOTH): 3000}
    assert blob_sizes(example())[Digest("cd" * 32)] >= 0


@pytest.mark.parametrize("data", [None, b"", b"[]", b"{}", b'{"keys": 1, "blobs": [], "cells": {}}', b"\xff"])
def test_what_is_no_index_lists_nothing(data: bytes | None) -> None:
    assert read_index(data) == SiteIndex()


def test_an_index_names_cells() -> None:
    data = json.dumps({"keys": ["k"], "blobs": ["b"], "cells": {"c1": "k"}}).encode()
    assert read_index(data) == SiteIndex(frozenset({"k"}), frozenset({"b"}), {"k": "c1"})
