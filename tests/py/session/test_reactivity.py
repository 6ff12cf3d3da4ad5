"""Reactivity, natively: every case of the table, one test each."""

from __future__ import annotations

import re

import pytest
from reactivity.driver import run_case
from reactivity.suite import CASES
from reactivity.table import Case, read_cases


@pytest.mark.parametrize("case", CASES, ids=lambda case: re.sub(r"\W+", "-", case.title).strip("-"))
async def test_reactivity(case: Case) -> None:
    assert await run_case(case) is None


def test_the_table_is_long_and_its_titles_differ() -> None:
    titles = [case.title for case in CASES]
    assert len(titles) == len(set(titles))
    assert len(titles) >= 250


async def test_a_case_that_is_wrong_says_what_is_other() -> None:
    table = "## wrong\nc1 | x = 1\nc2 | y = x\n> edit c1 | x = 2\nruns c1\nnames x=2; y=1\n"
    (case,) = read_cases(table)
    assert await run_case(case) == (
        "wrong, after edit c1: runs: expected c1, got c1 c2\n"
        "wrong, after edit c1: names: expected x=2; y=1, got x=2; y=2"
    )


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("## t\nc1 | x = 1\n> edit c1 | x = 2\nnames x=2", "what runs after edit c1?"),
        ("## t\nc1 | x = 1\n> edit c1 | x = 2\nruns c1", "which names exist afterwards?"),
        ("## t\nc1 | x = 1\n> bake c1\nruns c1", "nothing that can be done"),
        ("## t\nc1 | x = 1\nrun c1", "no cell, and nothing that can be expected"),
    ],
)
def test_a_table_that_says_too_little_is_refused(table: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_cases(table)
