"""The scheduler: first in, first out; cancelling; coming again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from notebooks import graph

from tiffin.ids import CellId
from tiffin.run.scheduler import SequentialScheduler

CHAIN = graph("a = 1", "b = a", "c = b", "d = 1", "e = d + b")


def scheduler(*cells: str) -> SequentialScheduler:
    return SequentialScheduler(CHAIN, [CellId(cell) for cell in cells])


def rest(left: SequentialScheduler) -> list[str]:
    return list(iter(left.next, None))


def test_first_in_first_out() -> None:
    assert rest(scheduler("c1", "c2", "c4")) == ["c1", "c2", "c4"]


def test_cancelling_takes_descendants_that_still_wait() -> None:
    left = scheduler("c1", "c2", "c3", "c4", "c5")
    left.next()
    assert left.cancel(CellId("c1"), "c1 failed") == ("c2", "c3", "c5")
    assert left.cancelled == dict.fromkeys(["c2", "c3", "c5"], "c1 failed")
    assert rest(left) == ["c4"]


def test_coming_again_is_sorted_at_the_front_without_duplicates() -> None:
    left = scheduler("c2", "c3", "c4")
    assert left.rerun([CellId("c2"), CellId("c1"), CellId("c2")]) == ("c1", "c2")
    assert rest(left) == ["c1", "c2", "c3", "c4"]


def test_what_comes_again_is_no_longer_cancelled() -> None:
    left = scheduler("c1", "c2", "c3")
    left.cancel(CellId("c1"), "why")
    left.rerun([CellId("c3")])
    assert left.cancelled == {"c2": "why"}
    assert rest(left) == ["c3", "c1"]


def test_an_interrupt_takes_all() -> None:
    left = scheduler("c1", "c2")
    assert left.interrupt("stop") == ("c1", "c2")
    assert rest(left) == []


ids = st.lists(st.sampled_from(list(CHAIN.cells)), unique=True)


@given(ids, ids, ids)
def test_no_cell_is_lost_or_doubled(start: list[CellId], again: list[CellId], failed: list[CellId]) -> None:
    left = SequentialScheduler(CHAIN, CHAIN.sort(start))
    for cell in failed:
        left.cancel(cell, "failed")
    left.rerun(again)
    waiting = rest(left)
    assert len(waiting) == len(set(waiting))
    assert set(waiting) | set(left.cancelled) == set(start) | set(again)
    assert set(waiting).isdisjoint(left.cancelled)
