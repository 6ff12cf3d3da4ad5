"""Tables of pandas, polars and pyarrow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from codec_contract import CodecContract

from tiffin.codecs.arrow import ArrowTableCodec
from tiffin.codecs.frames import PandasCodec, PandasSeriesCodec, PolarsCodec
from tiffin.codecs.registry import Codec, NotEncodable


class TestArrowTableCodec(CodecContract):
    cases = {"table": pa.table({"a": [1, None], "b": ["x", "y"]})}  # noqa: RUF012
    foreign = (1, pd.DataFrame())

    def make(self) -> Codec:
        return ArrowTableCodec()


class TestPandasCodec(CodecContract):
    cases = {  # noqa: RUF012
        "numbers": pd.DataFrame({"a": [1, 2], "b": [0.5, np.nan]}),
        "index": pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"], name="key")),
        "dates": pd.DataFrame({"a": pd.date_range("2026-01-01", periods=3, tz="UTC")}),
        "categories": pd.DataFrame({"a": pd.Categorical(["x", "y", "x"])}),
        "multi-index": pd.DataFrame(
            {"a": [1]}, index=pd.MultiIndex.from_tuples([("p", 1)], names=["l", "n"])
        ),
        "nullable": pd.DataFrame({"a": pd.array([1, None], dtype="Int64")}),
        "empty": pd.DataFrame({"a": pd.Series([], dtype="int32")}),
    }
    foreign = (pd.Series([1]), {"a": 1}, pl.DataFrame())

    def make(self) -> Codec:
        return PandasCodec()

    def equal(self, left: Any, right: Any) -> bool:
        pd.testing.assert_frame_equal(left, right, check_freq=False)
        return True


class TestPandasSeriesCodec(CodecContract):
    cases = {"named": pd.Series([1.5, 2], name="x"), "unnamed": pd.Series(["a", "b"], index=[3, 4])}  # noqa: RUF012
    foreign = (pd.DataFrame({"a": [1]}), [1])

    def make(self) -> Codec:
        return PandasSeriesCodec()

    def equal(self, left: Any, right: Any) -> bool:
        pd.testing.assert_series_equal(left, right)
        return True


class TestPolarsCodec(CodecContract):
    cases = {"frame": pl.DataFrame({"a": [1, None], "b": ["x", "y"], "c": [[1], [2, 3]]})}  # noqa: RUF012
    foreign = (pd.DataFrame(), 3)

    def make(self) -> Codec:
        return PolarsCodec()

    def equal(self, left: Any, right: Any) -> bool:
        return bool(left.equals(right)) and left.schema == right.schema


def test_objects_that_arrow_would_change_are_refused() -> None:
    frame = pd.DataFrame({"a": [(1, 2), {3}]})
    with pytest.raises(NotEncodable):
        PandasCodec().encode(frame)


def test_attributes_are_refused() -> None:
    frame = pd.DataFrame({"a": [1]})
    frame.attrs["unit"] = "m"
    with pytest.raises(NotEncodable):
        PandasCodec().encode(frame)


def test_a_series_called_by_a_number_is_refused() -> None:
    with pytest.raises(NotEncodable):
        PandasSeriesCodec().encode(pd.Series([1], name=3))
