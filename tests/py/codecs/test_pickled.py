"""Pickle, the last resort."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from codec_contract import CodecContract

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
