"""Markdown and formulas as HTML; `tests/contracts/markdown.json` is the page's table, too."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.host.export.markdown import render_latex, render_markdown

TABLE = json.loads((Path(__file__).parents[3] / "contracts" / "markdown.json").read_text("utf-8"))


def plain(markup: str) -> str:
    """HTML with formulas as their text: what draws them differs, what they say does not."""
    return re.sub(r"<math([^>]*)>(.*?)</math>", _plain_formula, markup, flags=re.DOTALL)


def _plain_formula(found: re.Match[str]) -> str:
    display = ' display="block"' if 'display="block"' in found[1] else ""
    text = re.sub(r"\s|&nbsp;|[\u2061-\u2064]|<[^>]*>", "", found[2])
    return f"<math{display}>{text}</math>"


@pytest.mark.parametrize("case", TABLE, ids=[case["name"] for case in TABLE])
def test_the_table_that_the_page_is_held_to_as_well(case: dict[str, Any]) -> None:
    made = render_latex(case["latex"]) if "latex" in case else render_markdown(case["markdown"])
    assert plain(made) == case["html"]


@given(st.text("$ab1 \\\n{}^_&<", max_size=40))
def test_whatever_stands_between_dollar_signs_is_markup_in_the_end(text: str) -> None:
    markup = render_markdown(text)
    assert markup.count("<math") == markup.count("</math>")
    assert "<a" not in markup
    assert "<b" not in markup.replace("<br />", "").replace("<blockquote", "")


def test_a_price_list_stays_what_it_is() -> None:
    text = "Dal costs $4, rice $2 and both $5.50."
    assert render_markdown(text) == f"<p>{text}</p>\n"
