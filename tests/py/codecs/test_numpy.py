"""NumPy arrays and scalars."""

from __future__ import annotations

import io
from typing import Any, Literal

import numpy as np
import pytest
from codec_contract import CodecContract
from hypothesis import given
from hypothesis.extra.numpy import array_dtypes, array_shapes, arrays, scalar_dtypes

from tiffin.codecs.numpy import NumpyCodec, NumpyScalarCodec
from tiffin.codecs.registry import Codec, NotEncodable
from tiffin.codecs.standard import standard_codecs
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
        "point": np.array(2.5),
        "empty of many": np.zeros((3, 0, 5), "S3"),
        "transposed": np.arange(24).reshape(2, 3, 4).transpose(1, 0, 2),
        "reversed": np.arange(5)[::-1],
        "nested": np.zeros(2, dtype=[("a", [("b", "<i2", (2,))]), ("né", "<M8[ns]")]),
        "long text": np.array(["x" * 3000]),
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
        codec.decode(bytes(codec.encode(np.arange(3)).data) + b"abc")


@pytest.mark.parametrize("order", ["C", "F"])
def test_big_arrays_are_the_same_bytes_as_numpy_writes(order: Literal["C", "F"]) -> None:
    array = np.asarray(np.arange(1_200_000, dtype="int32").reshape(3, -1), order=order)
    data = NumpyCodec().encode(array).data
    file = io.BytesIO()
    np.save(file, array)
    assert isinstance(data, memoryview)
    assert data.readonly
    assert data == file.getvalue()
    back = NumpyCodec().decode(data)
    assert (back.flags.writeable, back.flags.owndata) == (True, True)
    assert np.array_equal(back, array)
    given = bytearray(data)
    back = NumpyCodec().decode(memoryview(given))
    assert (back.flags.writeable, back.flags.owndata) == (True, False)
    assert back.flags.f_contiguous == (order == "F")
    assert np.array_equal(back, array)
    back[0, 0] = 7
    assert bytes(data) != given


def test_objects_are_never_pickled_inside() -> None:
    array = np.array([{"a": 1}], dtype=object)
    assert not NumpyCodec().takes(array)
    with pytest.raises(NotEncodable):
        NumpyCodec().encode(array)


BOMB = b"\x93NUMPY\x01\x00"


def npy(header: str, body: bytes = b"", *, length: int | None = None, start: bytes = BOMB) -> bytes:
    text = header.encode()
    return start + (len(text) if length is None else length).to_bytes(2, "little") + text + body


def fields(**changed: Any) -> str:
    return repr({"descr": "<f8", "fortran_order": False, "shape": (1,), **changed})


@pytest.mark.parametrize(
    "data",
    [
        npy(fields(shape=(10**12,)), bytes(8)),
        npy(fields(shape=(10**30,)), bytes(8)),
        npy(fields(shape=(0, 10**30))),
        npy(fields(shape=(-1,))),
        npy(fields(shape=(True,)), bytes(8)),
        npy(fields(shape=[1]), bytes(8)),
        npy(fields(shape=(1,) * 100), bytes(8)),
        npy(fields(descr="|O"), bytes(8)),
        npy(fields(descr=[("a", "|O")]), bytes(8)),
        npy(fields(descr="V0", shape=(10**12,))),
        npy(fields(descr="nonsense"), bytes(8)),
        npy(fields(fortran_order=1), bytes(8)),
        npy(fields(more=1), bytes(8)),
        npy(fields(), bytes(8), length=60_000),
        npy("(" * 9000 + ")" * 9000),
        npy("-" * 9000 + "1"),
        npy("__import__('os').system('true')"),
        npy(fields(), bytes(8), start=b"\x93NUMPY\x09\x00"),
        npy(fields(), bytes(8), start=b"\x93NUMPY"),
    ],
)
def test_headers_that_lie_are_errors_before_memory_is_taken(data: bytes) -> None:
    with pytest.raises(CodecError):
        NumpyCodec().decode(data)
    assert NumpyCodec().decode(npy(fields(), bytes(8))).tolist() == [0.0]


@pytest.mark.parametrize("name", [name for name in TestNumpyCodec.cases if "nested" not in name])
def test_the_bytes_are_those_that_numpy_writes(name: str) -> None:
    array, buffer = TestNumpyCodec.cases[name], io.BytesIO()
    np.lib.format.write_array(  # type: ignore[no-untyped-call]
        buffer, array, allow_pickle=False
    )
    assert NumpyCodec().encode(array).data == buffer.getvalue()


def test_what_comes_back_can_be_written_to_and_owns_its_memory() -> None:
    for array in (np.arange(6.0), np.asfortranarray(np.ones((2, 3)))):
        back = NumpyCodec().decode(NumpyCodec().encode(array).data)
        back += 1
        assert back.flags.owndata
        assert back.flags.f_contiguous == array.flags.f_contiguous


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(2, np.dtype("f8", metadata={"unit": "m"})),
        np.zeros(2, np.dtype((np.record, [("a", "<i4")]))),
        np.zeros(3, "V0"),
        np.zeros(2, [(f"field{number}", "<i4") for number in range(1000)]),
    ],
    ids=["metadata", "record", "nothing", "many fields"],
)
def test_dtypes_that_the_format_cannot_say_are_refused(array: Any) -> None:
    with pytest.raises(NotEncodable):
        NumpyCodec().encode(array)


def test_subclasses_are_pickled() -> None:
    codecs = standard_codecs(dict)
    masked: Any = np.ma.masked_equal
    odd: list[Any] = [masked([1, 2], 2), np.rec.array([(1,)], dtype=[("a", "i4")])]
    for array in odd:
        encoded = codecs.encode(array)
        assert encoded is not None
        assert encoded.codec == "pickle"
        assert type(codecs.decode("pickle", encoded.data)) is type(array)


@given(arrays(array_dtypes() | scalar_dtypes(), array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)))
def test_any_array_comes_back(array: Any) -> None:
    codec = NumpyCodec()
    try:
        data = codec.encode(array).data
    except NotEncodable:
        assert array.dtype.itemsize == 0
        return
    back = codec.decode(data)
    assert (back.dtype, back.shape, back.tobytes()) == (array.dtype, array.shape, array.tobytes())
