"""Callouts and single numbers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tiffin as tn
from tiffin.errors import UsageError
from tiffin.session.callouts import readable


def test_text_in_a_callout_is_markdown() -> None:
    assert tn.callout("**Hot** <b>")._repr_html_() == (
        '<div class="tn-callout" data-kind="neutral" role="note">'
        '<div class="tn-prose" data-markdown>**Hot** &lt;b&gt;</div></div>'
    )


@pytest.mark.parametrize("kind", ["info", "success", "warn", "danger"])
def test_a_kind_is_said_in_words_or_by_a_title(kind: Any) -> None:
    said = {"info": "Information", "success": "Success", "warn": "Warning", "danger": "Danger"}[kind]
    assert f'<p class="tn-hidden">{said}:</p>' in tn.callout("a", kind)._repr_html_()
    titled = tn.callout("a", kind, title="Hot & <wet>")._repr_html_()
    assert said not in titled
    assert '<p class="tn-callout-title">Hot &amp; &lt;wet&gt;</p>' in titled


def test_any_value_stands_in_a_callout_and_widgets_stay_what_they_are() -> None:
    slider = tn.ui.slider(1, 9)
    shown = tn.callout([slider, tn.callout("inner"), {"a": 1}], "info")._repr_html_()
    assert slider._repr_html_() in shown
    assert shown.count("tn-callout") == 2
    assert '<pre class="tn-text">{&#x27;a&#x27;: 1}</pre>' in shown


def test_a_number_with_all_that_goes_with_it() -> None:
    shown = tn.stat(12_345, label="Pots <a>", caption="since May", change=-3, better="increase")._repr_html_()
    assert shown == (
        '<div class="tn-stat"><p class="tn-stat-label">Pots &lt;a&gt;</p><p class="tn-stat-value">12,345</p>'
        '<p class="tn-stat-change" data-tone="bad"><span aria-hidden="true">▼</span> '
        '<span class="tn-hidden">down </span>3</p><p class="tn-stat-caption">since May</p></div>'
    )


@pytest.mark.parametrize(
    ("change", "options", "arrow", "tone"),
    [
        (5, {}, "▲", ""),
        (-5, {"better": "decrease"}, "▼", "good"),
        (0, {"better": "increase"}, "", ""),
        ("4 %", {}, "", ""),
        ("4 %", {"direction": "increase", "better": "decrease"}, "▲", "bad"),
    ],
)
def test_the_direction_of_a_change(change: Any, options: dict[str, Any], arrow: str, tone: str) -> None:
    shown = tn.stat(1, change=change, **options)._repr_html_()
    assert [sign for sign in "▲▼" if sign in shown] == list(arrow)
    assert [name for name in ("good", "bad") if f'data-tone="{name}"' in shown] == ([tone] if tone else [])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: tn.callout("a", "loud"),
            "callout: kind is neutral, info, success, warn, danger, not 'loud'",
        ),
        (lambda: tn.stat(1, direction="up"), "stat: direction is increase or decrease, not 'up'"),
        (lambda: tn.stat(1, better="more"), "stat: better is increase or decrease, not 'more'"),
    ],
)
def test_what_there_is_not(call: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567, "1,234,567"),
        (1234.5, "1,234.5"),
        (3.0, "3"),
        (0.00123456, "0.00123"),
        (0.0, "0"),
        (True, "True"),
        ("7 kg", "7 kg"),
        (float("inf"), "inf"),
    ],
)
def test_numbers_are_written_for_people(value: Any, text: str) -> None:
    assert readable(value) == text


@given(st.integers())
def test_whole_numbers_are_written_whole(value: int) -> None:
    assert int(readable(value).replace(",", "")) == value


@given(st.floats(1, 1e12) | st.floats(-1e12, -1))
def test_other_numbers_are_right_to_the_hundredth(value: float) -> None:
    assert abs(float(readable(value).replace(",", "")) - value) <= 0.0051 + abs(value) * 1e-12
