"""Values that have mutable parts in common."""

from __future__ import annotations

from typing import Any

import pytest

from tiffin.run.sharing import find_shared, mutable_parts


class Box:
    def __init__(self, value: Any) -> None:
        self.value = value


class Slotted:
    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


INNER = [1]


@pytest.mark.parametrize(
    "value", [INNER, [INNER], (INNER,), {"k": INNER}, {1: (2, [INNER])}, Box(INNER), Slotted([INNER])]
)
def test_a_part_is_found_wherever_it_is(value: Any) -> None:
    assert find_shared({"a": value}, {"b": INNER, "c": [2]}) == {"a": {"b"}}


@pytest.mark.parametrize("value", [1, "text", (1, 2), None, range(3), len, Box, pytest, frozenset({1})])
def test_what_cannot_change_shares_nothing(value: Any) -> None:
    assert mutable_parts(value) == frozenset()
    assert find_shared({"a": value}, {"b": value}) == {}


def test_among_themselves_and_in_circles() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert find_shared({"a": loop, "b": [loop]}, {}) == {"a": {"b"}, "b": {"a"}}


def test_views_of_an_array_share_its_memory() -> None:
    numpy = pytest.importorskip("numpy")
    array = numpy.zeros(9)
    assert find_shared({"view": array[2:].reshape(7, 1)}, {"array": array}) == {"view": {"array"}}
    assert find_shared({"copy": array.copy()}, {"array": array}) == {}
