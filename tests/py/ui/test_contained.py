"""Elements inside containers."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest

from tiffin.ui.contained import elements_in
from tiffin.ui.inputs import Checkbox, Slider

A, B = Slider(1, 9), Checkbox()


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (A, [A]),
        ([A, 1, B], [A, B]),
        ((A,), [A]),
        ({"a": A, "b": [B]}, [A, B]),
        ({A: 1}, []),
        ([[[[A]]]], [A]),
        ([[[[[A]]]]], []),
        ({A}, []),
        (OrderedDict(a=A), []),
        ([1, 2.0, "A", None, b"", True], []),
        ("text", []),
        (None, []),
    ],
)
def test_finds_elements_in_plain_containers(value: Any, found: list[Any]) -> None:
    assert list(elements_in(value)) == found


def test_a_container_that_holds_itself_ends() -> None:
    circle: list[Any] = [A]
    circle.append(circle)
    assert set(elements_in(circle)) == {A}
