"""The five kinds of widget: what each takes, and what it makes of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.cache.key import element_identity
from tiffin.errors import UsageError
from tiffin.ui.element import Element
from tiffin.ui.inputs import Checkbox, Dropdown, NumberInput, Slider, Text

NOT_NUMBERS = ["4", True, None, [], {}, math.nan, math.inf, 10**400, 2**60]


@pytest.mark.parametrize(
    ("element", "taken", "refused"),
    [
        (Slider(1, 9), [1, 9, 4.0, 4.5], [0, 10, -1e300, *NOT_NUMBERS]),
        (NumberInput(0, 5), [0, 5, 2.5, None], [-1, 6, *(x for x in NOT_NUMBERS if x is not None)]),
        (NumberInput(), [0, -1e300, None], [x for x in NOT_NUMBERS if x is not None]),
        (Text(max_length=3), ["", "abc"], ["abcd", 1, None, ["a"]]),
        (Text(), ["x" * 10_000], [b"a", 0]),
        (Checkbox(), [True, False], [0, 1, "true", None]),
        (Dropdown(["a", "b"]), ["a", "b"], ["c", None, 0, ["a"], True]),
        (Dropdown(["a"], allow_none=True), ["a", None], ["", "None"]),
    ],
)
def test_takes_what_it_can_show_and_refuses_the_rest(
    element: Element, taken: list[Any], refused: list[Any]
) -> None:
    for value in taken:
        assert element.check(value) == value
        element.to_python(element.check(value))
    for value in refused:
        with pytest.raises(UsageError, match=rf"^{element.kind} takes "):
            element.check(value)


@pytest.mark.parametrize(
    ("element", "front_end", "value"),
    [
        (Slider(1, 9), 4.0, 4),
        (Slider(1, 9), 4.5, 4.5),
        (Slider(1.0, 9), 4, 4.0),
        (Slider(1, 9, 0.5), 4, 4.0),
        (Slider(1, 9, value=4.0), 5, 5.0),
        (NumberInput(1, 9), 4.0, 4),
        (NumberInput(value=1), 4.0, 4),
        (NumberInput(value=1.0), 4, 4.0),
        (NumberInput(), 4, 4.0),
        (Text("a"), "4", "4"),
        (Checkbox(), True, True),
        (Dropdown({"four": 4.0}), "four", 4.0),
        (Dropdown([4, 5]), "5", 5),
        (Dropdown([4], allow_none=True), None, None),
    ],
)
def test_the_arguments_decide_the_type_of_the_value(element: Element, front_end: Any, value: Any) -> None:
    # JSON does not tell 4 from 4.0, and neither does the page.
    found = element.to_python(element.check(front_end))
    assert (found, type(found)) == (value, type(value))


@given(start=st.integers(-1000, 1000), steps=st.integers(0, 100), step=st.integers(1, 50), data=st.data())
def test_a_slider_takes_each_of_its_steps(start: int, steps: int, step: int, data: st.DataObject) -> None:
    slider = Slider(start, start + steps * step, step)
    value = start + step * data.draw(st.integers(0, steps))
    assert slider.check(value) == slider.check(float(value)) == value
    assert type(slider.check(float(value))) is int


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Slider(9, 1), "stop (1) must not be below start (9)"),
        (lambda: Slider(1, 9, 0), "step be above 0"),
        (lambda: Slider(1, 9, value=10), "slider takes a number from 1 to 9, not 10"),
        (lambda: Slider("1", 9), "slider: start must be a finite number, not '1'"),  # type: ignore[arg-type]
        (lambda: Slider(1, math.inf), "slider: stop must be a finite number, not inf"),
        (lambda: Slider(1, True), "slider: stop must be a finite number, not True"),
        (lambda: Slider(0, 2**60), "slider: stop must be a number that a page can hold exactly"),
        (lambda: Slider(0, 10**400), "slider: stop must be a number that a page can hold exactly"),
        (lambda: NumberInput(value="x"), "number: value must be a finite number, not 'x'"),  # type: ignore[arg-type]
        (lambda: NumberInput(0, 5, value=7), "number takes a number from 0 to 5, not 7"),
        (lambda: NumberInput(0, value=-7), "number takes a number of at least 0, not -7"),
        (lambda: NumberInput(stop=0, value=7), "number takes a number of at most 0, not 7"),
        (lambda: NumberInput(5, 0), "number: stop (0) must not be below start (5)"),
        (lambda: Text("x", kind="tel"), "text: kind is one of text, email, url, password, not 'tel'"),
        (lambda: Text("long", max_length=2), "text takes text of at most 2 characters, not 'long'"),
        (lambda: Text(7), "text takes text, not 7"),  # type: ignore[arg-type]
        (lambda: Checkbox(1), "checkbox takes True or False, not 1"),  # type: ignore[arg-type]
        (lambda: Dropdown([]), "dropdown: there must be at least one option"),
        (lambda: Dropdown(["a"], "b"), "dropdown: 'b' is none of the options a"),
        (lambda: Dropdown([1, "1"]), "dropdown: two options are both shown as '1'"),
        (lambda: Dropdown({1: "a", "1": "b"}), "dropdown: two options are both shown as '1'"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(make: Callable[[], Element], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        make()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_numbers_of_numpy_are_numbers() -> None:
    slider = Slider(np.int64(1), np.int32(9), np.uint8(2))  # type: ignore[arg-type]
    assert {key: type(slider.arguments[key]) for key in ("start", "stop", "step")} == {
        "start": int,
        "stop": int,
        "step": int,
    }
    assert type(slider.value) is int
    number = NumberInput(value=np.float32(0.5))  # type: ignore[arg-type]
    assert (number.value, type(number.value)) == (0.5, float)
    assert type(number.initial) is float


@pytest.mark.parametrize("make", [lambda: Slider(0, 2**53 - 1, value=2**53 - 1), lambda: NumberInput(1e300)])
def test_every_widget_that_can_be_made_has_an_identity(make: Callable[[], Element]) -> None:
    assert element_identity(make().identity_document()).startswith("ui:")


def test_the_first_option_is_chosen_unless_the_author_says_otherwise() -> None:
    assert Dropdown(["a", "b"]).value == "a"
    assert Dropdown(["a", "b"], "b").value == "b"
    assert Dropdown(["a", "b"], allow_none=True).value is None
    assert Dropdown({"A": 1, "B": 2}, 2).front_end == "B"
    assert Dropdown({"A": "B", "B": "A"}, "B").front_end == "B"  # a label before a value


def test_options_may_be_anything_even_what_does_not_compare() -> None:
    arrays = {"one": np.array([1, 2]), "two": np.array([3, 4])}
    assert Dropdown(arrays, arrays["two"]).front_end == "two"
    assert Dropdown(option for option in range(3)).value == 0
    assert Dropdown({1: "a", 2: "b"}).front_end == "1"
