"""Tables in real browsers: by keyboard and pointer, whole and of a million rows, with Python and without."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Served, View
from engines import EngineView, PlaywrightView
from playwright.sync_api import Locator
from test_accessibility import violations

pytestmark = pytest.mark.browser

Opening = Callable[..., tuple[EngineView, Served]]
both = pytest.mark.parametrize("engine", ["chromium", "firefox"], indirect=True)

NOTEBOOK = "tables.py"
STALLS = ["Masala Corner", "Lemon & Leaf", "Station Tea", "Old Harbour", "lemon grove"]


def shows(view: EngineView, cell: str, text: str) -> None:
    view.wait(
        f"document.querySelector('[data-cell={cell}] .tn-output').innerText.includes({json.dumps(text)})"
    )


def opened(opening: Opening, query: str = "") -> PlaywrightView:
    view, _ = opening(NOTEBOOK, query=query)
    assert isinstance(view, PlaywrightView)
    view.wait("document.querySelectorAll('tn-table[data-live]').length === 2")
    return view


def first_column(view: PlaywrightView, name: str) -> list[str]:
    rows = view.page.locator(f"tn-table[name={name}] .tn-tb-body [role=row]")
    found: list[str] = rows.evaluate_all("rows => rows.map(row => row.firstElementChild.textContent)")
    return found


def grid(view: PlaywrightView, label: str) -> Locator:
    return view.page.get_by_role("grid", name=label)


@both
def test_a_whole_table_is_sorted_filtered_and_downloaded_without_python(opening: Opening) -> None:
    view = opened(opening, "?boot=never")
    page = view.page
    page.get_by_role("columnheader", name="Cups a day").click()
    assert first_column(view, "stalls") == [STALLS[1], STALLS[4], STALLS[0], STALLS[2], STALLS[3]]
    table = grid(view, "Tea stalls")
    table.focus()
    for key in ("Home", "Enter"):
        page.keyboard.press(key)
    assert page.get_by_role("columnheader", name="Stall").get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Enter")
    assert first_column(view, "stalls")[0] == "lemon grove"
    page.get_by_role("searchbox", name="Filter Tea stalls").press_sequentially("LEMON")
    view.wait("document.querySelectorAll('[name=stalls] .tn-tb-body [role=row]').length === 2")
    assert page.locator("[name=stalls] .tn-tb-count").inner_text() == "2 of 5 rows"
    page.locator("[name=stalls]").get_by_role("button", name="Filter by column").press("Enter")
    page.keyboard.type("grove")  # the first of them has the focus
    view.wait("document.querySelectorAll('[name=stalls] .tn-tb-body [role=row]').length === 1")
    # What a browser does with a download is its own affair, and Firefox tells nobody.
    page.evaluate(
        """() => {
          const make = URL.createObjectURL;
          URL.createObjectURL = (blob) => { window.made = blob; return make.call(URL, blob); };
          HTMLAnchorElement.prototype.click = function () { window.called = this.download; };
        }"""
    )
    page.locator("[name=stalls]").get_by_role("button", name="Download as CSV").click()
    view.wait("window.called === 'stalls.csv'")
    text = view.evaluate("window.made.text()")
    assert list(csv.reader(io.StringIO(text))) == [
        ["Stall", "Cups a day", "Price", "Open since"],
        ["lemon grove", "95", "3.0", "2026-06-21"],
    ]
    assert view.kernel == "off"


@both
def test_what_is_selected_goes_to_python_and_comes_back(opening: Opening) -> None:
    view = opened(opening)
    view.wait_ready()
    page = view.page
    page.get_by_role("row", name="Station Tea").click()
    shows(view, "chosen", "['Station Tea']")
    grid(view, "Tea stalls").focus()
    page.get_by_role("columnheader", name="Stall").click()
    for key in ("Control+Home", "Space"):
        page.keyboard.press(key)
    shows(view, "chosen", "['Lemon & Leaf', 'Station Tea']")
    page.keyboard.press("Shift+ArrowDown")
    shows(view, "chosen", "['Masala Corner', 'Lemon & Leaf', 'Station Tea']")
    assert view.page.locator("[name=stalls] .tn-tb-count").inner_text() == "5 rows, 3 selected"
    view.set("stalls", [4])
    shows(view, "chosen", "['lemon grove']")
    assert page.locator("[name=stalls] [aria-selected=true]").inner_text().startswith("lemon grove")
    view.set("stalls", [9])
    assert any("takes numbers of rows, from 0 to 4" in notice for notice in view.notices())
    ran = view.stats["cellsRun"]
    page.get_by_role("columnheader", name="Price").click()
    assert view.stats["cellsRun"] == ran


@both
def test_of_a_million_rows_only_those_that_are_seen_are_there(opening: Opening) -> None:
    view = opened(opening)
    view.wait_ready()
    page = view.page
    assert view.stats["cellsRun"] == 0
    assert view.stats["valuesMaterialised"] == 0
    assert page.locator("[name=big] [role=row]").count() < 40
    squares = grid(view, "Squares")
    assert squares.get_attribute("aria-rowcount") == "1000001"
    squares.focus()
    page.keyboard.press("Control+End")
    shows(view, "c5", "999998000001")
    assert view.stats["cellsRun"] == 0
    page.keyboard.press("Space")
    shows(view, "picked", "[999998000001]")
    squares.evaluate("grid => { grid.scrollTop = grid.scrollHeight / 2 }")
    shows(view, "c5", "500016")
    assert page.locator("[name=big] [role=row]").count() < 40
    page.locator("[name=big]").get_by_role("columnheader", name="number").click()
    page.locator("[name=big]").get_by_role("columnheader", name="number").click()
    view.wait("document.querySelector('[name=big] .tn-tb-body [role=row]').textContent.startsWith('999999')")
    page.get_by_role("searchbox", name="Filter Squares").fill("123456")
    view.wait(
        "/^[0-9,]+ of 1,000,000 rows/.test(document.querySelector('[name=big] .tn-tb-count').innerText)"
    )
    assert view.output("picked") == "[999998000001]"


@both
def test_without_python_further_rows_are_missed_in_words(opening: Opening) -> None:
    view = opened(opening, "?boot=never")
    assert first_column(view, "big")[:3] == ["0", "1", "2"]
    grid(view, "Squares").focus()
    view.page.keyboard.press("Control+End")
    view.page.get_by_text("Further rows cannot be had: Python is not started on this page.").wait_for()


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible(opening: Opening, theme: Any) -> None:
    view = opened(opening)
    view.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    view.wait_ready()
    view.page.get_by_role("row", name="Station Tea").click()
    shows(view, "chosen", "['Station Tea']")
    view.page.locator("[name=stalls]").get_by_role("button", name="Filter by column").click()
    assert violations(View(view.page)) == []
