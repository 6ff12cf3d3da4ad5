"""Files in the playground, in Chromium and Firefox: brought, read, plotted, written, downloaded, kept; and
nothing that was read from a file outlives it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from conftest import TIFFIN, Served, serving
from engines import READY, Engine
from hosts import Host
from playwright.sync_api import BrowserContext, FilePayload, Locator, Page, expect
from test_playground import DENIED, FULL, kept, opened, ready, shows, write
from test_untrusted import WALK, link, run

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["chromium", "firefox"], indirect=True)]

Visiting = Callable[..., Page]

SAVING = """
const make = URL.createObjectURL;
URL.createObjectURL = (blob) => { window.saved = blob; return make.call(URL, blob); };
addEventListener("click", ({ target }) => { if (target.download) window.savedAs = target.download; }, true);
"""
"""Remembers what is downloaded, which only Chromium's driver tells of."""

DROP = """
([name, text, selector]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name));
  const how = { dataTransfer: carried, bubbles: true, cancelable: true };
  document.querySelector(selector).dispatchEvent(new DragEvent("drop", how));
}
"""


@pytest.fixture(scope="module")
def science(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A playground with every package of the scientific distribution."""
    folder = tmp_path_factory.mktemp("science")
    command = [str(TIFFIN), "playground", "-o", str(folder / "site"), "--pyodide", "0.27.7", "--offline"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    with serving(folder / "site", folder / "served") as served:
        yield served


@pytest.fixture
def visit(profile: BrowserContext, playground: Served, engine: Engine) -> Iterator[Visiting]:
    """Opens a playground in the visitor's browser; at the end no page may have complained."""
    complaints: list[str] = []
    profile.add_init_script(SAVING)

    def open_page(address: str = "", *, site: str = playground.url, script: str | None = None) -> Page:
        if script is not None:
            profile.add_init_script(script)
        page = profile.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(address if address.startswith("http") else site + address, wait_until="domcontentloaded")
        opened(page)
        return page

    yield open_page
    # Firefox tells of what Pyodide tries, to find out where it runs, as of an error, and of a worker that is
    # ended in the midst of a loop without any word.
    known = {"undefined"} if engine.name == "firefox" else set()
    assert [said for said in complaints if "data:text/javascript" not in said and said not in known] == []


def payload(name: str, text: str) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": text.encode()}


def panel(page: Page) -> Locator:
    """The panel, open."""
    if not page.locator(".tn-files").evaluate("panel => panel.open"):
        page.locator(".tn-files > summary").click()
    return page.locator(".tn-files > .tn-bar-panel")


def upload(page: Page, *files: FilePayload) -> None:
    with page.expect_file_chooser() as chosen:
        panel(page).get_by_role("button", name="Upload…").click()
    chosen.value.set_files(list(files))
    expect(page.locator(".tn-toast")).to_contain_text(files[0]["name"])
    page.keyboard.press("Escape")


def lists(page: Page, *lines: str) -> None:
    """The panel has these files, each with what is said of it."""
    rows = panel(page).locator(".tn-folder-file")
    expect(rows).to_have_count(len(lines))
    found = rows.evaluate_all(
        "rows => rows.map(row =>"
        " [...row.querySelectorAll('span, small')].map(part => part.textContent).join(': '))"
    )
    assert found == list(lines)
    page.keyboard.press("Escape")


def cells_run(page: Page) -> int:
    return int(page.evaluate("tiffin.stats().cellsRun"))


def test_a_file_is_read_plotted_and_what_a_cell_writes_is_downloaded(
    visit: Visiting, science: Served
) -> None:
    page = visit(site=science.url)
    upload(page, payload("prices.csv", "fruit,price\nfig,3\nplum,4\n"))
    expect(page.locator(".tn-toast")).to_have_text('prices.csv is here: open("prices.csv") reads it.')
    write(
        page, "c1", "import pandas as pd\nfruit = pd.read_csv('prices.csv')\nfruit.price.sum()", "Shift+Enter"
    )
    page.keyboard.type("import matplotlib\nfruit.price.plot().figure")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("fruit[fruit.price > 3].to_csv('dear.csv', index=False)\nopen('dear.csv').read()")
    page.keyboard.press("ControlOrMeta+Enter")
    shows(page, "c1", "7")
    shows(page, "c3", "plum,4")
    picture = page.locator("[data-cell=c2] > .tn-output img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    ready(page)
    lists(page, "dear.csv: 19 bytes · written by a cell", "prices.csv: 25 bytes · uploaded")
    panel(page).get_by_role("button", name="Download dear.csv").click()
    assert page.evaluate("window.savedAs") == "dear.csv"
    assert page.evaluate("window.saved.text()") == "fruit,price\nplum,4\n"
    kept(page)
    page.wait_for_timeout(300)

    page.reload()
    opened(page)
    expect(page.locator("[data-cell=c2] > .tn-output img")).to_be_visible()
    ready(page)
    assert cells_run(page) == 1, "a frame is not kept where there is no pyarrow: it is read again"
    lists(page, "dear.csv: 19 bytes · written by a cell", "prices.csv: 25 bytes · uploaded")
    write(page, "c3", "len(open('dear.csv').readlines()), len(fruit)")
    shows(page, "c3", "(2, 2)")


def test_what_was_read_from_a_file_is_never_older_than_the_file(visit: Visiting) -> None:
    page = visit()
    write(page, "c1", "rows = open('rows.txt').read()", "Shift+Enter")
    page.keyboard.type("rows.upper()")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("6 * 7")
    page.keyboard.press("ControlOrMeta+Enter")
    shows(page, "c3", "42")
    expect(page.locator("[data-cell=c1] .tn-error")).to_contain_text("FileNotFoundError")
    ready(page)
    count = cells_run(page)

    upload(page, payload("rows.txt", "one"))
    shows(page, "c2", "ONE")
    expect(page.locator("[data-cell=c1]")).to_have_attribute("data-status", "idle")
    ready(page)
    assert cells_run(page) == count + 2, "the one that had failed, and the one that uses it"

    upload(page, payload("rows.txt", "one"))
    expect(page.locator(".tn-toast")).to_contain_text("rows.txt was replaced")
    page.evaluate("tiffin.run()")
    assert cells_run(page) == count + 2, "the same bytes are the same file"

    upload(page, payload("rows.txt", "two"))
    shows(page, "c2", "TWO")
    ready(page)
    assert cells_run(page) == count + 4
    kept(page)
    page.wait_for_timeout(300)
    page.reload()
    opened(page)
    shows(page, "c2", "TWO")
    ready(page)
    assert cells_run(page) == 0

    page.goto(f"{page.url}&boot=never", wait_until="domcontentloaded")
    opened(page)
    upload(page, payload("rows.txt", "three"))
    page.wait_for_timeout(500)
    page.evaluate("tiffin.boot()")
    shows(page, "c2", "THREE")
    assert cells_run(page) == 2

    panel(page).get_by_role("button", name="Delete rows.txt").click()
    expect(page.locator("[data-cell=c1]")).to_have_attribute("data-status", "error")
    expect(page.locator("[data-cell=c2]")).to_have_attribute("data-status", "cancelled")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-cell=c2]")).to_have_attribute("data-status", "idle")
    shows(page, "c2", "THREE")


def test_files_are_there_after_a_restart_and_a_lazy_notebook_says_what_is_out_of_date(
    visit: Visiting, playground: Served
) -> None:
    page = visit(link(playground.url, "len(open('rows.txt').read())"))
    upload(page, payload("rows.txt", "12345"))
    run(page)
    shows(page, "c1", "5")
    page.evaluate("tiffin.restart()")
    ready(page)
    page.evaluate("tiffin.run(['c1'])")
    shows(page, "c1", "5")
    upload(page, payload("rows.txt", "1"))
    shows(page, "c1", "1")


def test_by_keys_alone(visit: Visiting) -> None:
    page = visit("?boot=never")
    page.keyboard.press("ControlOrMeta+Shift+p")
    page.get_by_role("dialog").wait_for()
    page.keyboard.type("Upload a file")
    with page.expect_file_chooser() as chosen:
        page.keyboard.press("Enter")
    chosen.value.set_files([payload("a.csv", "1"), payload("b.csv", "22")])
    expect(page.locator(".tn-toast")).to_have_text("a.csv, b.csv are here.")
    page.keyboard.press("ControlOrMeta+Shift+p")
    page.keyboard.type("Show the files")
    page.keyboard.press("Enter")
    focused = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
    assert page.evaluate(focused) == "Upload…"
    for _ in range(3):
        page.keyboard.press("Shift+Tab")
    assert page.evaluate(focused) == "Delete a.csv"
    page.keyboard.press("Enter")
    expect(page.locator(".tn-folder-file")).to_have_count(1)
    assert page.evaluate(focused) == "Delete b.csv"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('.tn-files > summary')")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "Download b.csv"
    page.keyboard.press("Enter")
    assert page.evaluate("window.saved.text()") == "22"
    lists(page, "b.csv: 2 bytes · uploaded")


def test_files_that_are_dropped(visit: Visiting) -> None:
    page = visit()
    write(page, "c1", "import helper\nhelper.twice(int(open('n.txt').read()))")
    expect(page.locator("[data-cell=c1]")).to_have_attribute("data-status", "error", timeout=READY)
    page.evaluate(DROP, ["n.txt", "21", "[data-cell=c1] .cm-content"])
    expect(page.locator(".tn-toast")).to_contain_text("n.txt is here")
    expect(page.locator("[data-cell=c1] .cm-content")).not_to_contain_text("21")
    # What is dropped on the panel is a file, also where it might be a notebook.
    panel(page)
    page.evaluate(DROP, ["helper.py", "def twice(x):\n    return 2 * x\n", ".tn-files > .tn-bar-panel"])
    shows(page, "c1", "42")
    page.evaluate(DROP, ["helper.py", "def twice(x):\n    return x, x\n", ".tn-files > .tn-bar-panel"])
    shows(page, "c1", "(21, 21)")
    page.evaluate(DROP, ["data.json", '{"a": 1}', "body"])
    expect(page.locator(".tn-toast")).to_contain_text("data.json is here")
    lists(
        page, "data.json: 8 bytes · uploaded", "helper.py: 30 bytes · uploaded", "n.txt: 2 bytes · uploaded"
    )
    assert page.evaluate("document.documentElement.dataset.foreign") is None


def test_a_copy_of_a_notebook_has_its_files(visit: Visiting) -> None:
    page = visit("?boot=never")
    upload(page, payload("a.csv", "mine"))
    kept(page)
    page.wait_for_timeout(300)
    page.locator(".tn-notebooks").click()
    page.get_by_role("button", name="Duplicate untitled").click()
    page.get_by_role("button", name="untitled copy", exact=True).click()
    expect(page.locator(".tn-name")).to_have_text("untitled copy")
    opened(page)
    lists(page, "a.csv: 4 bytes · uploaded")
    upload(page, payload("a.csv", "another"))
    page.wait_for_timeout(500)
    page.locator(".tn-notebooks").click()
    page.get_by_role("button", name="untitled", exact=True).click()
    expect(page.locator(".tn-name")).to_have_text("untitled")
    opened(page)
    lists(page, "a.csv: 4 bytes · uploaded")


def test_without_room_a_file_stays_as_long_as_the_page(visit: Visiting) -> None:
    page = visit(script=FULL)
    write(page, "c1", "open('a.csv').read()")
    kept(page)
    ready(page)
    page.evaluate("localStorage.full = 'yes'")
    upload(page, payload("a.csv", "mine"))
    shows(page, "c1", "mine")
    banner = page.locator("[data-banner=files]")
    expect(banner).to_contain_text("There is no room left in this browser: a.csv is not kept.")
    lists(page, "a.csv: 4 bytes · uploaded · not kept")
    banner.get_by_role("button", name="Download").click()
    assert page.evaluate("window.saved.text()") == "mine"
    page.evaluate("localStorage.full = 'no'")
    upload(page, payload("a.csv", "again"))
    expect(banner).to_have_count(0)
    lists(page, "a.csv: 5 bytes · uploaded")


def test_where_nothing_may_be_kept_files_are_read_all_the_same(visit: Visiting) -> None:
    page = visit(script=DENIED)
    upload(page, payload("a.csv", "mine"))
    write(page, "c1", "open('a.csv').read()")
    shows(page, "c1", "mine")
    expect(panel(page).locator(".tn-folder-note")).to_contain_text("They are not kept here")


def test_a_notebook_from_elsewhere_has_files_of_its_own_and_no_others(
    visit: Visiting, playground: Served
) -> None:
    mine = visit("?boot=never")
    upload(mine, payload("secret.csv", "mine"))
    kept(mine)
    mine.wait_for_timeout(500)
    before = set(mine.evaluate(WALK))
    page = visit(link(playground.url, "import os\nsorted(os.listdir())", "open('given.csv').read()"))
    upload(page, payload("given.csv", "given"))
    expect(panel(page).locator(".tn-folder-note")).to_contain_text("for this notebook alone")
    page.keyboard.press("Escape")
    run(page)
    shows(page, "c2", "given")
    expect(page.locator("[data-cell=c1] > .tn-output")).to_contain_text("given.csv")
    expect(page.locator("[data-cell=c1] > .tn-output")).not_to_contain_text("secret")
    page.wait_for_timeout(600)
    assert set(page.evaluate(WALK)) == before, "nothing is kept of what nobody has written in"
    page.locator("[data-cell=c1] .cm-content").click()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type(" ")
    kept(page)
    page.wait_for_timeout(400)
    identifier = page.url.split("notebook=")[1]
    fresh = set(page.evaluate(WALK)) - before
    assert all(path.startswith(f"/notebooks/{identifier}/") for path in fresh), fresh
    page.reload()
    opened(page)
    lists(page, "given.csv: 5 bytes · uploaded")
    expect(page.locator("[data-banner=foreign]")).to_be_visible()


def test_names_that_a_notebook_from_elsewhere_makes_up_lead_nowhere(
    visit: Visiting, playground: Served
) -> None:
    code = (
        "import js\nfrom pyodide.ffi import to_js\n"
        "data = js.Uint8Array.new(3)\n"
        "for name in ('../../x', '/x', 'a/../../y', '.hidden', '<img src=x onerror=alert(1)>'):\n"
        "    file = js.Object.fromEntries(to_js([['name', name], ['data', data]]))\n"
        "    files = js.Array.of(file)\n"
        "    js.self.postMessage(js.Object.fromEntries(to_js([['kind', 'written'], ['files', files]])))\n"
        "open('fine.txt', 'w').write('ok')"
    )
    page = visit(link(playground.url, code))
    run(page)
    shows(page, "c1", "2")
    lists(page, "fine.txt: 2 bytes · written by a cell")


LOOP = "n = 0\nwhile True:\n    n += 1"


def begin(page: Page) -> None:
    """Write a loop without an end, and have it run."""
    write(page, "c1", "6 * 7", "Shift+Enter")
    page.keyboard.type(LOOP)
    shows(page, "c1", "42")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.locator("[data-cell=c2]")).to_have_attribute("data-status", "running", timeout=READY)


def goes_on(page: Page) -> None:
    """The next run works, and what was there is still there."""
    shows(page, "c1", "42")
    write(page, "c2", "'and on'")
    shows(page, "c2", "and on")
    expect(page.locator("[data-cell=c2]")).to_have_attribute("data-status", "idle")


def test_a_loop_without_an_end_is_interrupted(visit: Visiting) -> None:
    page = visit()
    assert page.evaluate("document.documentElement.dataset.isolated") == "true"
    begin(page)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("[data-cell=c2]")).to_have_attribute("data-status", "cancelled", timeout=READY)
    expect(page.locator("[data-cell=c2] .tn-error")).to_have_text("Not run: it was interrupted.")
    goes_on(page)


def test_where_memory_is_not_shared_python_is_restarted(
    visit: Visiting,
    playground: Served,
    hosting: Callable[[Path, Mapping[str, str]], Host],
) -> None:
    host = hosting(playground.folder, {"Access-Control-Allow-Origin": "*"})
    page = visit(site=host.url)
    assert page.evaluate("document.documentElement.dataset.isolated") == "false"
    upload(page, payload("a.csv", "mine"))
    begin(page)
    page.get_by_role("button", name="Stop").click()
    notice = page.locator(".tn-notice")
    expect(notice).to_contain_text(
        "Python did not stop by itself and was restarted: c2 is stale", timeout=READY
    )
    ready(page)
    goes_on(page)
    write(page, "c2", "open('a.csv').read()")
    shows(page, "c2", "mine")
