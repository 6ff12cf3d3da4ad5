"""Source code as HTML, with its colours as classes."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.host.export.code import render_code, render_fence

EVIL = "</code></pre></script><script>alert('\"&')</script>"


@pytest.mark.parametrize("source", ["", "\n\nx = 1\n", "x = '<b>'", EVIL, "def f(:", "x\t= 1", "# é"])
def test_code_is_highlighted_and_can_be_read_back(source: str) -> None:
    markup = render_code(source)
    assert "<script" not in markup
    assert html.unescape(re.sub("<[^>]*>", "", markup)) == source.rstrip("\n")


@given(st.sampled_from(["python", "bash", "json", "html", "sql"]), st.text("ab1 <>&\"'\n#={}", max_size=40))
def test_a_fenced_block_can_be_read_back(language: str, source: str) -> None:
    markup = render_fence(f"{source}\n", language)
    assert markup.startswith(f'<pre class="tn-fence"><code class="language-{language}">')
    assert html.unescape(re.sub("<[^>]*>", "", markup)).rstrip("\n") == source.rstrip("\n")


def test_a_language_that_nobody_knows_has_no_colours() -> None:
    assert render_fence("a", "nosuch") == ""
    assert render_fence("a", '"><script>') == ""
