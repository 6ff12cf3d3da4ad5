"""The page that lists the notebooks of a site."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest

from tiffin.host.export.index_page import LONGEST, Card, render_index, summarise
from tiffin.notebook.files import parse_notebook

TEA = Card("tea & cake", "Tea <b>", "Hot & sweet.", "assets/pictures/a.svg", 'A "pot"', (320, 160))


def hrefs(page: str) -> list[str]:
    return re.findall(r'<a href="([^"]*)"', page)


def test_a_card_says_what_there_is_and_leads_there() -> None:
    page = render_index(
        [TEA, Card("plain", "Plain")], "early.js", "page.css", ["serif.woff2"], "Meals & more"
    )
    assert hrefs(page) == ["tea%20%26%20cake/", "plain/"]
    assert "<title>Meals &amp; more</title>" in page
    assert "<h1>Meals &amp; more</h1>" in page
    assert "Tea &lt;b&gt;</a></h2>" in page
    assert "<p>Hot &amp; sweet.</p>" in page
    assert 'src="assets/pictures/a.svg" alt="A &quot;pot&quot;" width="320" height="160"' in page
    assert page.count("<img") == 1
    assert 'href="serif.woff2" as="font"' in page


def test_nothing_in_it_breaks_its_own_policy() -> None:
    page = render_index([TEA], "early.js", "page.css", playground="playground")
    assert "default-src 'none'" in page
    assert re.findall(r"<script(?! src=)|<style|\sstyle=|\son\w+=", page) == []


def test_a_playground_opens_the_notebook_that_lies_beside_it() -> None:
    page = render_index([TEA], "early.js", "page.css", playground="playground")
    here = "https://example.org/meals/"
    address = urlsplit(urljoin(here, hrefs(page)[1]))
    assert address.path == "/meals/playground/"
    asked = parse_qs(address.query)["url"]
    assert [urljoin(address.geturl(), given) for given in asked] == [f"{here}tea%20%26%20cake/notebook.json"]
    assert 'Open in the playground<span class="tn-hidden">: Tea &lt;b&gt;</span>' in page


def markdown(text: str) -> str:
    lines = "\n".join(f"# {line}".rstrip() for line in text.splitlines())
    return summarise(parse_notebook(f"# %%\nx = 1\n\n# %% [markdown]\n{lines}\n", "a.py"))


LONG = "word " * 60


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("# Title\n\nOne *two*\n[three](x) `four` <b>five</b>.\n\nSix.", "One two three four five."),
        ("# Title\n\nWith $x^2$ in it.", "With x^2 in it."),
        ("# Title\n\n> A quotation.\n\nText.", "Text."),
        (f"# Title\n\nFirst. Second? {LONG}", "First. Second?"),
        (f"# Title\n\n{LONG}", f"{('word ' * 38).strip()} …"),
        (f"# Title\n\n{'x' * 300}", "x" * LONGEST + "…"),
        ("# Title", ""),
    ],
)
def test_a_summary_is_the_first_sentences(text: str, summary: str) -> None:
    assert markdown(text) == summary
    assert len(summary) <= LONGEST + 2


def test_a_notebook_without_text_has_no_summary() -> None:
    assert summarise(parse_notebook("# %%\n1\n", "a.py")) == ""
