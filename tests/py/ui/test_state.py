"""States: getter, setter, and what decides their identity."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import tiffin as tn
from tiffin.cache.key import json_digest
from tiffin.ui.state import SetState, State


def by_repr(value: Any) -> str | None:
    """An identity for all but objects."""
    return None if type(value) is object else repr(value)


def test_calling_the_getter_gives_the_value_and_the_setter_changes_it() -> None:
    state = State(1)
    assert SetState(state)(5) is None
    assert state() == 5


def test_a_function_makes_the_next_value_of_the_present_one() -> None:
    state = State([1])
    SetState(state)(lambda items: [*items, 2])
    assert state() == [1, 2]


def test_a_function_that_fails_leaves_the_value_and_tells_nobody() -> None:
    told: list[object] = []
    state = State(0, notify=told.append)
    with pytest.raises(ZeroDivisionError):
        state.set(lambda n: 1 // n)
    assert state() == 0
    assert told == []


def test_every_set_is_told() -> None:
    told: list[object] = []
    state = State(1, notify=lambda s: told.append(s()))
    state.set(1)
    state.set(2)
    assert told == [1, 2]


def test_equal_values_have_one_identity() -> None:
    state = State(1, identify=by_repr)
    first = json_digest(state.identity_document())
    state.set(2)
    other = json_digest(state.identity_document())
    state.set(1)
    assert first != other
    assert json_digest(state.identity_document()) == first
    assert json_digest(State(1, identify=by_repr).identity_document()) == first


def test_what_has_no_identity_is_another_value_each_time_it_is_set() -> None:
    thing = object()
    state = State(thing, identify=by_repr)
    first = state.identity_document()
    assert state.identity_document() == first
    state.set(thing)
    assert state.identity_document() != first


def test_every_state_has_an_id_of_its_own() -> None:
    assert State(1).id != State(1).id


@pytest.mark.parametrize("part", [State(1), SetState(State(1))])
def test_a_state_is_not_pickled_nor_copied(part: object) -> None:
    for attempt in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError, match="lives in its session"):
            attempt(part)


def test_a_state_shows_its_value() -> None:
    assert repr(State("dal")) == "<state: 'dal'>"


def test_in_a_script_a_state_is_just_a_value() -> None:
    get, put = tn.state(1, allow_self_loops=True)
    put(lambda n: n + 1)
    assert get() == 2
    assert get.allow_self_loops
