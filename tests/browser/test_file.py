"""Files that readers choose, in real browsers: by keyboard, pointer and drop, into Python and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Served, View
from engines import EngineView, PlaywrightView
from playwright.sync_api import FilePayload
from test_accessibility import violations

pytestmark = pytest.mark.browser

Opening = Callable[..., tuple[EngineView, Served]]
both = pytest.mark.parametrize("engine", ["chromium", "firefox"], indirect=True)

NOTEBOOK = "files.py"
BIG = 20_000_000


def shows(view: EngineView, cell: str, text: str) -> None:
    view.wait(
        f"document.querySelector('[data-cell={cell}] .tn-output').innerText.includes({json.dumps(text)})"
    )


def file(name: str, content: bytes, kind: str = "text/csv") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": content}


def opened(opening: Opening, **options: Any) -> PlaywrightView:
    view, _ = opening(NOTEBOOK, **options)
    assert isinstance(view, PlaywrightView)
    return view


@both
def test_by_keyboard_before_python_is_there_and_after_a_restart(opening: Opening) -> None:
    view = opened(opening, query="?boot=intent")
    page = view.page
    page.get_by_role("group", name="Data").wait_for()
    assert view.kernel == "off"
    button = page.get_by_role("group", name="Data").get_by_role("button", name="Choose a file")
    button.focus()
    with page.expect_file_chooser() as choosing:
        page.evaluate("true")  # by then the page knows that a test waits: keys overtake such news
        page.keyboard.press("Enter")
    choosing.value.set_files([file("t.csv", b"1\n2\n")])
    shows(view, "told", "[('t.csv', 'text/csv', 4)]")
    assert "data" not in page.url
    view.evaluate("tiffin.restart()")
    view.wait_ready()
    assert page.locator("[name=data] .tn-file-name").inner_text() == "t.csv"
    # What is computed from it now needs the content, which the new Python was given, too.
    view.evaluate("tiffin.run(['told'])")
    shows(view, "told", "[('t.csv', 'text/csv', 4)]")
    page.get_by_role("button", name="Remove t.csv").press("Enter")
    shows(view, "told", "[]")
    assert page.evaluate("document.activeElement.textContent") == "Choose a file"
    assert view.notices() == ["Python was restarted; every result is still there."]


@both
def test_several_by_drop_and_what_is_refused_in_words(opening: Opening) -> None:
    view = opened(opening)
    view.wait_ready()
    page = view.page
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(["one"], "a.txt", { type: "text/plain" }));
          data.items.add(new File(["two"], "b.txt", { type: "text/plain" }));
          const place = document.querySelector("[name=pictures] .tn-file-drop");
          const options = { dataTransfer: data, cancelable: true, bubbles: true };
          for (const kind of ["dragover", "drop"]) place.dispatchEvent(new DragEvent(kind, options));
        }"""
    )
    shows(view, "read", "['one', 'two']")
    page.locator("[name=pictures] input").set_input_files([file("c.txt", b"x" * 1001, "text/plain")])
    page.get_by_text("c.txt has 1 kB; at most 1 kB are taken here.").wait_for()
    page.locator("[name=data] input").set_input_files([file("t.txt", b"x", "text/plain")])
    page.get_by_text("t.txt is not taken here, only .csv.").wait_for()
    assert view.output("read") == "['one', 'two']"


@both
def test_a_big_file_does_not_hold_up_the_page(opening: Opening, tmp_path: Path) -> None:
    view = opened(opening)
    view.wait_ready()
    big = tmp_path / "big.csv"
    big.write_bytes(b"0123456789abcdef" * (BIG // 16))
    view.evaluate(
        """(() => {
          window.longest = 0;
          let last = performance.now();
          setInterval(() => {
            longest = Math.max(longest, performance.now() - last);
            last = performance.now();
          }, 10);
        })()"""
    )
    view.page.locator("[name=data] input").set_input_files(big)
    shows(view, "told", f"[('big.csv', 'text/csv', {BIG})]")
    assert view.evaluate("longest") < 1000


@both
def test_where_python_is_never_started_nothing_is_chosen(opening: Opening) -> None:
    view = opened(opening, query="?boot=never")
    view.wait("document.querySelector('[name=data]').dataset.live === ''")
    view.page.locator("[name=data] input").set_input_files([file("t.csv", b"1")])
    view.page.get_by_text("Python is not started on this page").wait_for()
    assert view.page.locator("[name=data] .tn-file-name").count() == 0


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible(opening: Opening, theme: Any) -> None:
    view = opened(opening)
    view.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    view.wait_ready()
    view.page.locator("[name=data] input").set_input_files([file("t.csv", b"1")])
    view.page.locator("[name=pictures] input").set_input_files([file("p.png", b"x" * 2000, "image/png")])
    shows(view, "told", "t.csv")
    assert violations(View(view.page)) == []
