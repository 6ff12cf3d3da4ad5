"""Notebooks from elsewhere in the playground, in Chromium and Firefox: from files, from addresses, from the
clipboard; and as files again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from conftest import Served
from engines import READY
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["chromium", "firefox"], indirect=True)]

ROOT = Path(__file__).parents[2]
TABLE = json.loads((ROOT / "tests" / "contracts" / "notebook_files.json").read_text("utf-8"))
FULL = "tests/contracts/fixtures/full.py"
GARDEN = "examples/garden.ipynb"
# Not every driver tells of downloads: the page is listened to instead.
LISTENING = """
const make = URL.createObjectURL;
URL.createObjectURL = (blob) => { window.saved = blob; return make.call(URL, blob); };
const click = HTMLAnchorElement.prototype.click;
HTMLAnchorElement.prototype.click = function () {
  if (!this.download) return click.call(this);
  window.savedAs = this.download;
};
"""
DROP = """
([name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name));
  const how = { dataTransfer: carried, bubbles: true, cancelable: true };
  document.body.dispatchEvent(new DragEvent("drop", how));
}
"""
PASTE = """
(text) => {
  const carried = new DataTransfer();
  carried.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true });
  // Firefox leaves the data of events that a page makes itself empty.
  if (event.clipboardData.getData("text/plain") !== text) {
    Object.defineProperty(event, "clipboardData", { value: carried });
  }
  document.body.dispatchEvent(event);
}
"""


@pytest.fixture
def page(profile: BrowserContext, playground: Served) -> Iterator[Page]:
    complaints: list[str] = []
    profile.add_init_script(LISTENING)
    page = profile.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(playground.url, wait_until="domcontentloaded")
    expect(page.locator("html")).to_have_attribute("data-playground", "open")
    yield page
    # Firefox tells of what Pyodide tries, to find out where it runs, as of an error.
    assert [said for said in complaints if "data:text/javascript" not in said] == []


@pytest.fixture
def at_address(playground: Served) -> Iterator[Callable[[Path], str]]:
    """Puts a file on the server; returns what asks the playground for it."""
    placed: list[Path] = []

    def place(path: Path) -> str:
        copy = playground.folder / path.name
        copy.write_bytes(path.read_bytes())
        placed.append(copy)
        return f"{playground.url}?url={quote(playground.url + path.name)}"

    yield place
    for copy in placed:
        copy.unlink()


def has_sources(page: Page, expected: list[str]) -> None:
    """The editors of code, which come one after another, hold these texts."""
    code = (
        "[...document.querySelectorAll('.tn-cell[data-kind=code]')].map((cell) => "
        "[...cell.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\\n'))"
    )
    end = time.monotonic() + 10
    while page.evaluate(code) != expected and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert page.evaluate(code) == expected


def is_shown(page: Page, name: str) -> None:
    """A notebook from elsewhere is on the page, with all of its code, and none of it has run."""
    expect(page.locator("html")).to_have_attribute("data-foreign", "")
    expect(page.locator("html")).to_have_attribute("data-playground", "open")
    expect(page.locator(".tn-name")).to_have_text(Path(name).stem)
    cells = TABLE[name]["notebook"]["cells"]
    expect(page.locator(".tn-cell")).to_have_count(len(cells))
    has_sources(page, [cell["source"] for cell in cells if cell["kind"] == "code"])
    assert page.evaluate("document.documentElement.dataset.kernel") == "off"


@pytest.mark.parametrize(
    "name",
    [
        "tests/contracts/fixtures/recipe.md",
        "tests/contracts/fixtures/kitchen.py",
        "tests/contracts/fixtures/magic.py",
        "tests/py/notebook/fixtures/jupyter_45.ipynb",
        "tests/py/notebook/fixtures/jupyter_3.ipynb",
    ],
)
def test_a_file_that_is_dropped_is_shown_and_not_run(page: Page, name: str) -> None:
    page.evaluate(DROP, [Path(name).name, (ROOT / name).read_text("utf-8")])
    is_shown(page, name)


def test_a_file_is_chosen(page: Page) -> None:
    page.get_by_role("button", name="Notebooks").click()
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Open a file…").click()
    chosen.value.set_files(ROOT / FULL)
    is_shown(page, FULL)


def test_a_file_that_is_no_notebook_says_so_and_nothing_else_happens(page: Page) -> None:
    before = page.url
    page.evaluate(DROP, ["letter.ipynb", "Dear"])
    expect(page.locator(".tn-toast")).to_contain_text("letter.ipynb could not be opened: ")
    assert page.url == before
    page.get_by_role("button", name="Notebooks").click()
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Open a file…").click()
    chosen.value.set_files({"name": "letter.txt", "mimeType": "text/plain", "buffer": b"Dear"})
    expect(page.locator(".tn-toast")).to_have_text(
        "letter.txt could not be opened: a notebook is a .py, .ipynb, .md or .json file."
    )
    assert page.url == before


def test_a_text_is_pasted(page: Page) -> None:
    page.evaluate(PASTE, "just words")
    page.wait_for_timeout(300)
    assert "notebook=" not in page.url
    page.evaluate(PASTE, "# %% first\nx = 20 + 1\n\n# %%\nx * 2\n")
    expect(page.locator("html")).to_have_attribute("data-foreign", "")
    expect(page.locator(".tn-cell")).to_have_count(2)
    has_sources(page, ["x = 20 + 1", "x * 2"])


MARIMO = """import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    return (mo,)


@app.cell
def answer(mo):
    mo.md(f"The answer is *{6 * 7}*.")
    return


if __name__ == "__main__":
    app.run()
"""


def test_an_address_is_opened_shown_and_runs_when_the_reader_agrees(
    page: Page, at_address: Callable[[Path], str], tmp_path: Path
) -> None:
    file = tmp_path / "answer.py"
    file.write_text(MARIMO, "utf-8")
    page.goto(at_address(file), wait_until="domcontentloaded")
    expect(page.locator("html")).to_have_attribute("data-foreign", "")
    has_sources(page, ["import marimo as mo", 'mo.md(f"The answer is *{6 * 7}*.")'])
    page.get_by_role("button", name="Run it").click()
    expect(page.locator("html")).to_have_attribute("data-kernel", "ready", timeout=READY)
    # What it calls marimo is tiffin here.
    expect(page.locator("[data-cell=answer] > .tn-output")).to_have_text("The answer is 42.", timeout=READY)


def test_an_address_without_a_notebook_says_so(page: Page, playground: Served) -> None:
    page.goto(f"{playground.url}?url={quote(playground.url)}none.py", wait_until="domcontentloaded")
    expect(page.locator("[data-banner=lost]")).to_contain_text("answers 404 for /none.py")
    expect(page.locator(".cm-content")).to_be_visible()


@pytest.mark.parametrize("suffix", [".py", ".ipynb", ".md"])
def test_a_notebook_is_downloaded_as_a_file(page: Page, suffix: str) -> None:
    page.evaluate(DROP, ["garden.ipynb", (ROOT / GARDEN).read_text("utf-8")])
    is_shown(page, GARDEN)
    page.get_by_role("button", name="Download", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=suffix).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("html")).to_be_attached()
    page.wait_for_timeout(300)
    assert page.evaluate("window.savedAs") == f"garden{suffix}"
    assert page.evaluate("window.saved.text()") == TABLE[GARDEN]["written"][suffix]
