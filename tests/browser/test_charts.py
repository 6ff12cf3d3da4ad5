"""Charts of Altair and Plotly, drawn under the page's policy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Served, View
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

Sites = Callable[..., Path]
Serve = Callable[[Path], Served]


def test_charts_are_drawn_from_their_specifications(
    visit: Callable[..., View], sites: Sites, serve: Serve
) -> None:
    view = visit(serve(sites("charts.py")).url)
    page = view.page
    for cell in ("bars", "lines", "beside"):
        page.locator(f"[data-cell={cell}] tn-chart[data-drawn]").wait_for()
        assert not page.locator(f"[data-cell={cell}] tn-chart > pre").is_visible()
    assert page.locator("[data-cell=bars] tn-chart svg .mark-rect path").count() == 3
    assert page.locator("[data-cell=bars] tn-chart svg").get_attribute("aria-label") == "Minutes a pot"
    assert page.locator("[data-cell=lines] .scatterlayer .point").count() == 3
    assert page.locator("[data-cell=lines] .gtitle").text_content() == "How hot"
    box = page.locator("[data-cell=lines] .main-svg").first.bounding_box()
    assert box is not None
    assert box["height"] > 300


def test_without_a_script_their_text_is_there(chromium: Browser, sites: Sites, serve: Serve) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(serve(sites("charts.py")).url)
    assert page.locator("[data-cell=bars] .tn-output").inner_text() == "Chart: Minutes a pot"
    assert page.locator("[data-cell=lines] .tn-output").inner_text() == "Figure: How hot"
    context.close()


def test_only_sites_with_charts_have_what_draws_them(sites: Sites) -> None:
    sizes = {
        name: max(path.stat().st_size for path in (sites(name) / "assets").glob("chunk-*.js"))
        for name in ("charts.py", "outputs.py")
    }
    assert sizes["charts.py"] > 4_000_000
    assert sizes["outputs.py"] < 400_000
