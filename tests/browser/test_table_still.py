"""Tables before their script is there, and without one: plain tables in the very same place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Served, View

pytestmark = pytest.mark.browser

Sites = Callable[..., Path]
Serve = Callable[[Path], Served]
Visit = Callable[..., View]

NOTEBOOK = "tables.py"


def test_without_a_script_it_is_a_plain_table(sites: Sites, serve: Serve, visit: Visit) -> None:
    view = visit(serve(sites(NOTEBOOK)).url, java_script_enabled=False)
    page = view.page
    assert page.get_by_role("table", name="Tea stalls: 5 rows").get_by_role("row").count() == 6
    assert page.get_by_role("table", name="Squares: the first 8 of 1,000,000 rows").is_visible()


@pytest.mark.parametrize("width", [375, 1100])
def test_it_takes_no_other_place_when_it_comes_to_life(
    sites: Sites, serve: Serve, visit: Visit, width: int
) -> None:
    served = serve(sites(NOTEBOOK))
    heights = "all => all.map(table => table.getBoundingClientRect().height)"
    plain = visit(served.url, java_script_enabled=False, viewport={"width": width, "height": 800})
    plain.page.wait_for_load_state()
    live = visit(f"{served.url}?boot=never", viewport={"width": width, "height": 800})
    live.page.locator("tn-table[data-live]").nth(1).wait_for()
    before = plain.page.locator("tn-table").evaluate_all(heights)
    assert live.page.locator("tn-table").evaluate_all(heights) == before
