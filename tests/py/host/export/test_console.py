"""Text as a terminal would show it; `tests/contracts/console.json` is the page's table, too."""

from __future__ import annotations

import html
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiffin.host.export.console import (
    FOLD_OVER,
    HEAD,
    TAIL,
    WIDEST,
    Line,
    Piece,
    render_console,
    render_plain,
    screen_lines,
)

TABLE = json.loads((Path(__file__).parents[3] / "contracts" / "console.json").read_text("utf-8"))
EVIL = "</pre><script>alert('\"&')</script>"

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
SEQUENCES = st.sampled_from(
    ["\r", "\n", "\b", "\t", "\x07", "\x1b", "\x1b]0;t\x07"]
    + [
        f"\x1b[{end}"
        for end in ("1m", "31m", "48;2;1;2;3m", "7m", "0m", "K", "2K", "1K", "A", "3B", "2C", "D", "5G", "2J")
    ]
)
STREAMS = st.sampled_from(["stdout", "stderr"])
PIECES = st.lists(
    st.tuples(STREAMS, st.lists(WORDS | SEQUENCES, max_size=6).map("".join)),
    max_size=6,
)


def shown(lines: tuple[Line, ...]) -> str:
    return "\n".join("".join(span.text for span in line) for line in lines)


def words(markup: str) -> str:
    """The text that markup shows, without a fold's title; a parser drops a line end that begins a block."""
    text = re.sub(r"<summary.*?</summary>", "", markup).replace("<pre>\n", "<pre>")
    return html.unescape(re.sub(r"<[^>]*>", "", text))


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case["name"])
def test_what_a_terminal_shows(case: dict[str, Any]) -> None:
    lines = screen_lines(tuple(piece) for piece in case["pieces"])
    found = [[{**vars(span), "classes": list(span.classes)} for span in line] for line in lines]
    assert found == case["lines"]


@given(PIECES)
def test_nothing_that_steers_a_terminal_is_shown(pieces: list[Piece]) -> None:
    lines = screen_lines(pieces)
    assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]", shown(lines).replace("\n", ""))
    assert all(span.text and "\n" not in span.text for line in lines for span in line)


@given(PIECES, st.data())
def test_it_does_not_matter_where_a_text_is_cut(pieces: list[Piece], data: st.DataObject) -> None:
    cut: list[Piece] = []
    for stream, text in pieces:
        at = data.draw(st.integers(0, len(text)))
        cut += [(stream, text[:at]), (stream, text[at:])]
    assert screen_lines(cut) == screen_lines(pieces)


@given(st.lists(st.tuples(STREAMS, st.lists(WORDS | st.just("\n")).map("".join))))
def test_text_that_steers_nothing_is_shown_as_it_is(pieces: list[Piece]) -> None:
    text = "".join(text for _, text in pieces)
    lines = screen_lines(pieces)
    assert shown(lines) == text
    assert words(render_console(pieces)) == text


@given(PIECES)
def test_a_line_looks_different_where_a_span_ends(pieces: list[Piece]) -> None:
    for line in screen_lines(pieces):
        looks = [(span.stream, span.classes, span.foreground, span.background) for span in line]
        assert all(one != next_one for one, next_one in pairwise(looks))


@given(st.lists(WORDS))
def test_a_bar_that_is_drawn_again_shows_the_last_one(bars: list[str]) -> None:
    written = [("stderr", f"\r\x1b[K{bar}") for bar in bars]
    assert shown(screen_lines(written)) == (bars[-1] if bars else "")


def test_no_sequence_makes_a_line_endless() -> None:
    assert len(shown(screen_lines([("stdout", "\x1b[999999C" * 9 + "x")]))) == WIDEST + 1


def test_pieces_are_marked_and_escaped() -> None:
    markup = render_console((("stdout", "a<b"), ("stderr", EVIL)))
    assert markup.startswith('<pre><span class="tn-stdout">a&lt;b</span><span class="tn-stderr">&lt;/pre&gt;')
    assert "<script" not in markup
    assert render_console(()) == ""


def test_free_colours_are_told_so_that_no_policy_refuses_them() -> None:
    (markup,) = re.findall("<span[^>]*>", render_console([("stdout", "\x1b[38;2;255;136;0;48;5;17mx")]))
    assert 'class="tn-stdout tn-fg tn-bg"' in markup
    assert markup.endswith(' data-tn-style="--tn-fg:#ff8800;--tn-bg:#00005f">')


@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize("count", [1, FOLD_OVER, FOLD_OVER + 1, 1234])
def test_long_text_is_folded_between_its_first_and_last_lines(count: int, end: str) -> None:
    text = "\n".join(f"line {number}" for number in range(1, count + 1)) + end
    for markup in (render_console([("stdout", text)]), render_plain(text)):
        assert words(markup) == text
        if count <= FOLD_OVER:
            assert "<details" not in markup
            continue
        head, rest = markup.split('<details class="tn-fold"><summary')
        folded, tail = rest.split("</details>")
        assert words(head).splitlines() == text.splitlines()[:HEAD]
        assert words(tail).splitlines() == text.splitlines()[-TAIL:]
        assert f"Show all {count:,} lines" in folded
        assert f'data-lines="{count - HEAD - TAIL:,}"' in folded


@pytest.mark.parametrize("text", ["", "plain", "\nfirst line is empty", "<b>", EVIL, "a\x1b[1mb\x1b[0mc\n"])
def test_a_text_that_is_an_output(text: str) -> None:
    markup = render_plain(text)
    assert markup.startswith('<pre class="tn-text">')
    assert "<script" not in markup
    assert words(markup.replace(' class="tn-text"', "")) == text.replace("\x1b[1m", "").replace("\x1b[0m", "")
