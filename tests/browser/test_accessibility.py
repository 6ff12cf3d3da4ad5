"""Exported pages under axe-core's rules: none is broken, in any view, theme, or state."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from conftest import Served, View
from engines import READY
from playwright.sync_api import Browser, ViewportSize

pytestmark = pytest.mark.browser

Sites = Callable[..., Path]
Serve = Callable[[Path], Served]

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}

Theme = Literal["light", "dark"]


def violations(view: View) -> list[str]:
    """What axe-core finds, a line for each rule that is broken."""
    view.page.wait_for_timeout(300)  # what scrolls is looked at when the page has come to rest
    view.page.evaluate(AXE.read_text("utf-8") + "; undefined")
    found: list[dict[str, Any]] = view.page.evaluate("axe.run().then(found => found.violations)")
    return [
        f"{rule['id']}: {rule['help']}: "
        + "; ".join(f"{node['target']} {node['failureSummary']}" for node in rule["nodes"][:4])
        for rule in found
    ]


@pytest.fixture
def opened(
    sites: Sites, serve: Serve, chromium: Browser, request: pytest.FixtureRequest
) -> Callable[..., View]:
    def start(query: str = "", theme: Theme = "light", viewport: ViewportSize = WIDE) -> View:
        context = chromium.new_context(color_scheme=theme, viewport=viewport, reduced_motion="reduce")
        request.addfinalizer(context.close)
        view = View(context.new_page())
        view.page.goto(f"{serve(sites('reading.py')).url}{query}")
        view.wait_ready()
        view.page.locator("tn-dropdown[data-live]").wait_for()
        return view

    return start


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("query", ["", "?view=app", "?view=notebook"], ids=["article", "app", "notebook"])
def test_every_view(opened: Callable[..., View], query: str, theme: Theme) -> None:
    assert violations(opened(query, theme)) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_cell_that_failed_and_all_that_can_be_opened(opened: Callable[..., View], theme: Theme) -> None:
    view = opened("", theme)
    view.set("way", "broken")
    page = view.page
    page.locator("[data-cell=reads] .tn-error:not([hidden])").wait_for()
    assert page.locator("[data-cell=reads] summary").last.inner_text() == "3 lines of Python’s json"
    page.locator("[data-cell=reads] .tn-library summary").click()
    page.locator("[data-cell=log] .tn-fold > summary").click()
    assert violations(view) == []
    page.locator(".tn-diagnostics > summary").click()
    page.locator(".tn-runs details").nth(1).locator("summary").click()
    assert page.locator(".tn-runs summary").first.inner_text().split("\n")[0] == "way was changed"
    assert violations(view) == []
    page.keyboard.press("Escape")
    page.locator(".tn-reading > summary").click()
    assert violations(view) == []


def test_the_open_contents_on_a_phone(opened: Callable[..., View]) -> None:
    view = opened(viewport=PHONE)
    view.page.get_by_role("button", name="Contents").click()
    assert violations(view) == []


def test_everything_in_the_bar_can_be_reached_and_used_by_keys(opened: Callable[..., View]) -> None:
    view = opened(viewport=PHONE)
    names: list[str] = []
    for _ in range(4):
        view.page.keyboard.press("Tab")
        names.append(view.page.evaluate("document.activeElement.innerText"))
    assert names[:3] == ["Contents", "View", "Details"]
    view.page.locator(".tn-reading > summary").focus()
    view.page.keyboard.press("Enter")
    view.page.keyboard.press("Tab")
    view.page.keyboard.press("ArrowDown")
    assert view.page.evaluate("document.documentElement.dataset.view") == "app"
    view.page.keyboard.press("Escape")
    assert view.page.evaluate("document.activeElement.innerText") == "View"
    assert not view.page.locator(".tn-bar-panel").first.is_visible()


WRITTEN = """
# %% [markdown]
# # Written here
#
# With *text*.

# %% squares
squares = [n * n for n in range(4)]
squares

# %% broken
print("before")
squares["x"]
"""
DROP = """
(text) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], "written.py"));
  const how = { dataTransfer: carried, bubbles: true, cancelable: true };
  document.body.dispatchEvent(new DragEvent("drop", how));
}
"""


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_playground(
    playground: Served,
    chromium: Browser,
    request: pytest.FixtureRequest,
    theme: Theme,
    viewport: ViewportSize,
) -> None:
    context = chromium.new_context(color_scheme=theme, viewport=viewport, reduced_motion="reduce")
    request.addfinalizer(context.close)
    view = View(context.new_page())
    page = view.page
    page.goto(playground.url)
    page.locator("html[data-playground=open]").wait_for()
    assert violations(view) == []
    page.evaluate(DROP, WRITTEN)
    page.locator("html[data-foreign][data-playground=open]").wait_for()
    assert violations(view) == []
    page.get_by_role("button", name="Run it").click()
    page.locator("[data-cell=broken][data-status=error]").wait_for(timeout=READY)
    assert violations(view) == []
    page.locator("[data-cell=broken] .cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("squares = 1")
    page.locator("[data-cell=broken] > .tn-warning").wait_for()
    page.keyboard.type("\nsquares.app")
    page.locator(".cm-tooltip-autocomplete li").first.wait_for()
    assert violations(view) == []
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+Shift+p")
    page.get_by_role("dialog").wait_for()
    assert violations(view) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Notebooks").click()
    page.get_by_role("dialog").wait_for()
    assert violations(view) == []
    page.get_by_role("button", name="Download…").click()
    page.get_by_role("dialog", name="Download written").wait_for()
    assert violations(view) == []


PICK = """
() => {
  const carried = new DataTransfer();
  const long = "a_rather_long_name_of_a_file_with_measurements_of_2026.parquet";
  for (const name of ["prices.csv", long]) {
    carried.items.add(new File(["fruit,price"], name));
  }
  const how = { dataTransfer: carried, bubbles: true, cancelable: true };
  document.body.dispatchEvent(new DragEvent("drop", how));
}
"""


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_files_of_a_playground_and_a_package_that_is_missed(
    playground: Served,
    chromium: Browser,
    request: pytest.FixtureRequest,
    theme: Theme,
    viewport: ViewportSize,
) -> None:
    context = chromium.new_context(color_scheme=theme, viewport=viewport, reduced_motion="reduce")
    request.addfinalizer(context.close)
    view = View(context.new_page())
    page = view.page
    page.goto(playground.url)
    page.locator("html[data-playground=open]").wait_for()
    page.locator(".tn-files > summary").click()
    assert violations(view) == []
    page.evaluate(PICK)
    page.locator(".tn-folder-file").nth(1).wait_for()
    assert violations(view) == []
    page.keyboard.press("Escape")
    page.locator("[data-cell=c1] .cm-content").click()
    page.keyboard.type("import tn_nowhere")
    page.keyboard.press("ControlOrMeta+Enter")
    page.locator(".tn-offer").wait_for(timeout=READY)
    assert violations(view) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
        "nothing is wider than the page"
    )
