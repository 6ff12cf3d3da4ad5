"""Views, themes and text of terminals in another engine than the one that most of their tests use."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Served
from engines import EngineView

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("engine", ["chromium", "firefox"], indirect=True, scope="module"),
]

OPEN = "[...document.querySelectorAll('.tn-source')].map(source => source.open)"
GROUND = "getComputedStyle(document.body).backgroundColor"
DARK = "rgb(24, 22, 20)"


def test_views_themes_and_text_of_terminals(
    opening: Callable[..., tuple[EngineView, Served]],
) -> None:
    view, _ = opening("reading.py", query="?boot=never&view=notebook")
    view.wait("window.tiffin")
    assert view.evaluate(OPEN) == [True] * 4
    assert view.text("[data-cell=colours] .tn-stderr") == "100%"
    assert view.evaluate("getComputedStyle(document.querySelector('.tn-fg')).color").startswith("oklch")
    view.evaluate("document.querySelector('.tn-reading input[value=dark]').click()")
    assert view.evaluate(GROUND) == DARK
    view.reload()
    assert view.evaluate(GROUND) == DARK
    view.wait("window.tiffin")
    view.evaluate("document.querySelector('.tn-contents').showPopover()")
    view.evaluate("document.querySelector('.tn-contents a').click()")
    assert view.evaluate("document.querySelector('.tn-contents').matches(':popover-open')") is False
    assert view.evaluate("location.hash") == "#text-of-terminals"
