"""Restoring without running: a kernel that takes the place of one that was ended."""

from __future__ import annotations

from typing import Any

import pytest
from notebooks import Bench, how, text

from tiffin.run.runner import NOT_STORED

CELLS = (
    "import tiffin as tn\nk = tn.ui.slider(1, 9)",
    "k.value * 2",
    "lost = object()",
    "f'{type(lost).__name__} {k.value}'",
)


async def opened() -> Bench:
    """A kernel that has run all cells; the third one's result cannot be restored by another kernel."""
    bench = Bench(*CELLS)
    runs = await bench.restore()
    key = runs["c3"].result
    assert key is not None
    assert key.key is not None
    await bench.manifests.delete(key.key)
    return bench


async def test_nothing_runs_and_what_is_not_stored_is_stale_with_all_that_depends_on_it() -> None:
    again = (await opened()).again()
    runs = await again.restore(stored_only=True)
    assert how(runs) == {"c1": "cache", "c2": "cache", "c3": "stale", "c4": "stale"}
    assert runs["c3"].reason == NOT_STORED
    assert runs["c4"].reason == "c3, which it depends on, has to run first"
    assert again.kernel.stale == {"c3", "c4"}
    assert again.kernel.stats().cells_run == 0


async def test_what_is_stale_runs_on_request() -> None:
    again = (await opened()).again()
    await again.restore(stored_only=True)
    assert how(await again.stale()) == {"c3": "run", "c4": "cache"}
    assert again.kernel.stale == frozenset()


async def test_a_change_runs_the_stale_cells_that_it_needs() -> None:
    again = (await opened()).again()
    await again.restore(stored_only=True)
    assert how(await again.set(k=5)) == {"c2": "run", "c3": "run", "c4": "run"}


async def test_widgets_have_the_values_that_their_reader_left_and_so_have_results() -> None:
    bench = await opened()
    await bench.set(k=7)
    element = bench.value("k").id
    again = bench.again()
    runs = await again.restore(stored_only=True, values={element: 7})
    assert again.value("k").value == 7
    assert text(runs["c2"]) == "14"

    unknown = bench.again()
    runs = await unknown.restore(stored_only=True, values={element: 8})
    assert how(runs)["c2"] == "stale"  # nobody has worked that out


@pytest.mark.parametrize("wrong", [99, "x", None])
async def test_a_value_that_a_widget_does_not_take_is_left_out(wrong: Any) -> None:
    bench = await opened()
    again = bench.again()
    runs = await again.restore(stored_only=True, values={bench.value("k").id: wrong, "unknown-0": 1})
    assert (again.value("k").value, text(runs["c2"])) == (1, "2")


async def test_an_ordinary_restore_runs_what_is_not_stored() -> None:
    again = (await opened()).again()
    assert how(await again.restore()) == {"c1": "cache", "c2": "cache", "c3": "run", "c4": "cache"}
