"""Several byte strings in one."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.codecs.parts import MAGIC, read_parts, write_parts
from tiffin.errors import CodecError

WHOLE = write_parts([b"one", b"", b"x" * 100])


@given(st.lists(st.binary(max_size=200), max_size=6))
def test_parts_come_back_and_begin_at_multiples_of_64(parts: list[bytes]) -> None:
    data = write_parts(parts)
    found = read_parts(data)
    assert [bytes(part) for part in found] == parts
    assert write_parts(found) == data


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_every_truncation_is_an_error(length: int) -> None:
    with pytest.raises(CodecError):
        read_parts(WHOLE[:length])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04" + bytes(60),
        WHOLE + b"\0",
        MAGIC + struct.pack("<Q", 2**63),
        MAGIC + struct.pack("<QQ", 1, 2**63),
        MAGIC + struct.pack("<QQQ", 2, 2**64 - 1, 3) + bytes(64),
        WHOLE[:50] + b"\1" + WHOLE[51:],
    ],
    ids=["empty", "zip", "more", "many", "long", "overflow", "gap"],
)
def test_what_is_not_parts_is_an_error(data: bytes) -> None:
    with pytest.raises(CodecError):
        read_parts(data)
