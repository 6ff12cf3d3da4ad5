"""Keys and identities, held to the vectors that TypeScript is held to as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.cache.key import (
    element_identity,
    json_digest,
    lineage_identity,
    run_key,
    salted,
    source_identity,
    text_digest,
)
from tiffin.ids import Digest, Key, RunId

VECTORS = json.loads((Path(__file__).parents[2] / "contracts" / "keys.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS["runs"], ids=lambda v: v["about"])
def test_run_keys(vector: dict[str, Any]) -> None:
    assert run_key(Digest(vector["code"]), vector["inputs"]) == vector["key"]


@pytest.mark.parametrize("vector", VECTORS["elements"], ids=lambda v: v["about"])
def test_element_identities(vector: dict[str, Any]) -> None:
    assert element_identity(vector["element"]) == vector["identity"]


@pytest.mark.parametrize("vector", VECTORS["documents"], ids=lambda v: v["about"])
def test_digests_of_canonical_json(vector: dict[str, Any]) -> None:
    assert json_digest(vector["document"]) == vector["digest"]


def test_there_are_vectors_of_each_kind() -> None:
    assert {name: len(vectors) >= 4 for name, vectors in VECTORS.items()} == {
        "runs": True,
        "elements": True,
        "documents": True,
    }


def test_what_takes_part_makes_a_difference() -> None:
    one, two = Digest("1" * 64), Digest("2" * 64)
    keys = [
        run_key(one, {}),
        run_key(two, {}),
        run_key(one, {"x": "absent"}),
        run_key(one, {"y": "absent"}),
        run_key(one, {"x": "content:plain:1"}),
        run_key(one, {"x": "content:plain:1", "y": "absent"}),
    ]
    assert len(set(keys)) == len(keys)
    assert run_key(one, {"x": "1", "y": "2"}) == run_key(one, {"y": "2", "x": "1"})


def test_salting_and_lineage() -> None:
    key = run_key(Digest("1" * 64), {})
    identities = {
        lineage_identity(key, "x"),
        lineage_identity(key, "y"),
        lineage_identity(salted(key, RunId("a")), "x"),
        lineage_identity(salted(key, RunId("b")), "x"),
    }
    assert len(identities) == 4
    assert source_identity(Digest("1"), {"x": "a"}) != source_identity(Digest("1"), {"x": "b"})
    assert isinstance(salted(Key("k"), RunId("r")), str)


# Where the two orders of keys, escapes, and what is no text at all can make a difference.
CHARACTERS = st.sampled_from('aZ_é"\\/\b\f\n\r\t\x00\x1f\x7f\u2028\ud7ff\ue000\uffff\U00010000\U0010ffff')
TEXTS = st.text(st.one_of(CHARACTERS, st.characters(exclude_categories=[])), max_size=6)


@given(st.dictionaries(TEXTS, st.one_of(TEXTS, st.integers(0, 2**53 - 1), st.dictionaries(TEXTS, TEXTS))))
def test_the_digest_of_text_is_that_of_canonical_json(document: dict[str, Any]) -> None:
    try:
        expected = json_digest(document)
    except ValueError:
        with pytest.raises(ValueError):
            text_digest(document)
    else:
        assert text_digest(document) == expected


def test_names_beyond_the_basic_plane_are_sorted_as_canonical_json_sorts_them() -> None:
    inputs = {"\U0001d4b3": "absent", "\uff41": "absent"}
    document = {"format": 1, "code": "1" * 64, "inputs": inputs}
    assert run_key(Digest("1" * 64), inputs) == Key(json_digest(document))
