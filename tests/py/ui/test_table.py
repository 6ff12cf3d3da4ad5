"""Tables: what their readers see, ask and select."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.errors import UsageError
from tiffin.ui.table import Table

FRUIT = {
    "name": ["pear", "apple", None, "Fig"],
    "price": [1.5, 0.25, 3.0, None],
    "count": [10, 9, 8, 7],
}


def asked(table: Table, what: str = "rows", start: int = 0, count: int = 100, **view: Any) -> Any:
    return table.answer({"what": what, "start": start, "count": count, **view})


def by(column: int, *, descending: bool = False) -> dict[str, Any]:
    return {"column": column, "descending": descending}


def test_rows_are_shown_as_text_sorted_and_filtered() -> None:
    table = Table(FRUIT)
    assert asked(table) == {
        "total": 4,
        "rows": [
            ["pear", "1.50", "10"],
            ["apple", "0.25", "9"],
            [None, "3.00", "8"],
            ["Fig", None, "7"],
        ],
        "positions": [0, 1, 2, 3],
    }
    assert asked(table, sort=by(2))["positions"] == [3, 2, 1, 0]  # numbers, not their text
    assert asked(table, sort=by(0, descending=True))["positions"] == [0, 1, 3, 2]
    assert asked(table, filter="FI")["positions"] == [3]
    assert asked(table, filter="p", filters={"1": "0.2"})["positions"] == [1]
    assert asked(table, filters={"0": "p"}, sort=by(1))["positions"] == [1, 0]
    part = asked(table, start=1, count=2, sort=by(2))
    assert (part["total"], part["positions"]) == (4, [2, 1])


def test_csv_has_values_as_they_are() -> None:
    table = Table({"a, b": [1.23456789, None], "t": ["x\n", '"']}, columns={"a, b": "A", "t": "T"})
    text = asked(table, "csv")["csv"]
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["A", "T"], ["1.23456789", "x\n"], ["", '"']]
    assert asked(table, "csv", start=1)["csv"] == ',""""\r\n'


def test_a_small_table_goes_with_the_page_as_a_whole_and_a_big_one_in_part() -> None:
    small = Table(FRUIT, columns={"name": "Name", "price": "Price"}, format={"price": "{:.1f}"})
    first = small.shown_arguments()["first"]
    assert first["rows"] == [["pear", "1.5"], ["apple", "0.2"], [None, "3.0"], ["Fig", None]]
    assert first["ranks"] == [[2, 1, None, 0], [1, 0, 2, None]]
    assert first["raws"] == {"1": ["1.5", "0.25", "3.0", ""]}
    columns = small.shown_arguments()["columns"]
    assert columns == [{"title": "Name", "number": False}, {"title": "Price", "number": True}]
    big = Table({"x": list(range(2000))})
    assert len(big.shown_arguments()["first"]["rows"]) == 50
    assert "ranks" not in big.shown_arguments()["first"]
    long = Table({"x": ["word " * 90] * 900})
    assert "ranks" not in long.shown_arguments()["first"]


def test_it_reads_as_a_plain_table_without_a_script() -> None:
    text = Table({"<x>": ["<b>", None] * 50}, page_size=2, label="L & M").to_html()
    assert "<caption>L &amp; M: the first 2 of 100 rows</caption>" in text
    assert '<th scope="col">&lt;x&gt;</th>' in text
    assert text.count("<tr>") == 3
    assert "<td>&lt;b&gt;</td>" in text
    assert "0 rows" in Table([]).to_html()


@pytest.mark.parametrize(
    ("selection", "value", "sentence"),
    [
        ("none", [0], "takes no selection"),
        ("single", [0, 1], "takes 1 row at most"),
        ("multi", [4], "takes numbers of rows, from 0 to 3"),
        ("multi", [-1], "takes numbers of rows"),
        ("multi", [True], "takes numbers of rows"),
        ("multi", None, "takes numbers of rows"),
    ],
)
def test_what_cannot_be_selected_is_refused(selection: str, value: Any, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        Table(FRUIT, selection).check(value)


def test_the_value_is_the_selected_rows_in_their_own_kind() -> None:
    frame = pd.DataFrame(FRUIT)
    table = Table(frame, "multi", value=[2])
    assert table.value.equals(frame.iloc[[2]])
    table.put(table.check([3, 0, 3]))
    assert table.front_end == [0, 3]
    assert table.value.equals(frame.iloc[[0, 3]])
    assert repr(table) == "<table not shown yet: 4 rows, 2 selected>"


@given(st.lists(st.none() | st.text("abAB1 ", max_size=4), max_size=20), st.text("aAbB1", max_size=2))
def test_filters_leave_what_pandas_finds(values: list[Any], wanted: str) -> None:
    frame = pd.DataFrame({"x": pd.Series(values, dtype="object")})
    found = frame.x.str.contains(wanted, case=False, regex=False, na=not wanted)
    expected = [index for index, is_found in enumerate(found) if is_found]
    assert asked(Table(frame), filter=wanted)["positions"] == expected


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"selection": "many"}, "selection is one of none, single, multi, not 'many'"),
        ({"page_size": 0}, "page_size must be a whole number from 1 to 100, not 0"),
        ({"columns": ["nome"]}, "there is no column 'nome'; known: name, price, count"),
        ({"format": {"prize": ".2f"}}, "there is no column 'prize'"),
        ({"format": {"price": 2}}, "format takes specifications like ',.2f', not 2"),
    ],
)
def test_odd_arguments_are_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        Table(FRUIT, **options)


@pytest.mark.parametrize("question", [{}, {"what": "rows"}, {"what": "x", "start": 0, "count": 1}])
def test_odd_questions_are_refused(question: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="ask a table"):
        Table(FRUIT).answer(question)


def test_one_that_was_restored_says_that_its_rows_are_not_here() -> None:
    made = Table(FRUIT, "multi", label="L", help="H")
    again = Table.restored(made.arguments, [1], None)
    assert (again.arguments, again.front_end) == (made.arguments, [1])
    with pytest.raises(UsageError, match="the rows of this table are not here: run its cell"):
        _ = again.value
    again.fill(FRUIT)
    assert again.value["name"] == ["apple"]


CONTRACT = json.loads((Path(__file__).parents[2] / "contracts" / "tables.json").read_text("utf-8"))


def test_what_goes_with_the_page_is_what_the_contract_has() -> None:
    assert Table(CONTRACT["data"]).shown_arguments()["first"] == CONTRACT["whole"]


@pytest.mark.parametrize("case", CONTRACT["cases"], ids=lambda case: json.dumps(case["view"]))
def test_views_are_what_the_contract_has(case: Any) -> None:
    table = Table(CONTRACT["data"])
    assert asked(table, **case["view"])["positions"] == case["positions"]
    assert asked(table, "csv", **case["view"])["csv"] == case["csv"]
