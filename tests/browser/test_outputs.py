"""What cells show: as exported, without a script, and made by Python in the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Served, View
from playwright.sync_api import Browser, ViewportSize
from test_accessibility import violations

pytestmark = pytest.mark.browser

Sites = Callable[..., Path]
Serve = Callable[[Path], Served]

WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


def lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


def test_formulas_notes_and_colours_need_no_script(chromium: Browser, sites: Sites, serve: Serve) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(serve(sites("outputs.py")).url)
    formula = page.locator(".tn-math math[display=block]").first
    assert formula.locator("mfrac").count() == 1
    box = formula.bounding_box()
    assert box is not None
    assert box["height"] > 30  # it is drawn, not written in a line
    assert page.locator(".markdown-alert-warning").first.inner_text() == "Warning\n\nThe lid is hot."
    assert page.locator(".tn-fence .k").first.inner_text() == "def"
    assert "dal costs $4 and rice $2." in page.locator(".tn-prose").first.inner_text()
    bars = page.locator("[data-cell=bars] .tn-output").inner_text()
    assert lines(bars) == ["'before'", "Boiling", "2 of 2", "'after'"]
    gauge = page.locator("[data-cell=bars] .tn-gauge").bounding_box()
    assert gauge is not None
    assert gauge["height"] > 25
    context.close()


def test_python_in_the_page_makes_the_same(visit: Callable[..., View], sites: Sites, serve: Serve) -> None:
    served = serve(sites("outputs.py"))
    view = visit(served.url)
    view.wait_ready()
    assert set(view.origins().values()) <= {"export", "none"}
    assert not [path for path in served.paths() if "katex" in path]
    exported = view.page.locator("[data-cell=prose] .tn-output").inner_html()
    view.set("k", 3)
    made = view.page.locator("[data-cell=prose] .tn-output").inner_html()
    assert made == exported.replace("<mn>2</mn>", "<mn>3</mn>").replace('m">2<', 'm">3<')
    assert lines(view.output("bars")) == ["'before'", "Boiling", "3 of 3", "'after'"]
    assert view.output("replaced") == "'3 of 3'"
    assert lines(view.output("many")) == ["'line 0'", "'line 1'", "'line 2'"]


def test_four_hundred_displays_are_drawn_in_a_moment(
    visit: Callable[..., View], sites: Sites, serve: Serve
) -> None:
    view = visit(serve(sites("outputs.py")).url)
    view.wait_ready()
    seconds = view.page.evaluate(
        """async () => {
            const begun = performance.now();
            await tiffin.setValue("k", 400);
            return (performance.now() - begun) / 1000;
        }"""
    )
    assert view.page.locator("[data-cell=many] .tn-output > *").count() == 400
    assert seconds < 15


def test_what_stays_in_place_while_a_cell_runs(
    visit: Callable[..., View], sites: Sites, serve: Serve
) -> None:
    view = visit(serve(sites("outputs.py")).url)
    view.wait_ready()
    view.page.evaluate(
        """() => {
            const part = document.querySelector("[data-cell=bars] .tn-output");
            window.seen = { pictures: 0, first: new Set(), spinner: false };
            new MutationObserver(() => {
                const bar = part.querySelector("progress");
                if (bar?.value > 0 && bar.value < 900) {
                    window.seen.pictures += 1;
                    window.seen.first.add(part.firstElementChild);
                    window.seen.spinner ||= part.querySelector(".tn-spinner")?.textContent === "Soaking";
                }
            }).observe(part, { childList: true });
        }"""
    )
    view.set("k", 900)
    pictures, first, spinner = view.page.evaluate("[seen.pictures, seen.first.size, seen.spinner]")
    assert 3 <= pictures < 200
    assert first == 1  # what was displayed before the bar is never drawn again
    assert spinner
    assert lines(view.output("bars")) == ["'before'", "Boiling", "900 of 900", "'after'"]
    assert view.page.locator("[data-cell=bars] progress").get_attribute("value") == "900"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_nobody_is_kept_out(
    chromium: Browser, sites: Sites, serve: Serve, theme: str, viewport: ViewportSize
) -> None:
    context = chromium.new_context(color_scheme=theme, viewport=viewport, reduced_motion="reduce")  # type: ignore[arg-type]
    view = View(context.new_page())
    view.page.goto(serve(sites("outputs.py")).url)
    view.wait_ready()
    assert violations(view) == []
    wider = view.page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wider
    context.close()
