"""Frames as outputs: plain where they are small, alive where they fit, with their ends where they do not."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from tiffin.outputs.frames import MOST_ROWS, SEEN_ROWS
from tiffin.outputs.render import render

DATA = {"n": list(range(12)), "dish": ["dal", "<b>", None] * 4}


def arguments(bundle: dict[str, Any]) -> Any:
    found = re.search(r'<tn-table data-args="([^"]*)"', bundle["text/html"])
    assert found is not None
    return json.loads(html.unescape(found[1]))


def test_a_frame_is_a_table() -> None:
    bundle = render(pd.DataFrame({"dish": ["dal", "<b>"], "price": [80, 90]}))
    assert bundle["text/html"].startswith('<div class="tn-table-frame"><table class="dataframe tn-table">')
    assert "<td>dal</td>" in bundle["text/html"]
    assert "&lt;b&gt;" in bundle["text/html"]
    assert "tn-table-note" not in bundle["text/html"]
    assert "price" in bundle["text/plain"]


def test_a_long_or_wide_frame_shows_its_ends_and_says_its_size() -> None:
    long = render(pd.DataFrame({"n": range(100_000, 101_500)}))["text/html"]
    assert "<td>100000</td>" in long
    assert "<td>101499</td>" in long
    assert "<td>100700</td>" not in long
    assert "1,500 rows × 1 columns" in long
    wide = render(pd.DataFrame([range(40)], columns=[f"c{i}" for i in range(40)]))["text/html"]
    assert "<th>c0</th>" in wide
    assert "<th>c39</th>" in wide
    assert "<th>c20</th>" not in wide
    assert "1 rows × 40 columns" in wide


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame(columns=["a"])])
def test_an_empty_frame_is_a_table_too(frame: pd.DataFrame) -> None:
    assert "<table" in render(frame)["text/html"]


def test_a_series_is_a_table_of_one_column() -> None:
    named = render(pd.Series([1, 2], index=["a", "b"], name="price"))
    assert "<th>price</th>" in named["text/html"]
    assert "Name: price" in named["text/plain"]
    assert "<td>1</td>" in render(pd.Series([1, 2]))["text/html"]


def test_a_subclass_of_a_frame_is_a_frame() -> None:
    class Menu(pd.DataFrame):  # type: ignore[misc]
        pass

    assert "tn-table" in render(Menu({"a": [1]}))["text/html"]


def test_a_polars_frame_is_a_table() -> None:
    bundle = render(pl.DataFrame({"dish": ["dal"], "price": [80]}))
    assert "<table" in bundle["text/html"]
    assert "dal" in bundle["text/html"]
    assert "shape: (1, 2)" in bundle["text/plain"]


@pytest.mark.parametrize(
    "frame", [pd.DataFrame(DATA), pl.DataFrame(DATA), pa.table(DATA), pa.RecordBatch.from_pydict(DATA)]
)
def test_a_frame_of_some_rows_carries_all_of_them(frame: Any) -> None:
    bundle = render(frame)
    told = arguments(bundle)
    assert [column["title"] for column in told["columns"]] == ["n", "dish"]
    assert (told["count"], len(told["first"]["rows"])) == (12, 12)
    assert told["first"]["rows"][:3] == [["0", "dal"], ["1", "<b>"], ["2", None]]
    assert told["first"]["ranks"][1][:3] == [1, 0, None]
    assert "data-element" not in bundle["text/html"]  # nobody's widget: it has no value, and is in no key
    assert "<caption>Table: the first 10 of 12 rows</caption>" in bundle["text/html"]
    assert "<b>" not in bundle["text/html"]
    assert bundle["text/plain"] == repr(frame)


def test_an_index_that_says_something_is_a_column() -> None:
    frame = pd.DataFrame({"n": range(12)}, index=pd.Index([f"r{i}" for i in range(12)], name="row"))
    told = arguments(render(frame))
    assert [column["title"] for column in told["columns"]] == ["row", "n"]
    assert told["first"]["rows"][0] == ["r0", "0"]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"n": range(SEEN_ROWS)}),
        pd.DataFrame({"n": range(MOST_ROWS + 1)}),
        pd.DataFrame({"n": ["word " * 90] * 900}),
        pd.DataFrame([range(60)] * 12),
        pd.DataFrame([[1, 2]] * 12, columns=["a", "a"]),
        pd.DataFrame(index=range(12)),
    ],
)
def test_others_are_plain(frame: pd.DataFrame) -> None:
    assert "<tn-table" not in render(frame)["text/html"]


def test_a_frame_of_many_rows_says_what_shows_them_all() -> None:
    frame = pd.DataFrame({"n": range(MOST_ROWS + 1)})
    assert "1,001 rows × 1 columns; tn.ui.table shows all of them" in render(frame)["text/html"]


def test_a_big_table_of_pyarrow_is_text() -> None:
    assert list(render(pa.table({"n": range(MOST_ROWS + 1)}))) == ["text/plain"]
