"""Every kind of widget in real browsers: by keyboard and pointer, into Python and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Served
from engines import Engine, EngineView, PlaywrightEngine, PlaywrightView
from playwright.sync_api import Locator, Route

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


def write(field: Locator, text: str) -> None:
    """Put text into a field as a reader types it."""
    field.press("Control+a")
    field.press_sequentially(text)


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
    write(page.get_by_label("Price"), "1.25")
    page.get_by_label("Price").press("Enter")
    shows(view, PLAIN, "'price': 1.25")
    write(page.get_by_label("Name"), "Grace")
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
    write(page.get_by_role("textbox", name="Note"), "three")
    page.get_by_role("textbox", name="Note").press("Control+Enter")
    shows(view, MORE, "'note': 'three'")
    page.get_by_role("switch", name="After dark").press("Space")
    shows(view, MORE, "'dark': True")
    page.get_by_role("radio", name="Middle").press("ArrowDown")
    shows(view, MORE, "'size': 3")
    page.get_by_role("radio", name="there", exact=True).click()
    shows(view, MORE, "'way': 'there'")

    page.get_by_role("combobox", name="Extras").press("Enter")
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


X, ORDER, CLEARED, SENTENCE, OPEN = (f"c{number}" for number in range(11, 16))


@both
def test_containers_share_their_parts_and_forms_wait_for_their_button(opening: Opening) -> None:
    view, served = opening("containers.py")
    assert isinstance(view, PlaywrightView)
    page = view.page
    view.wait_ready()
    assert view.stats["cellsRun"] == 0
    assert len(archive_requests(served)) == 1

    # One widget in three places: every copy is in step, and what depends on it or on its array runs.
    page.locator("[data-cell=c4] [role=slider]").press("ArrowRight")
    shows(view, X, "x 4 pair [4, False]")
    view.wait("[...document.querySelectorAll('tn-slider[name=x]')].map(e => e.value).join() === '4,4,4'")
    page.get_by_role("checkbox", name="Too").press("Space")
    shows(view, X, "x 4 pair [4, True]")

    who = page.get_by_label("Who", exact=True)
    write(who, "Grace")
    write(page.get_by_label("Cups", exact=True), "5")
    page.get_by_label("Cups", exact=True).blur()
    assert "order None" in view.output(ORDER)
    page.get_by_role("button", name="Order").press("Enter")
    shows(view, ORDER, "order {'who': 'Grace', 'cups': 5}")
    write(who, "Ada")
    who.press("Enter")
    shows(view, ORDER, "order {'who': 'Ada', 'cups': 5}")

    remark = page.get_by_label("Remark")
    write(remark, "hot")
    page.get_by_role("button", name="Send").click()
    shows(view, CLEARED, "cleared hot")
    view.wait("document.querySelector('[data-cell=c6] tn-text').value === ''")

    page.get_by_role("radio", name="red").press("ArrowDown")
    shows(view, SENTENCE, "{'size': 'small', 'colour': 'blue'}")

    page.get_by_role("tab", name="Text").press("ArrowRight")
    assert page.get_by_role("tab", name="Widget").get_attribute("aria-selected") == "true"
    shows(view, OPEN, "tabs Widget folds [] inside 0")
    page.get_by_role("slider", name="Inside").press("ArrowRight")
    shows(view, OPEN, "inside 1")
    page.get_by_text("Second", exact=True).click()
    shows(view, OPEN, "folds ['Second']")
    page.get_by_text("First", exact=True).click()
    shows(view, OPEN, "folds ['First']")
    assert page.locator("tn-accordion b").is_hidden()
    assert view.notices() == []


@both
def test_tabs_open_without_python_and_tell_it_later(opening: Opening) -> None:
    view, _ = opening("containers.py", query="?boot=never")
    assert isinstance(view, PlaywrightView)
    view.wait("'live' in document.querySelector('tn-tabs').dataset")
    view.page.get_by_role("tab", name="Number").click()
    assert view.page.locator("pre", has_text="42").last.is_visible()
    assert (view.kernel, view.notices()) == ("off", [])
    view.evaluate("void tiffin.boot()")
    shows(view, OPEN, "tabs Number")


@both
def test_an_address_sets_widgets_and_follows_them(opening: Opening) -> None:
    view, _ = opening(
        "widgets.py", query="?boot=intent&count=9&who=Grace&extras=[%22honey%22]&day=2030-01-01&x=1"
    )
    view.wait("['ready', 'busy'].includes(document.documentElement.dataset.kernel)")  # it is an intent
    shows(view, PLAIN, "'count': 9, 'price': 0.5, 'who': 'Grace'")
    shows(view, CHOSEN, "['honey'], 'day': datetime.date(2026, 11, 22)")
    view.wait("document.querySelector('.tn-notice')?.innerText.includes('takes a date from')")
    view.wait("document.querySelector('[name=day]').value === '2026-11-22'")
    assert isinstance(view, PlaywrightView)
    view.page.get_by_role("slider", name="Count").press("ArrowRight")
    view.wait("location.search.includes('count=10')")
    assert "x=1" in view.evaluate("location.search")
    for _ in range(6):
        view.page.get_by_role("slider", name="Count").press("ArrowLeft")
    view.wait("!location.search.includes('count')")
