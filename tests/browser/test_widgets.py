"""Every kind of widget in real browsers: by keyboard and pointer, into Python and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Served
from engines import Engine, EngineView, PlaywrightEngine, PlaywrightView
from playwright.sync_api import Route

pytestmark = pytest.mark.browser

Opening = Callable[..., tuple[EngineView, Served]]
Sites = Callable[..., Path]
Serve = Callable[[Path], Served]

both = pytest.mark.parametrize("engine", ["chromium", "firefox"], indirect=True)

PLAIN, MORE, CHOSEN, CLICKS, RUN, TICK, HEARD = (f"c{number}" for number in range(21, 28))


def shows(view: EngineView, cell: str, text: str) -> None:
    """Wait until the output of `cell` has `text` in it."""
    view.wait(
        f"document.querySelector('[data-cell={cell}] .tn-output').innerText.includes({json.dumps(text)})"
    )


def up(view: EngineView) -> None:
    """Wait until everything is restored, whether a refresh has made the kernel busy again or not."""
    view.wait("document.documentElement.dataset.kernel === 'ready'")


def value_of(view: EngineView, name: str) -> object:
    return view.evaluate(f"document.querySelector('[data-element][name={name}]').value")


def archive_requests(served: Served) -> list[str]:
    """What was asked of the archive on demand."""
    page = (served.folder / "index.html").read_text()
    config = json.loads(page.split('id="tn-config">')[1].split("</script>")[0])
    return [path for path in served.paths() if path == f"/{config['runtime']['ondemand']['url']}"]


@both
def test_every_kind_by_keyboard_and_pointer(opening: Opening) -> None:
    view, served = opening("widgets.py")
    assert isinstance(view, PlaywrightView)
    page = view.page
    up(view)
    # Only what no manifest can hold runs: the cell of a widget with a function, and what has been refreshed.
    assert {cell for cell, origin in view.origins().items() if origin == "run"} - {TICK} == {"c20"}
    assert len(archive_requests(served)) == 1

    shows(view, TICK, "refreshed in 2k")
    page.get_by_role("button", name="Every 1 s").press("Enter")
    page.get_by_role("button", name="Every 1 s: paused").wait_for()

    page.get_by_role("slider", name="Count").press("ArrowRight")
    shows(view, PLAIN, "'count': 5")
    page.get_by_label("Price").fill("1.25")
    page.get_by_label("Price").press("Enter")
    shows(view, PLAIN, "'price': 1.25")
    page.get_by_label("Name").fill("Grace")
    page.get_by_label("Name").press("Enter")
    shows(view, PLAIN, "'who': 'Grace'")
    page.get_by_role("checkbox", name="Gift wrap").press("Space")
    shows(view, PLAIN, "'wrapped': True")
    page.get_by_role("combobox", name="Fruit").click()
    page.get_by_role("option", name="Pear").click()
    shows(view, PLAIN, "'fruit': 2")

    page.locator("tn-range-slider [role=slider]").first.press("ArrowRight")
    shows(view, MORE, "'span': (3, 5)")
    page.locator("tn-range-slider [role=slider]").last.press("ArrowLeft")
    shows(view, MORE, "'span': (3, 4)")
    page.get_by_label("Note").fill("three")
    page.get_by_label("Note").press("Control+Enter")
    shows(view, MORE, "'note': 'three'")
    page.get_by_role("switch", name="After dark").press("Space")
    shows(view, MORE, "'dark': True")
    page.get_by_role("radio", name="Middle").press("ArrowDown")
    shows(view, MORE, "'size': 3")
    page.get_by_role("radio", name="there", exact=True).click()
    shows(view, MORE, "'way': 'there'")

    page.get_by_role("combobox", name="Extras").click()
    page.get_by_role("option", name="cream").click()
    shows(view, CHOSEN, "['nuts', 'cream']")
    page.get_by_role("option", name="nuts").click()
    shows(view, CHOSEN, "['cream']")
    page.keyboard.press("Escape")
    page.get_by_label("Day").fill("2026-02-28")
    page.get_by_label("Day").blur()
    shows(view, CHOSEN, "datetime.date(2026, 2, 28)")
    page.get_by_label("Meeting").fill("2027-01-02T03:04")
    page.get_by_label("Meeting").blur()
    shows(view, CHOSEN, "datetime.datetime(2027, 1, 2, 3, 4)")
    assert page.get_by_label("Alarm").is_disabled()

    page.get_by_role("button", name="Count me").press("Enter")
    page.get_by_role("button", name="Count me").click()
    shows(view, CLICKS, "2")
    page.get_by_role("button", name="Run it").press("Space")
    shows(view, RUN, "ran with 5")
    view.wait("document.querySelector('tn-run-button').value === false")
    page.get_by_role("slider", name="Count").press("ArrowRight")
    shows(view, RUN, "not run yet")

    page.get_by_role("slider", name="Heard").press("ArrowRight")
    shows(view, HEARD, "1")
    assert view.console_text("c20") == "heard 1\n"
    assert view.notices() == []


@both
def test_every_kind_from_python_to_the_page(opening: Opening) -> None:
    view, _ = opening("widgets.py")
    up(view)
    values = {
        "count": 7,
        "price": 2.5,
        "who": "Grace",
        "wrapped": True,
        "fruit": "Pear",
        "span": [4, 9],
        "note": "",
        "dark": True,
        "size": "Large",
        "way": "there",
        "extras": ["honey", "cream"],
        "day": "2026-02-28",
        "meeting": None,
        "alarm": "06:15",
        "clicks": 12,
        "heard": 3,
    }
    for name, value in values.items():
        view.set(name, value)
        shown = f"JSON.stringify(document.querySelector('[name={name}]').value)"
        view.wait(f"{shown} === {json.dumps(json.dumps(value, separators=(',', ':')))}")
    assert "'span': (4, 9), 'note': ''" in view.output(MORE)
    assert "['honey', 'cream']" in view.output(CHOSEN)
    assert "'meeting': None, 'alarm': datetime.time(6, 15)" in view.output(CHOSEN)
    assert view.console_text("c20") == "heard 3\n"


@both
def test_a_wrong_value_is_a_notice_and_changes_nothing(opening: Opening) -> None:
    view, _ = opening("widgets.py")
    up(view)
    for name, value in {"day": "2030-01-01", "extras": ["all"], "span": [5, 2], "clicks": -1}.items():
        view.set(name, value)
    said = view.notices()
    assert any("takes a date from 2026-01-01 to 2026-12-31" in notice for notice in said)
    assert any("takes a list of some of nuts, honey, cream" in notice for notice in said)
    assert any("takes two numbers from 0 to 10" in notice for notice in said)
    assert any("takes how often it was clicked" in notice for notice in said)
    assert value_of(view, "day") == "2026-11-22"


@both
def test_a_page_with_the_usual_widgets_fetches_nothing_on_demand(opening: Opening) -> None:
    view, served = opening("market.py")
    view.wait_ready()
    view.set("count", 9)
    assert archive_requests(served) == []


@both
def test_what_the_exporter_did_not_foresee_is_fetched_when_it_is_imported(opening: Opening) -> None:
    view, served = opening("market.py")
    view.wait_ready()
    said = view.evaluate(
        """(async () => {
          const said = [];
          const code = "import tiffin as tn; tn.ui.switch(True).value";
          for await (const message of tiffin.execute(code)) said.push(message);
          return said;
        })()"""
    )
    assert said[-1]["data"]["output"]["data"] == "True"
    assert len(archive_requests(served)) == 1


HEIGHTS = (
    "Object.fromEntries([...document.querySelectorAll('[data-element]')]"
    ".map(e => [e.getAttribute('name'), Math.round(e.getBoundingClientRect().height)]))"
)
LIVE = "[...document.querySelectorAll('[data-element]')].every(e => 'live' in e.dataset)"


@both
@pytest.mark.parametrize("width", [375, 1100])
def test_a_widget_takes_no_other_place_when_it_comes_to_life(
    sites: Sites, serve: Serve, engine: Engine, width: int
) -> None:
    served = serve(sites("widgets.py"))
    chunks = (served.folder / "assets").glob("chunk-*.js")
    library = {path.name for path in chunks if path.stat().st_size > 30_000}
    assert isinstance(engine, PlaywrightEngine)
    view = PlaywrightView(engine.new_page({"width": width, "height": 800}))
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.url.split("/")[-1] in library:
            held.append(route)
        else:
            route.continue_()

    view.page.route("**/chunk-*.js", hold)
    view.page.goto(f"{served.url}?boot=never", wait_until="domcontentloaded")
    view.wait("document.querySelectorAll('.tn-widget-label').length >= 15")
    before = view.evaluate(HEIGHTS)
    for route in held:
        route.continue_()
    view.page.unroute("**/chunk-*.js")
    view.wait(LIVE)
    assert view.evaluate(HEIGHTS) == before
    view.close()
