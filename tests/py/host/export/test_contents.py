"""The table of contents; `tests/contracts/anchors.json` is the page's table, too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.host.export.contents import (
    Heading,
    listed,
    make_anchors,
    render_contents,
    render_contents_button,
)

TABLE = json.loads((Path(__file__).parents[3] / "contracts" / "anchors.json").read_text("utf-8"))


def headings(*levels: int) -> list[Heading]:
    return [Heading(level, f"h{index}", f"a{index}") for index, level in enumerate(levels)]


@pytest.mark.parametrize("case", TABLE, ids=lambda case: " ".join(case["texts"]))
def test_anchors(case: dict[str, list[str]]) -> None:
    assert make_anchors(case["texts"]) == case["anchors"]


@given(st.lists(st.text(max_size=12)))
def test_each_heading_has_an_anchor_of_its_own_that_needs_no_escape(texts: list[str]) -> None:
    anchors = make_anchors(texts)
    assert len(set(anchors)) == len(texts)
    assert all(anchor.replace("-", "a").isalnum() for anchor in anchors)


@pytest.mark.parametrize(
    ("levels", "shown"),
    [
        ((), []),
        ((1, 2), []),
        ((1, 2, 2), [1, 2]),
        ((1, 2, 3, 4, 2), [1, 2, 4]),
        ((1, 2, 1), [0, 1, 2]),
        ((2, 2), [0, 1]),
        ((4, 5, 6), []),
    ],
)
def test_what_the_table_shows(levels: tuple[int, ...], shown: list[int]) -> None:
    assert [heading.text for heading in listed(headings(*levels))] == [f"h{index}" for index in shown]


def test_the_table_and_its_button_are_there_when_they_show_something() -> None:
    found = [Heading(2, "<Dal> & rice", "dal-rice"), Heading(3, "More", "more")]
    markup = render_contents(found)
    assert '<li data-level="2"><a href="#dal-rice">&lt;Dal&gt; &amp; rice</a></li>' in markup
    assert " hidden" not in markup + render_contents_button(found)
    assert " hidden" in render_contents(found[:1])
    assert " hidden" in render_contents_button([])
