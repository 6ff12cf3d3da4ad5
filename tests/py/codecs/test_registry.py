"""The registry: order, limits, names."""

from __future__ import annotations

from typing import Any

import pytest
from codec_contract import CodecContract

from tiffin.codecs.raw import BytesCodec
from tiffin.codecs.registry import Codec
from tiffin.codecs.standard import standard_codecs
from tiffin.errors import CodecError


class TestBytesCodec(CodecContract):
    cases = {"long": bytes(range(256)) * 20}  # noqa: RUF012
    foreign = (b"short", "text", bytearray(5000))
    rejects_garbage = False  # any bytes are bytes: the digest of the blob is what guards them

    def make(self) -> Codec:
        return BytesCodec()


class Odd:
    pass


def test_the_first_codec_that_takes_a_value_encodes_it() -> None:
    codecs = standard_codecs(dict)
    chosen = {
        name: (found.codec if (found := codecs.encode(value)) else None)
        for name, value in {
            "int": 1,
            "bytes": b"x" * 5000,
            "short": b"x",
            "nested": [1, (2,)],
            "odd": Odd(),
        }.items()
    }
    assert chosen == {"int": "plain", "bytes": "bytes", "short": "plain", "nested": "plain", "odd": "pickle"}


def test_safe_only_leaves_pickle_out() -> None:
    assert standard_codecs(dict).encode(Odd(), safe_only=True) is None


@pytest.mark.parametrize(("size", "fits"), [(0, True), (93, True), (94, False), (10**6, False)])
def test_a_limit_is_exact(size: int, fits: bool) -> None:
    codecs = standard_codecs(dict)
    text = "x" * size
    found = codecs.encode(text, limit=95)
    assert (found is not None) is fits
    assert len(codecs.encode(text).data) == size + 2  # type: ignore[union-attr]


def test_nothing_takes_what_cannot_be_pickled() -> None:
    values: list[Any] = [(i for i in range(3)), lambda: 1, open(__file__, "rb")]  # noqa: SIM115, PTH123
    try:
        assert [standard_codecs(dict).encode(value) for value in values] == [None, None, None]
    finally:
        values[2].close()


def test_an_unknown_codec_is_an_error() -> None:
    with pytest.raises(CodecError, match="no codec called 'nope'"):
        standard_codecs(dict).decode("nope", b"")
