"""Tables of pandas, polars and pyarrow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from codec_contract import CodecContract

from tiffin.codecs.arrow import ArrowArrayCodec, ArrowBatchCodec, ArrowTableCodec, read_stream
from tiffin.codecs.frames import (
    PandasCodec,
    PandasIndexCodec,
    PandasSeriesCodec,
    PolarsCodec,
    PolarsSeriesCodec,
)
from tiffin.codecs.registry import Codec, NotEncodable
from tiffin.codecs.standard import standard_codecs
from tiffin.errors import CodecError


class TestArrowTableCodec(CodecContract):
    cases = {  # noqa: RUF012
        "table": pa.table({"a": [1, None], "b": ["x", "y"]}),
        "chunks": pa.Table.from_batches([pa.record_batch({"a": [1, 2]})] * 2),
        "dictionary": pa.table({"a": pa.array(["x", "y", "x"]).dictionary_encode()}),
        "nested": pa.table({"a": [[{"b": 1}], None], "n": [None, None]}),
        "metadata": pa.table({"a": [1]}).replace_schema_metadata({"k": "v"}),
        "empty": pa.table({"a": pa.array([], pa.int8())}),
    }
    foreign = (1, pd.DataFrame())

    def make(self) -> Codec:
        return ArrowTableCodec()


class TestArrowBatchCodec(CodecContract):
    cases = {  # noqa: RUF012
        "batch": pa.record_batch({"a": [1, None]}),
        "empty": pa.record_batch({"a": pa.array([], pa.string())}),
    }
    foreign = (pa.table({"a": [1]}), 1)

    def make(self) -> Codec:
        return ArrowBatchCodec()


class TestArrowArrayCodec(CodecContract):
    cases = {  # noqa: RUF012
        "int8": pa.array([1, None], pa.int8()),
        "text": pa.array(["a", None]),
        "slice": pa.array(range(100)).slice(10, 3),
        "dictionary": pa.array(["x", "y"]).dictionary_encode(),
        "empty": pa.array([], pa.float32()),
    }
    foreign = (pa.table({"a": [1]}), pa.chunked_array([[1]]), [1])

    def make(self) -> Codec:
        return ArrowArrayCodec()


BERLIN = pd.date_range("2026-03-27", periods=3, freq="D", tz="Europe/Berlin")


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
        "frequency": pd.DataFrame({"a": [1, 2, 3]}, index=BERLIN),
        "range of labels": pd.DataFrame(np.zeros((2, 3))),
        "named labels": pd.DataFrame({"a": [1]}).rename_axis(columns="c"),
        "levels of labels": pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])),
        "range": pd.DataFrame({"a": [1, 2]}, index=pd.RangeIndex(3, 9, 3, name="r")),
        "text with nan": pd.DataFrame({"a": ["x", np.nan], "b": ["y", None], "c": [np.nan, 1.5]}),
        "strings": pd.DataFrame({"a": pd.array(["x", None], dtype="string")}),
        "periods": pd.DataFrame({"a": pd.period_range("2026", periods=2, freq="M")}),
        "intervals": pd.DataFrame({"a": pd.interval_range(0, 2)}),
        "ordered": pd.DataFrame({"a": pd.Categorical(["b", None], categories=["b", "a"], ordered=True)}),
        "durations": pd.DataFrame({"a": pd.to_timedelta([1, 2], unit="s")}),
    }
    foreign = (pd.Series([1]), {"a": 1}, pl.DataFrame())

    def make(self) -> Codec:
        return PandasCodec()

    def equal(self, left: Any, right: Any) -> bool:
        pd.testing.assert_frame_equal(left, right, check_index_type=True, check_column_type=True)
        same = [type(value) for value in left.to_numpy().flat] == [
            type(value) for value in right.to_numpy().flat
        ]
        return same and type(left.columns) is type(right.columns) and type(left.index) is type(right.index)


class TestPandasSeriesCodec(CodecContract):
    cases = {"named": pd.Series([1.5, 2], name="x"), "unnamed": pd.Series(["a", "b"], index=[3, 4])}  # noqa: RUF012
    foreign = (pd.DataFrame({"a": [1]}), [1])

    def make(self) -> Codec:
        return PandasSeriesCodec()

    def equal(self, left: Any, right: Any) -> bool:
        pd.testing.assert_series_equal(left, right)
        return True


class TestPandasIndexCodec(CodecContract):
    cases = {  # noqa: RUF012
        "text": pd.Index(["a", "b"], name="k"),
        "dates": BERLIN,
        "levels": pd.MultiIndex.from_tuples([("p", 1), ("q", 2)], names=["a", None]),
        "categories": pd.CategoricalIndex(["a", "b"]),
    }
    foreign = (pd.Series([1]), [1])

    def make(self) -> Codec:
        return PandasIndexCodec()

    def equal(self, left: Any, right: Any) -> bool:
        pd.testing.assert_index_equal(left, right)
        return getattr(left, "freq", None) == getattr(right, "freq", None)


class TestPolarsSeriesCodec(CodecContract):
    cases = {  # noqa: RUF012
        "ints": pl.Series("x", [1, None]),
        "lists": pl.Series([[1], []]),
        "categories": pl.Series("c", ["a", "b"], dtype=pl.Categorical),
    }
    foreign = (pl.DataFrame(), pl.LazyFrame(), 3)

    def make(self) -> Codec:
        return PolarsSeriesCodec()

    def equal(self, left: Any, right: Any) -> bool:
        return bool(left.equals(right, check_dtypes=True, check_names=True))


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


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": ["x", None, np.nan]}),
        pd.DataFrame({"a": [[1], [2]]}),
        pd.DataFrame({"a": [1, "x"]}),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame({"a": [1]}).set_flags(allows_duplicate_labels=False),
        pd.DataFrame({"a": [1, 2]}, index=["x", np.nan]),
    ],
    ids=["gaps of two kinds", "lists", "mixed", "duplicates", "flags", "gap in the index"],
)
def test_what_would_come_back_otherwise_is_pickled(frame: pd.DataFrame) -> None:
    codecs = standard_codecs(dict)
    encoded = codecs.encode(frame)
    assert encoded is not None
    assert encoded.codec == "pickle"
    pd.testing.assert_frame_equal(codecs.decode("pickle", encoded.data), frame)


def test_what_comes_back_can_be_written_to() -> None:
    codec = PandasCodec()
    for frame in (pd.DataFrame({"a": [1.0, 2]}), pd.DataFrame({"a": [1, 2], "b": [3, 4]}, index=BERLIN[:2])):
        data = codec.encode(frame).data
        first, second = codec.decode(data), codec.decode(data)
        first["a"].to_numpy()[:] = 7
        first.iloc[0, 0] = 8
        assert second["a"].tolist() == [1, 2]
    series = PandasSeriesCodec().decode(PandasSeriesCodec().encode(pd.Series([1, 2])).data)
    series.iloc[0] = 9
    assert series.tolist() == [9, 2]


def stream(table: pa.Table, compression: str | None = None) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(
        sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)
    ) as out:
        out.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


MANY = pa.table({"a": np.zeros(1_000_000)})
WORDS = pa.table({"a": pa.array(["x" * 1000] * 5).dictionary_encode()})


@pytest.mark.parametrize("compression", ["zstd", "lz4"])
@pytest.mark.parametrize("table", [MANY, WORDS], ids=["records", "dictionary"])
def test_compressed_streams_are_refused(compression: str, table: pa.Table) -> None:
    assert read_stream(stream(table)).equals(table)
    with pytest.raises(CodecError, match="it is compressed"):
        read_stream(stream(table, compression))


HOLLOW = [
    pa.table({"a": pa.nulls(10**9)}),
    pa.table({"a": pa.array([[None] * 5])}),
    pa.table({"a": pa.FixedSizeListArray.from_arrays(pa.nulls(10**6), 10**6)}),
    pa.table({"a": pa.RunEndEncodedArray.from_arrays(pa.array([10**9]), pa.array([1]))}),
    pa.table({"a": pa.array([b""] * 3, pa.binary(0))}),
    pa.table({"a": pa.array([{}] * 3, pa.struct([]))}),
]


@pytest.mark.parametrize("table", HOLLOW, ids=lambda table: str(table.schema.types[0]))
def test_tables_that_hold_more_than_their_bytes_are_refused_both_ways(table: pa.Table) -> None:
    with pytest.raises(CodecError):
        read_stream(stream(table))
    with pytest.raises(NotEncodable):
        ArrowTableCodec().encode(table)


def test_streams_of_something_else_are_errors() -> None:
    two, none = stream(pa.table({"a": [1], "b": [2]})), stream(pa.table({}))
    for codec, data in (
        (PandasSeriesCodec(), two),
        (PandasIndexCodec(), two),
        (PolarsSeriesCodec(), two),
        (ArrowArrayCodec(), two),
        (ArrowArrayCodec(), none),
        (PandasSeriesCodec(), none),
    ):
        with pytest.raises(CodecError):
            codec.decode(data)


def test_every_byte_of_the_description_may_be_wrong() -> None:
    data = stream(WORDS)
    for position in range(1500):
        damaged = bytearray(data)
        damaged[position] ^= 0xFF
        try:
            read_stream(bytes(damaged))
        except CodecError:
            continue
