"""Plain containers of arrays and tables."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd
import pytest
from codec_cases import OWN, Point
from codec_contract import CodecContract

from tiffin.codecs.bundle import BundleCodec
from tiffin.codecs.parts import read_parts, write_parts
from tiffin.codecs.registry import NotEncodable
from tiffin.codecs.standard import standard_codecs
from tiffin.errors import CodecError


def bundle() -> BundleCodec:
    codec = standard_codecs(lambda: OWN).get("bundle")
    assert isinstance(codec, BundleCodec)
    return codec


class TestBundleCodec(CodecContract):
    cases = {  # noqa: RUF012
        "arrays": {"a": np.arange(3), "b": np.zeros((2, 2), "float32")},
        "list": [np.arange(3), 1, "x"],
        "scalars": {"accuracy": np.float64(0.5), "when": np.datetime64("2026-11-21")},
        "tables": {"train": pd.DataFrame({"a": [1, 2]}), "test": (pd.Series([1.5]),)},
        "deep": [[{"k": (np.array(["a"]), {1, 2})}]],
        "instance": Point(1, [np.arange(2)]),
    }
    foreign = (np.arange(3), 1, "x")

    def make(self) -> BundleCodec:
        return bundle()

    def equal(self, left: Any, right: Any) -> bool:
        if type(left) is not type(right):
            return False
        if isinstance(right, dict):
            return list(left) == list(right) and all(self.equal(left[key], right[key]) for key in right)
        if isinstance(right, list | tuple):
            return len(left) == len(right) and all(map(self.equal, left, right))
        if isinstance(right, pd.DataFrame | pd.Series):
            return bool(left.equals(right))
        if isinstance(right, np.ndarray):
            return left.dtype == right.dtype and np.array_equal(left, right)
        if isinstance(right, Point):
            return self.equal(vars(left), vars(right))
        return bool(left == right)


SHARED = np.arange(10)


@pytest.mark.parametrize(
    "value",
    [[SHARED, SHARED], {"a": SHARED, "b": SHARED[2:]}, [1, {2}], {"a": {np.str_("x")}}, [object()]],
    ids=["same", "view", "plain", "set", "object"],
)
def test_what_would_not_come_back_the_same_is_refused(value: Any) -> None:
    with pytest.raises(NotEncodable):
        bundle().encode(value)


def test_arrays_that_share_memory_are_pickled() -> None:
    encoded = standard_codecs(dict).encode([SHARED, SHARED])
    assert encoded is not None
    assert encoded.codec == "pickle"
    back = standard_codecs(dict).decode("pickle", encoded.data)
    assert back[0] is back[1]


def test_what_comes_back_can_be_written_to() -> None:
    back = bundle().decode(bundle().encode({"a": np.arange(3)}).data)
    back["a"][0] = 7
    assert back["a"].tolist() == [7, 1, 2]


def test_what_is_big_is_known_before_it_is_encoded() -> None:
    value = {"a": np.zeros(1000), "b": [np.zeros(1000)]}
    assert 16_000 <= bundle().size(value) <= len(bundle().encode(value).data)
    assert standard_codecs(dict).encode(copy.copy(value), limit=15_000) is None


@pytest.mark.parametrize(
    "form",
    [
        b'["part","npy",0]',
        b'["list",["part","npy",0],["part","npy",0]]',
        b'["list",["part","npy",1],["part","npy",0]]',
        b'["list",["part","pickle",0],["part","npy",1]]',
        b'["list",["part","bundle",0],["part","npy",1]]',
        b'["list",["part","npy","0"],["part","npy",1]]',
        b'["numpy","|O8","0000000000000000"]',
        b'["numpy","<f8","00"]',
        b'["numpy","V0",""]',
        b"[" * 100_000,
        b"",
    ],
)
def test_forms_that_do_not_fit_the_parts_are_errors(form: bytes) -> None:
    _, *arrays = read_parts(bundle().encode([np.arange(2), np.arange(3)]).data)
    with pytest.raises(CodecError):
        bundle().decode(write_parts([form, *arrays]))
