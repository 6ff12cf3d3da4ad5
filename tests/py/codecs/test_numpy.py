"""NumPy arrays and scalars."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from codec_contract import CodecContract

from tiffin.codecs.numpy import NumpyCodec, NumpyScalarCodec
from tiffin.codecs.registry import Codec, NotEncodable
from tiffin.errors import CodecError


class _Equal(CodecContract):
    def equal(self, left: Any, right: Any) -> bool:
        same = np.array_equal(left, right, equal_nan=right.dtype.kind in "fc")
        return type(left) is type(right) and left.dtype == right.dtype and left.shape == right.shape and same


class TestNumpyCodec(_Equal):
    cases = {  # noqa: RUF012
        "int64": np.arange(12, dtype="int64").reshape(3, 4),
        "fortran": np.asfortranarray(np.arange(12.0).reshape(3, 4)),
        "nan": np.array([1.0, np.nan, -0.0]),
        "text": np.array(["a", "longer"]),
        "bool": np.array([True, False]),
        "structured": np.zeros(2, dtype=[("a", "<i4"), ("b", "<f8")]),
        "dates": np.array(["2026-11-21"], dtype="datetime64[D]"),
        "empty": np.zeros((0, 3)),
        "strided": np.arange(10)[::2],
        "big endian": np.arange(3, dtype=">i2"),
    }
    foreign = ([1], 1.0, np.float64(1), np.array([object()]))

    def make(self) -> Codec:
        return NumpyCodec()


class TestNumpyScalarCodec(_Equal):
    cases = {  # noqa: RUF012
        "float64": np.float64(0.1),
        "int64": np.int64(2**40),
        "bool": np.bool_(True),
        "datetime": np.datetime64("2026-11-21"),
        "text": np.str_("né"),
    }
    foreign = (1, 1.0, True, np.arange(3))

    def make(self) -> Codec:
        return NumpyScalarCodec()


def test_bytes_after_an_array_are_an_error() -> None:
    codec = NumpyCodec()
    with pytest.raises(CodecError, match="followed by 3 bytes"):
        codec.decode(codec.encode(np.arange(3)).data + b"abc")


def test_objects_are_never_pickled_inside() -> None:
    array = np.array([{"a": 1}], dtype=object)
    assert not NumpyCodec().takes(array)
    with pytest.raises(NotEncodable):
        NumpyCodec().encode(array)
