"""Names for things."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.ids import digest, is_digest, new_run_id


def test_a_digest_is_the_sha_256_in_hexadecimal() -> None:
    assert digest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@given(st.binary())
def test_a_digest_is_the_same_for_every_kind_of_bytes(data: bytes) -> None:
    assert (
        digest(data)
        == digest(bytearray(data))
        == digest(memoryview(data))
        == hashlib.sha256(data).hexdigest()
    )
    assert is_digest(digest(data))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a" * 63,
        "a" * 65,
        "A" * 64,
        "g" * 64,
        "a" * 64 + "\n",
        "../" + "a" * 61,
        "é" * 64,
        None,
        7,
        b"a" * 64,
    ],
)
def test_anything_else_is_no_digest(text: object) -> None:
    assert not is_digest(text)


def test_run_ids_are_16_digits_and_never_the_same() -> None:
    made = {new_run_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(run_id) == 16 and int(run_id, 16) >= 0 for run_id in made)
