"""An exported page as something to read: views, themes, contents, folds, paper, budgets, failures."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Served, View
from playwright.sync_api import Browser, ViewportSize

pytestmark = pytest.mark.browser

Sites = Callable[..., Path]
Serve = Callable[[Path], Served]
Visit = Callable[..., View]

NOTEBOOK = "reading.py"
WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
OPEN = "[...document.querySelectorAll('.tn-source')].map(source => source.open)"
SEEN = "[...document.querySelectorAll('.tn-source')].map(source => source.checkVisibility())"
GROUND = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(255, 253, 250)", "rgb(24, 22, 20)"
CODE = 4
"""Code cells of the notebook."""

# Before anything is painted: what the first frame shows, and what moves afterwards.
WATCH = """
window.shifts = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def choose(view: View, value: str) -> None:
    """Choose a view or a theme in the bar's panel, as a reader does."""
    view.page.locator(".tn-reading > summary").click()
    view.page.locator(f".tn-reading input[value={value}]").click()
    view.page.keyboard.press("Escape")


def test_a_reader_chooses_a_view_which_stays_and_a_link_wins(
    sites: Sites, serve: Serve, visit: Visit
) -> None:
    served = serve(sites(NOTEBOOK))
    view = visit(f"{served.url}?boot=never", viewport=WIDE)
    assert (view.page.evaluate(OPEN), view.page.evaluate(SEEN)) == ([False] * CODE, [True] * CODE)
    view.page.locator("[data-cell=log] .tn-source > summary").click()
    assert view.page.evaluate(OPEN).count(True) == 1
    choose(view, "notebook")
    assert view.page.evaluate(OPEN) == [True] * CODE
    view.page.reload()
    assert view.page.evaluate(OPEN) == [True] * CODE
    view.page.goto(f"{served.url}?boot=never&view=app")
    assert view.page.evaluate(SEEN) == [False] * CODE
    assert not view.page.locator(".tn-toggle-code").is_visible()
    view.page.goto(f"{served.url}?boot=never")
    assert view.page.evaluate("document.documentElement.dataset.view") == "notebook"
    choose(view, "article")
    assert view.page.evaluate(OPEN) == [False] * CODE


@pytest.mark.parametrize("chosen", ["app", "notebook"])
def test_a_view_that_was_exported_is_there_without_a_script(
    sites: Sites, serve: Serve, visit: Visit, chosen: str
) -> None:
    served = serve(sites(NOTEBOOK, "--view", chosen))
    view = visit(served.url, java_script_enabled=False)
    code = view.page.locator(".tn-source > .tn-code")
    assert code.count() == CODE
    assert all(code.nth(number).is_visible() is (chosen == "notebook") for number in range(CODE))
    assert view.page.locator("[data-cell=reads] .tn-output").is_visible()


def test_without_a_script_folded_text_and_contents_can_be_opened(
    sites: Sites, serve: Serve, visit: Visit
) -> None:
    served = serve(sites(NOTEBOOK))
    view = visit(served.url, java_script_enabled=False, viewport=PHONE)
    view.page.wait_for_load_state()  # its styles are there
    log = view.page.locator("[data-cell=log] .tn-console")
    assert [line for line in log.inner_text().split("\n") if line][10:14] == [
        "line 11",
        "line 12",
        "Show all 200 lines",
        "line 193",
    ]
    log.locator("summary").click()
    assert log.get_by_text("line 100").is_visible()
    assert log.locator("summary").inner_text() == "Show fewer lines"
    contents = view.page.locator(".tn-contents")
    assert not contents.is_visible()
    view.page.get_by_role("button", name="Contents").click()
    assert contents.locator("a").all_inner_texts() == [
        "Text of terminals",
        "What can be changed",
        "At the end",
    ]


def test_the_contents_say_where_the_reader_is(sites: Sites, serve: Serve, visit: Visit) -> None:
    view = visit(f"{serve(sites(NOTEBOOK)).url}?boot=never", viewport=WIDE)
    current = view.page.locator(".tn-contents [aria-current]")
    assert current.count() == 0
    view.page.locator(".tn-contents a").nth(1).click()
    current.filter(has_text="What can be changed").or_(current.filter(has_text="At the end")).wait_for()
    view.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    current.filter(has_text="At the end").wait_for()
    view.page.set_viewport_size(PHONE)
    assert not view.page.locator(".tn-contents").is_visible()
    view.page.get_by_role("button", name="Contents").click()
    view.page.locator(".tn-contents a").first.click()
    view.page.locator(".tn-contents").wait_for(state="hidden")
    assert view.page.url.endswith("#text-of-terminals")


def test_a_theme_is_there_in_the_first_frame(sites: Sites, serve: Serve, chromium: Browser) -> None:
    served = serve(sites(NOTEBOOK))
    context = chromium.new_context(color_scheme="light", viewport=WIDE)
    page = context.new_page()
    page.goto(f"{served.url}?boot=never")
    view = View(page)
    assert page.evaluate(GROUND) == LIGHT
    choose(view, "dark")
    assert page.evaluate(GROUND) == DARK
    # The script that knows of it comes late: until then nothing is painted, so that nothing flashes.
    painted: list[int] = []

    def late(route: Any) -> None:
        page.wait_for_timeout(300)
        painted.append(page.evaluate("performance.getEntriesByType('paint').length"))
        route.continue_()

    page.route("**/start-*.js", late)
    page.reload()
    assert painted == [0]
    assert page.evaluate(GROUND) == DARK
    choose(view, "system")
    assert page.evaluate(GROUND) == LIGHT
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(GROUND) == DARK
    context.close()


def test_what_a_page_may_cost_before_it_shows_anything(sites: Sites, serve: Serve, visit: Visit) -> None:
    served = serve(sites(NOTEBOOK))
    view = visit(f"{served.url}?boot=never", viewport=WIDE)
    view.page.locator("tn-dropdown[data-live]").wait_for()
    blocking, loaded = view.page.evaluate(
        """() => {
          const page = performance.getEntriesByType("navigation")[0];
          const files = performance.getEntriesByType("resource");
          const blocking = files.filter(file => file.renderBlockingStatus === "blocking");
          return [[page, ...blocking].map(file => file.name), [page, ...files].map(file => file.name)];
        }"""
    )
    sent = {name: size(served, name) for name in blocking}
    assert len(sent) >= 3  # the page, its styles, and what must run before anything is seen
    assert sum(sent.values()) <= 60_000, sent
    # What the page itself names: fonts and scripts, too, which nothing on it waits for.
    text = (served.folder / "index.html").read_text("utf-8")
    named = [name for name in loaded if name == view.page.url or name.removeprefix(served.url) in text]
    assert 4 < len(named) <= 8, named

    scripts = view.page.evaluate(
        "performance.getEntriesByType('resource').map(file => file.name).filter(name => name.endsWith('.js'))"
    )
    told = {name: size(served, name) for name in scripts}
    assert sum(told.values()) <= 120_000, told


def size(served: Served, address: str) -> int:
    """Bytes of a file of the site as a host sends it that compresses."""
    path = address.removeprefix(served.url).split("?")[0] or "index.html"
    return len(gzip.compress((served.folder / path).read_bytes(), 6))


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("query", ["", "?view=notebook", "?view=app"])
def test_nothing_moves_while_a_page_comes_to_life(
    sites: Sites, serve: Serve, chromium: Browser, viewport: ViewportSize, query: str
) -> None:
    context = chromium.new_context(viewport=viewport)
    context.add_init_script(WATCH)
    view = View(context.new_page())
    view.page.goto(f"{serve(sites(NOTEBOOK)).url}{query}")
    view.wait_ready()
    view.page.locator("tn-dropdown[data-live]").wait_for()
    view.page.wait_for_timeout(300)
    assert view.page.evaluate("shifts") < 0.02
    context.close()


def test_on_paper_there_is_the_article_and_nothing_to_press(sites: Sites, serve: Serve, visit: Visit) -> None:
    view = visit(f"{serve(sites(NOTEBOOK)).url}?boot=never", viewport=WIDE)
    view.page.locator("tn-dropdown[data-live]").wait_for()
    view.page.emulate_media(media="print")
    for name in (".tn-bar", ".tn-contents", ".tn-source", ".tn-fold-more"):
        assert not view.page.locator(name).first.is_visible(), name
    log = view.page.locator("[data-cell=log] .tn-console")
    # What is folded is left out, and that it is stands there.
    assert not log.get_by_text("line 100").is_visible()
    cut = (
        "getComputedStyle(document.querySelector('[data-cell=log] summary[data-lines]'), '::before').content"
    )
    assert "180" in view.page.evaluate(cut)
    assert view.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert len(view.page.pdf()) > 10_000
    view.page.emulate_media(media="screen")
    choose(view, "notebook")
    view.page.emulate_media(media="print")
    assert view.page.locator("[data-cell=log] .tn-code").is_visible()


def without(served: Served, pattern: str) -> None:
    for path in served.folder.glob(pattern):
        path.unlink()


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("assets/page-*.js", "This page’s script could not be loaded"),
        ("assets/page-*.css", "A style sheet could not be loaded"),
    ],
)
def test_what_fails_to_load_is_said_and_the_results_stay(
    sites: Sites, serve: Serve, chromium: Browser, pattern: str, says: str
) -> None:
    served = serve(sites(NOTEBOOK))
    without(served, pattern)
    context = chromium.new_context()
    view = View(context.new_page())
    view.page.goto(f"{served.url}?boot=never")
    view.page.locator(".tn-notice", has_text=says).first.wait_for()
    assert view.output("reads") == "All is fine."
    context.close()


def test_widgets_whose_script_is_missing_stay_as_text_and_say_so(
    sites: Sites, serve: Serve, chromium: Browser
) -> None:
    served = serve(sites(NOTEBOOK))
    chunks = [
        path for path in served.folder.glob("assets/chunk-*.js") if "wa-select" in path.read_text("utf-8")
    ]
    max(chunks, key=lambda path: path.stat().st_size).unlink()
    context = chromium.new_context()
    view = View(context.new_page())
    view.page.goto(f"{served.url}?boot=never")
    says = "A widget could not be brought to life, and stays as text"
    view.page.locator(".tn-notice", has_text=says).wait_for()
    assert view.page.locator("tn-dropdown").inner_text().split() == ["Way:", "fine"]
    context.close()


def test_a_script_that_is_cut_short_is_said(sites: Sites, serve: Serve, chromium: Browser) -> None:
    served = serve(sites(NOTEBOOK))
    (script,) = served.folder.glob("assets/page-*.js")
    script.write_text(script.read_text("utf-8")[:2000], "utf-8")
    context = chromium.new_context()
    view = View(context.new_page())
    view.page.goto(f"{served.url}?boot=never")
    view.page.locator(".tn-notice", has_text="Something in this page’s script failed").wait_for()
    assert view.output("reads") == "All is fine."
    context.close()


@pytest.mark.parametrize("pattern", ["notebook.json", "public/cache/index.json"])
def test_what_python_lacks_is_in_the_status_line(
    sites: Sites, serve: Serve, chromium: Browser, pattern: str
) -> None:
    served = serve(sites(NOTEBOOK))
    without(served, pattern)
    context = chromium.new_context()
    view = View(context.new_page())
    view.page.goto(served.url)
    view.page.locator("html:is([data-kernel=failed], [data-kernel=ready])").wait_for(state="attached")
    said = " ".join([view.page.locator(".tn-status").inner_text(), *view.notices()])
    assert Path(pattern).name in said or view.stats["cellsRun"] > 0, said
    assert view.output("reads") == "All is fine."
    context.close()
