"""More inputs, choices, moments and buttons: what they take and what becomes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tiffin.errors import UsageError
from tiffin.ui.buttons import Button, Refresh, RunButton
from tiffin.ui.calendar import Date, DateTime, Time
from tiffin.ui.choices import MultiSelect, Radio
from tiffin.ui.element import Element
from tiffin.ui.fields import RangeSlider, Switch, TextArea
from tiffin.ui.panels import Accordion, Tabs


@pytest.mark.parametrize(
    ("make", "front_end", "value"),
    [
        (lambda: RangeSlider(0, 9), [2.0, 5.0], (2, 5)),
        (lambda: RangeSlider(0.0, 9.0), [2, 5], (2.0, 5.0)),
        (lambda: TextArea(), "a\nb", "a\nb"),
        (lambda: Switch(), True, True),
        (lambda: Radio({"x": (1, 2)}), "x", (1, 2)),
        (lambda: Radio(["x"], allow_none=True), None, None),
        (lambda: MultiSelect({"x": 1, "y": None}), ["y", "x"], [1, None]),
        (lambda: Date(), "2026-02-28", dt.date(2026, 2, 28)),
        (lambda: DateTime(), "2026-02-28T03:04:59", dt.datetime.fromisoformat("2026-02-28T03:04")),
        (lambda: Time(), "03:04", dt.time(3, 4)),
        (lambda: Time(), None, None),
        (lambda: Button(), 3, 3),
        (lambda: RunButton(), True, True),
        (lambda: Refresh(), 1_700_000_000_000, dt.datetime.fromtimestamp(1_700_000_000, dt.UTC)),
        (lambda: Tabs({"A": 1, "B": 2}), "B", "B"),
        (lambda: Accordion({"A": 1, "B": 2}), ["B", "A"], ["A", "B"]),
    ],
)
def test_a_front_end_value_becomes_pythons(make: Callable[[], Element], front_end: Any, value: Any) -> None:
    element = make()
    element.put(element.check(front_end))
    assert (element.value, type(element.value)) == (value, type(value))


@pytest.mark.parametrize(
    ("make", "front_ends"),
    [
        (lambda: RangeSlider(0, 9), [[5, 2], [1], [0, 10], ["1", "2"], 5, None, [True, 2]]),
        (lambda: TextArea(max_length=3), ["long", 4, None]),
        (lambda: Switch(), [1, "on", None]),
        (lambda: Radio(["x"]), [None, "y", 0, ["x"]]),
        (lambda: MultiSelect(["x", "y"], max_selections=1), [["x", "y"], ["z"], "x", [["x"]], None]),
        (lambda: Date("2026-01-01"), ["2025-12-31", "x", "2026-02-30", 20260101, ["2026-01-01"]]),
        (lambda: DateTime(), ["2026-01-01T00:00+01:00", "T"]),
        (lambda: Time("08:00", "09:00"), ["07:59", "9", "25:00"]),
        (lambda: Button(), [-1, True, 1.5, 2**53, None]),
        (lambda: RunButton(), [1, None]),
        (lambda: Refresh(), [-1, True, 1.5, 1 << 60, "now"]),
        (lambda: Tabs({"A": 1}), ["B", None, 0]),
        (lambda: Accordion({"A": 1, "B": 2}, several=False), [["A", "B"], "A", ["C"], None]),
    ],
)
def test_hostile_values_are_refused(make: Callable[[], Element], front_ends: list[Any]) -> None:
    element = make()
    for front_end in front_ends:
        with pytest.raises(UsageError, match="takes"):
            element.check(front_end)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: RangeSlider(0, 9, value=5), "value must be two numbers"),  # type: ignore[arg-type]
        (lambda: RangeSlider(0, 9, value=(5, 2)), "takes two numbers"),
        (lambda: TextArea(rows=0), "rows must be a whole number"),
        (lambda: Radio([]), "radio: there must be at least one option"),
        (lambda: Radio(["x"], "y"), "radio: 'y' is none of the options x"),
        (lambda: MultiSelect(["x"], "x"), "value must be a list of options"),
        (lambda: MultiSelect(["x"], max_selections=0), "max_selections must be at least 1"),
        (lambda: Date("2026-02-01", "2026-01-01"), "stop .* must not be before start"),
        (lambda: Date(dt.datetime.fromisoformat("2026-01-01")), "start must be a date"),
        (lambda: DateTime(value=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)), "without a time zone"),
        (lambda: Time(value="soon"), "value must be a time"),
        (lambda: Button(on_click=print, on_change=print), "are the same"),
        (lambda: RunButton(value=True), "only for the run"),
        (lambda: Refresh(0), "interval must be from 0.1"),
        (lambda: Tabs({}), "a mapping from labels"),
    ],
)
def test_what_cannot_be_made(make: Callable[[], Element], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        make()


def test_an_async_function_cannot_be_told() -> None:
    async def later(value: bool) -> None:
        raise AssertionError(value)

    with pytest.raises(UsageError, match="on_change must be an ordinary function"):
        Switch(on_change=later)


def test_what_is_not_given_is_no_part_of_the_identity() -> None:
    assert Switch().arguments == Switch(help="", disabled=False, on_change=print).arguments == {"label": ""}
    assert Switch(help="x", disabled=True).arguments == {"label": "", "help": "x", "disabled": True}
