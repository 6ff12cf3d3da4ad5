"""Assembling a notebook: its title."""

from __future__ import annotations

import pytest

from tiffin.notebook.draft import Draft, assemble


@pytest.mark.parametrize(
    ("texts", "title"),
    [
        (["text", "## Second\n# First"], "First"),
        (["# The *lunch* `box` of [snake_case](https://x.org) #"], "The lunch box of snake_case"),
        (["```\n# no title\n```\n\n# Title"], "Title"),
        (["~~~\n```\n# no title\n~~~"], None),
        (["#hashtag\n    # code"], None),
        ([], None),
    ],
)
def test_the_title_is_the_first_heading(texts: list[str], title: str | None) -> None:
    notebook = assemble("n.py", [Draft("code", "# Not this"), *(Draft("markdown", text) for text in texts)])
    assert notebook.title == title


def test_a_title_given_otherwise_is_the_fall_back() -> None:
    assert assemble("n.py", [Draft("markdown", "text")], title="T").title == "T"
    assert assemble("n.py", [Draft("markdown", "# H")], title="T").title == "H"
