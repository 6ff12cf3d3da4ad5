"""Pickle, the last resort."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from codec_contract import CodecContract
from hypothesis import given
from hypothesis import strategies as st

from tiffin.codecs.parts import MAGIC, read_parts, write_parts
from tiffin.codecs.pickled import PickleCodec
from tiffin.codecs.registry import Codec, NotEncodable
from tiffin.errors import CodecError


class Point:
    def __init__(self, x: int) -> None:
        self.x = x

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Point) and other.x == self.x

    def __hash__(self) -> int:
        return hash(self.x)


Point.__module__ = "__main__"
Point.__qualname__ = "Point"


class TestPickleCodec(CodecContract):
    cases = {"of the notebook": Point(3), "array of objects": ["a", {1: {2}}]}  # noqa: RUF012

    def make(self) -> Codec:
        return PickleCodec(lambda: {"Point": Point})


def test_classes_of_the_notebook_are_names_in_its_namespace() -> None:
    namespace: dict[str, Any] = {"Point": Point}
    codec = PickleCodec(lambda: namespace)
    data, needs, _ = codec.encode([Point(1)])
    assert needs == {"Point"}
    assert codec.decode(data) == [Point(1)]
    namespace.clear()
    with pytest.raises(CodecError, match="the notebook has no 'Point'"):
        codec.decode(data)


def test_a_class_of_the_notebook_that_has_no_name_is_refused() -> None:
    with pytest.raises(NotEncodable, match="not reachable by its name"):
        PickleCodec(dict).encode(Point(1))


def test_tells_the_modules_that_decoding_imports() -> None:
    codec = PickleCodec(dict)
    assert codec.encode({"a": np.arange(3)}).modules == {"numpy"}
    assert codec.encode({"a": 1}).modules == frozenset()


def test_big_buffers_lie_beside_the_pickle_and_can_be_written_to() -> None:
    codec = PickleCodec(dict)
    fixed = np.arange(5000)
    fixed.flags.writeable = False
    value: list[Any] = [
        np.ones((100, 100)),
        np.asfortranarray(np.ones((100, 100))),
        fixed,
        np.arange(3),
        {"x"},
    ]
    data = bytes(codec.encode(value).data)
    assert data.startswith(MAGIC)
    pickle, *buffers = read_parts(data)
    assert (len(pickle) < 2000, [len(buffer) for buffer in buffers]) == (True, [80_000, 80_000, 40_000])
    back = codec.decode(data)
    assert [part.flags.writeable for part in back[:4]] == [True, True, False, True]
    assert [part.flags.f_contiguous for part in back[:2]] == [False, True]
    assert all(np.array_equal(left, right) for left, right in zip(back[:4], value[:4], strict=True))
    back[0] += 1


def test_arrays_of_one_memory_stay_so() -> None:
    codec, array = PickleCodec(dict), np.ones(5000)
    back = codec.decode(codec.encode({"a": array, "b": [array]}).data)
    assert back["a"] is back["b"][0]


def test_a_frame_of_objects_comes_back() -> None:
    codec = PickleCodec(dict)
    frame = pd.DataFrame({"a": np.arange(3000.0), "b": [{1}] * 3000})
    pd.testing.assert_frame_equal(codec.decode(codec.encode(frame).data), frame)


def test_parts_that_are_no_pickle_are_an_error() -> None:
    data = PickleCodec(dict).encode([np.ones(5000)]).data
    for damaged in (write_parts([]), write_parts([b""]), write_parts(read_parts(data)[:1]), data[:-1]):
        with pytest.raises(CodecError):
            PickleCodec(dict).decode(damaged)


def test_modules_that_nothing_can_import_are_left_out() -> None:
    pa = pytest.importorskip("pyarrow")
    assert PickleCodec(dict).encode(pa.chunked_array([[1]])).modules == {"pyarrow"}


@given(st.recursive(st.integers() | st.text() | st.binary(max_size=9000), st.lists))
def test_anything_comes_back(value: Any) -> None:
    codec = PickleCodec(dict)
    assert codec.decode(codec.encode([value, value]).data) == [value, value]
