"""Frames as outputs in real browsers: what a reader does with them needs no Python."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Served, View
from engines import EngineView, PlaywrightView
from test_accessibility import violations

pytestmark = pytest.mark.browser

Opening = Callable[..., tuple[EngineView, Served]]
both = pytest.mark.parametrize("engine", ["chromium", "firefox"], indirect=True)

NOTEBOOK = "towns.py"
PEOPLE = [(n * 7919) % 1000 for n in range(16)]


@both
def test_a_frame_is_sorted_filtered_and_downloaded_without_python(opening: Opening) -> None:
    view, _ = opening(NOTEBOOK, query="?boot=never")
    assert isinstance(view, PlaywrightView)
    view.wait("document.querySelectorAll('tn-table[data-live]').length === 1")
    page = view.page
    cell = page.locator("[data-cell=all]")
    page.get_by_role("grid", name="Table of 16 rows").focus()
    for key in ("ArrowRight", "Enter"):
        page.keyboard.press(key)
    shown = cell.locator(".tn-tb-body [role=row] > :nth-child(2)").all_inner_texts()
    assert shown == [str(number) for number in sorted(PEOPLE)][: len(shown)]
    assert len(shown) >= 10
    cell.get_by_role("searchbox", name="Filter the table").press_sequentially("town p")
    view.wait("document.querySelectorAll('[data-cell=all] .tn-tb-body [role=row]').length === 1")
    assert cell.locator(".tn-tb-missing").count() == 1
    page.evaluate(
        """() => {
          const make = URL.createObjectURL;
          URL.createObjectURL = (blob) => { window.made = blob; return make.call(URL, blob); };
          HTMLAnchorElement.prototype.click = function () { window.called = this.download; };
        }"""
    )
    cell.get_by_role("button", name="Download as CSV").click()
    view.wait("window.called === 'table.csv'")
    rows = list(csv.reader(io.StringIO(view.evaluate("window.made.text()"))))
    assert rows == [["town", "people", "share"], ["Town P", str(PEOPLE[15]), ""]]
    assert page.locator("[data-cell=few] table.tn-table tbody tr").count() == 3
    assert view.kernel == "off"


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible(opening: Opening, theme: Any) -> None:
    view, _ = opening(NOTEBOOK, query="?boot=never")
    assert isinstance(view, PlaywrightView)
    view.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    view.page.locator("tn-table[data-live]").wait_for()
    assert violations(View(view.page)) == []
