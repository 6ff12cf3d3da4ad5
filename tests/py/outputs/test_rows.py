"""Rows of every kind of table: in the order that pandas gives them, and back in the kind they came in."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.errors import UsageError
from tiffin.outputs.rows import is_missing, order_of, rows_of
from tiffin.outputs.table import ranks_of

DATA: dict[str, list[Any]] = {"name": ["b", "a", None], "size": [1.5, None, 0.5]}
KINDS: dict[str, Any] = {
    "dict": DATA,
    "list": [{"name": n, "size": s} for n, s in zip(DATA["name"], DATA["size"], strict=True)],
    "pandas": pd.DataFrame(DATA),
    "polars": pl.DataFrame(DATA),
    "arrow": pa.table(DATA),
    "batch": pa.RecordBatch.from_pydict(DATA),
}
every = pytest.mark.parametrize("data", KINDS.values(), ids=KINDS)

numbers = st.lists(st.none() | st.floats(width=64) | st.integers(-9, 9), max_size=30)
texts = st.lists(st.none() | st.text("aAbBé ", max_size=3), max_size=30)


@every
def test_it_is_read_and_taken_in_its_own_kind(data: Any) -> None:
    rows = rows_of(data)
    assert (rows.names, rows.count) == (["name", "size"], 3)
    assert rows.values(0) == ["b", "a", None]
    assert [is_missing(value) for value in rows.values(1)] == [False, True, False]
    assert rows.values(0, [2, 0]) == [None, "b"]
    taken = rows.take([0, 2])
    assert type(taken) is type(data)
    again = rows_of(taken)  # rows of a frame of pandas keep their index, which says something now
    assert again.values(again.names.index("name")) == ["b", None]
    assert rows_of(rows.take([])).count == 0


@every
def test_order_has_what_is_missing_last(data: Any) -> None:
    rows = rows_of(data)
    assert list(rows.order(0, descending=False)) == [1, 0, 2]
    assert list(rows.order(0, descending=True)) == [0, 1, 2]
    assert list(rows.order(1, descending=False)) == [2, 0, 1]
    assert list(rows.order(1, descending=True)) == [0, 2, 1]


def pandas_order(values: list[Any], dtype: str, *, descending: bool) -> list[int]:
    series = pd.Series(values, dtype=dtype)
    return list(series.sort_values(ascending=not descending, kind="stable", na_position="last").index)


@given(numbers, st.booleans())
def test_numbers_are_sorted_as_by_pandas(values: list[Any], descending: bool) -> None:
    expected = pandas_order(values, "float64", descending=descending)
    plain = [None if value is None else float(value) for value in values]
    assert order_of(plain, descending=descending) == expected
    frames: list[Any] = [
        {"x": plain},
        pd.DataFrame({"x": pd.Series(plain, dtype="float64")}),
        pl.DataFrame({"x": pl.Series(plain, dtype=pl.Float64)}),
        pa.table({"x": pa.array(plain, pa.float64())}),
        np.array([math.nan if value is None else value for value in plain], dtype="float64"),
    ]
    for frame in frames:
        assert list(rows_of(frame).order(0, descending=descending)) == expected, type(frame)


@given(texts, st.booleans())
def test_texts_are_sorted_as_by_pandas(values: list[Any], descending: bool) -> None:
    expected = pandas_order(values, "object", descending=descending)
    frames: list[Any] = [
        {"x": values},
        pd.DataFrame({"x": pd.Series(values, dtype="object")}),
        pl.DataFrame({"x": pl.Series(values, dtype=pl.String)}),
        pa.table({"x": pa.array(values, pa.string())}),
    ]
    for frame in frames:
        assert list(rows_of(frame).order(0, descending=descending)) == expected, type(frame)


@given(numbers, st.booleans())
def test_ranks_give_the_same_order(values: list[Any], descending: bool) -> None:
    ranks = ranks_of(values)
    by_rank = [index for index, rank in enumerate(ranks) if rank is not None]
    by_rank.sort(key=lambda index: ranks[index] or 0, reverse=descending)
    by_rank += [index for index, rank in enumerate(ranks) if rank is None]
    assert by_rank == order_of(values, descending=descending)


def test_an_index_that_says_something_is_a_column() -> None:
    frame = pd.DataFrame({("a", 1): [1]}, index=pd.Index(["r"], name="key"))
    rows = rows_of(frame)
    assert (rows.names, rows.values(0), rows.values(1)) == (["key", "a / 1"], ["r"], [1])
    assert list(rows_of(pd.DataFrame({"x": [2, 1]}, index=[7, 3])).order(0, descending=False)) == [1, 0]


def test_arrays_have_columns_by_name_or_number() -> None:
    rows = rows_of(np.array([(1, b"x")], dtype=[("n", "i4"), ("s", "S1")]))
    assert (rows.names, rows.values(0)) == (["n", "s"], [1])
    square = rows_of(np.arange(6).reshape(2, 3))
    assert (square.names, square.values(1), square.take([1]).tolist()) == (
        ["0", "1", "2"],
        [1, 4],
        [[3, 4, 5]],
    )
    times = rows_of(np.array(["2026-01-02T03:04"], dtype="datetime64[ns]"))
    assert times.values(0)[0].isoformat() == "2026-01-02T03:04:00"


def test_what_cannot_be_compared_goes_by_type_and_text() -> None:
    assert order_of([2, "b", 1.5, "a", None], descending=False) == [2, 0, 3, 1, 4]
    assert list(rows_of(pd.DataFrame({"x": [2, "b", 1]})).order(0, descending=False)) == [2, 0, 1]


@pytest.mark.parametrize("data", [3, [1, 2], "text", np.zeros((1, 1, 1)), {"a": [1], "b": []}])
def test_what_has_no_rows_is_refused(data: Any) -> None:
    with pytest.raises(UsageError, match="table: "):
        rows_of(data)
