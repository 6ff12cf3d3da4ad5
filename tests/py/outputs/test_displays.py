"""What a body displays; `tests/contracts/displays.json` is the table of the server and of the page, too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.outputs.console import BURST, SLICE, Console
from tiffin.outputs.displays import Change, Displays

TABLE = json.loads((Path(__file__).parents[2] / "contracts" / "displays.json").read_text("utf-8"))

BUNDLES = st.sampled_from([{}, {"text/plain": "a"}, {"text/plain": "b"}])
CHANGES = st.lists(st.builds(Change, BUNDLES, st.booleans(), st.sampled_from([None, "s", "t"])), max_size=30)


class Clock:
    """A clock that is set by hand, and what was told."""

    def __init__(self) -> None:
        self.now = 100.0
        self.told: list[Change] = []
        self.console = Console(lambda *_: None, lambda: self.now, lambda *_: True)
        self.displays = Displays(self.console, self.told.append)


def shown(changes: list[Change]) -> list[str]:
    """What somebody sees who takes changes one by one."""
    seen: list[tuple[str | None, str]] = []
    for change in changes:
        if change.clear:
            seen = []
        at = (
            [slot for slot, _ in seen].index(change.slot)
            if change.slot in dict(seen) and change.slot
            else None
        )
        new = [(change.slot, str(change.bundle["text/plain"]))] if change.bundle else []
        if at is None:
            seen += new
        else:
            seen[at : at + 1] = new
    return [text for _, text in seen]


@pytest.mark.parametrize("case", TABLE, ids=[case["name"] for case in TABLE])
def test_the_table_that_the_server_and_the_page_are_held_to_as_well(case: dict[str, Any]) -> None:
    clock = Clock()
    for change in case["changes"]:
        clock.displays.change(Change(**change))
    assert [bundle["text/plain"] for bundle in clock.displays.bundles()] == case["shown"]
    assert shown(clock.told) == case["shown"]


@given(CHANGES, st.booleans())
def test_what_is_told_comes_to_what_is_kept(changes: list[Change], flood: bool) -> None:
    clock = Clock()
    if flood:
        for number in range(BURST):
            clock.console.write("stdout", str(number))
    for change in changes:
        clock.displays.change(change)
    kept = [str(bundle["text/plain"]) for bundle in clock.displays.bundles()]
    assert kept == shown(changes)
    clock.console.close()
    assert shown(clock.told) == kept


def test_of_a_flood_is_told_what_is_left_some_twenty_times_a_second() -> None:
    clock = Clock()
    for number in range(10_000):
        clock.now = 100 + number / 10_000  # one second in all
        clock.displays.change(Change({"text/plain": str(number)}, slot="s"))
        clock.displays.change(Change({"text/plain": str(number)}, slot="t"))
    clock.console.close()
    assert len(clock.told) <= 2 * (BURST + 1 / SLICE + 1)
    assert shown(clock.told) == ["9999", "9999"]


def test_what_comes_after_the_end_is_told_when_that_was_told_and_not_kept() -> None:
    clock = Clock()
    clock.console.close()
    clock.displays.change(Change({"text/plain": "late"}))
    assert clock.told == []
    clock.console.release()
    assert shown(clock.told) == ["late"]
    assert clock.displays.bundles() == ()
