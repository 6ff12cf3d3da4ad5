"""The playground, in Chromium and Firefox: what is written is kept, and found again; one tab at a time;
without room, and without permission."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from conftest import Served
from engines import READY
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["chromium", "firefox"], indirect=True)]

Visiting = Callable[..., Page]

# Firefox runs these in documents, too, that have no storage.
DENIED = """
const denied = () => new DOMException("denied", "SecurityError");
if (self.StorageManager) StorageManager.prototype.getDirectory = () => Promise.reject(denied());
if (self.IDBFactory) IDBFactory.prototype.open = () => { throw denied(); };
"""
WITHOUT_FILES = "if (self.StorageManager) delete StorageManager.prototype.getDirectory;"
FULL = """
const write = self.FileSystemFileHandle?.prototype.createWritable;
if (write) FileSystemFileHandle.prototype.createWritable = function (...given) {
  if (localStorage.full !== "yes") return write.apply(this, given);
  return Promise.reject(new DOMException("no room", "QuotaExceededError"));
};
"""


@pytest.fixture
def visit(profile: BrowserContext, playground: Served) -> Iterator[Visiting]:
    """Opens the playground in the visitor's browser; at the end no page may have complained."""
    complaints: list[str] = []

    def open_page(address: str = "", *, script: str | None = None) -> Page:
        if script is not None:
            profile.add_init_script(script)
        page = profile.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(playground.url + address, wait_until="domcontentloaded")
        opened(page)
        return page

    yield open_page
    assert complaints == []


def opened(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-playground", "open")
    expect(page.locator(".cm-content").first).to_be_visible()


def ready(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-kernel", "ready", timeout=READY)


def write(page: Page, cell: str, text: str, keys: str = "ControlOrMeta+Enter") -> None:
    page.locator(f"[data-cell={cell}] .cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)
    page.keyboard.press(keys)


def shows(page: Page, cell: str, text: str) -> None:
    output = page.locator(f"[data-cell={cell}] > .tn-output")
    expect(output).to_contain_text(text, timeout=READY)


def kept(page: Page) -> None:
    """Wait until what was written is kept."""
    page.wait_for_timeout(600)
    page.wait_for_url("**/?notebook=*", timeout=READY)


def shelf(page: Page) -> list[str]:
    page.locator(".tn-notebooks").click()
    expect(page.locator(".tn-shelf")).to_be_visible()
    return page.locator(".tn-shelf-name").all_inner_texts()


def test_a_first_visit_gets_to_a_result_and_a_reload_finds_everything(visit: Visiting) -> None:
    page = visit()
    write(page, "c1", "numbers = [n * n for n in range(5)]\nprint('squared')\nnumbers", "Shift+Enter")
    page.keyboard.type("sum(numbers)")
    page.keyboard.press("ControlOrMeta+Enter")
    shows(page, "c1", "[0, 1, 4, 9, 16]")
    shows(page, "c2", "30")
    ready(page)
    kept(page)

    page.reload()
    opened(page)
    shows(page, "c2", "30")
    expect(page.locator("[data-cell=c1] .tn-console")).to_have_text("squared\n")
    expect(page.locator("[data-cell=c1] .cm-content")).to_contain_text("for n in range(5)")
    ready(page)
    stats = page.evaluate("tiffin.stats()")
    assert (stats["cellsRun"], stats["cellsRestored"]) == (0, 2)
    write(page, "c2", "max(numbers)")
    shows(page, "c2", "16")


def test_a_widget_is_found_as_it_was_left(visit: Visiting) -> None:
    page = visit()
    source = "import tiffin as tn\nsize = tn.ui.slider(1, 9, value=2)\nsize"
    write(page, "c1", source, "Shift+Enter")
    page.keyboard.type("'size ' + str(size.value)")
    page.keyboard.press("ControlOrMeta+Enter")
    shows(page, "c2", "size 2")
    page.evaluate("tiffin.setValue('size', 7)")
    shows(page, "c2", "size 7")
    ready(page)
    kept(page)
    page.reload()
    opened(page)
    shows(page, "c2", "size 7")
    ready(page)
    expect(page.locator("tn-slider")).to_have_attribute("data-value", "7")
    shows(page, "c2", "size 7")
    assert page.evaluate("tiffin.stats()")["cellsRun"] == 0


def test_notebooks_are_renamed_duplicated_deleted_and_brought_back(visit: Visiting) -> None:
    page = visit("?boot=never")
    write(page, "c1", "first = 1", "Escape")
    kept(page)
    assert shelf(page) == ["untitled"]
    page.get_by_role("button", name="Rename untitled").click()
    page.keyboard.type("prices")
    page.keyboard.press("Enter")
    expect(page.locator(".tn-shelf-name")).to_have_text("prices")
    expect(page.locator(".tn-name")).to_have_text("prices")
    page.get_by_role("button", name="Duplicate prices").click()
    expect(page.locator(".tn-shelf-name")).to_have_text(["prices copy", "prices"])
    page.get_by_role("button", name="Delete prices copy").click()
    expect(page.locator(".tn-shelf-name")).to_have_text(["prices"])
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".tn-shelf-name")).to_have_text(["prices copy", "prices"])
    page.get_by_role("button", name="prices copy", exact=True).click()
    opened(page)
    expect(page.locator(".tn-name")).to_have_text("prices copy")
    expect(page.locator("[data-cell=c1] .cm-content")).to_have_text("first = 1")


def test_a_second_tab_does_not_overwrite_the_first(visit: Visiting) -> None:
    first = visit("?boot=never")
    write(first, "c1", "mine = 1", "Escape")
    kept(first)
    second = visit(f"?{first.url.split('?')[1]}&boot=never")
    banner = second.locator("[data-banner=tabs]")
    expect(banner).to_contain_text("open in another tab")
    write(second, "c1", "theirs = 2", "Escape")
    second.wait_for_timeout(800)
    first.reload()
    opened(first)
    expect(first.locator("[data-cell=c1] .cm-content")).to_have_text("mine = 1")

    second.get_by_role("button", name="Write here instead").click()
    opened(second)
    expect(banner).to_have_count(0)
    expect(first.locator("[data-banner=tabs]")).to_contain_text("open in another tab")
    write(second, "c1", "theirs = 3", "Escape")
    second.wait_for_timeout(800)
    second.reload()
    opened(second)
    expect(second.locator("[data-cell=c1] .cm-content")).to_have_text("theirs = 3")


def test_without_room_it_is_said_and_nothing_on_the_screen_is_lost(visit: Visiting) -> None:
    page = visit("?boot=never", script=FULL)
    write(page, "c1", "kept = 1", "Escape")
    kept(page)
    page.evaluate("localStorage.full = 'yes'")
    write(page, "c1", "not_kept = 2", "Escape")
    banner = page.locator("[data-banner=keeping]")
    expect(banner).to_contain_text("no room left")
    expect(page.locator("[data-cell=c1] .cm-content")).to_have_text("not_kept = 2")
    # What is downloaded, which only Chromium's driver tells of.
    page.evaluate(
        "make => { make = URL.createObjectURL;"
        " URL.createObjectURL = blob => { window.downloaded = blob; return make(blob); }; }"
    )
    banner.get_by_role("button", name="Download").click()
    notebook = json.loads(page.evaluate("downloaded.text()"))
    assert notebook["cells"][0]["source"] == "not_kept = 2"
    page.evaluate("localStorage.full = 'no'")
    write(page, "c1", "kept_again = 3", "Escape")
    expect(banner).to_have_count(0)
    kept(page)  # the banner goes with the first letters that are kept
    page.reload()
    opened(page)
    expect(page.locator("[data-cell=c1] .cm-content")).to_have_text("kept_again = 3")


def test_where_nothing_may_be_kept_it_is_said_and_everything_else_works(visit: Visiting) -> None:
    page = visit(script=DENIED)
    expect(page.locator("[data-banner=keeping]")).to_contain_text("keeps nothing")
    write(page, "c1", "6 * 7")
    shows(page, "c1", "42")


def test_a_browser_without_private_files_keeps_notebooks_in_its_database(visit: Visiting) -> None:
    page = visit("?boot=never", script=WITHOUT_FILES)
    write(page, "c1", "here = 1", "Escape")
    kept(page)
    page.reload()
    opened(page)
    expect(page.locator("[data-cell=c1] .cm-content")).to_have_text("here = 1")
    assert "notebooks" in page.evaluate("indexedDB.databases().then(all => all.map(({name}) => name))")


def test_what_the_browser_evicted_is_kept_anew(visit: Visiting) -> None:
    page = visit("?boot=never")
    write(page, "c1", "one = 1", "Escape")
    kept(page)
    page.evaluate(
        "navigator.storage.getDirectory().then(root => root.removeEntry('notebooks', {recursive: true}))"
    )
    write(page, "c1", "two = 2", "Escape")
    page.wait_for_timeout(800)
    page.reload()
    opened(page)
    expect(page.locator("[data-cell=c1] .cm-content")).to_have_text("two = 2")
