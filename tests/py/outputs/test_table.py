"""Values of tables as text."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tiffin.outputs.table import text_of


@pytest.mark.parametrize(
    ("sample", "shape", "value", "text"),
    [
        ([1.0, 2.0], None, 3.0, "3.0"),
        ([1.5, 2.125], None, 3.0, "3.000"),
        ([1 / 3], None, 2 / 3, "0.6667"),
        ([1e15], None, 1e15, "1e+15"),
        ([1e-9], None, 1e-9, "1e-09"),
        ([1.5], None, -0.04, "0.0"),
        ([1.5], None, float("inf"), "inf"),
        ([1], None, 1234567, "1234567"),
        ([True], None, True, "True"),
        ([], ",.2f", 1234.5, "1,234.50"),
        ([], ",.2f", "text", "text"),
        ([], None, dt.datetime.fromisoformat("2026-01-02T03:04"), "2026-01-02 03:04:00"),
        ([], None, dt.datetime.fromisoformat("2026-01-02"), "2026-01-02"),
        ([], None, dt.date(2026, 1, 2), "2026-01-02"),
        ([], None, [1], "[1]"),
    ],
)
def test_values_as_text(sample: list[Any], shape: str | None, value: Any, text: str) -> None:
    assert text_of(sample, shape)(value) == text
