"""Anywidgets in real browsers: alive without Python, by pointer and keyboard, both ways; and why code is
refused."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Served, View
from engines import EngineView, PlaywrightView
from test_accessibility import violations
from wheels import make_installed_wheel

pytestmark = pytest.mark.browser

Opening = Callable[..., tuple[EngineView, Served]]
both = pytest.mark.parametrize("engine", ["chromium", "firefox"], indirect=True)

NOTEBOOK = "anywidgets.py"
LIVE = "document.querySelectorAll('tn-anywidget[data-live]').length === 4"


def shows(view: EngineView, cell: str, text: str) -> None:
    view.wait(
        f"document.querySelector('[data-cell={cell}] .tn-output').innerText.includes({json.dumps(text)})"
    )


def opened(opening: Opening, query: str = "", name: str = NOTEBOOK, **options: Any) -> PlaywrightView:
    view, _ = opening(name, query=query, **options)
    assert isinstance(view, PlaywrightView)
    return view


def execute(view: PlaywrightView, code: str) -> None:
    """Run code in the scratchpad, and what it sets off."""
    view.evaluate(
        "(async () => { for await (const _ of tiffin.execute(%s)); })()" % json.dumps(code)  # noqa: UP031
    )


@both
def test_it_is_alive_without_python_and_its_code_is_a_file_of_the_site(opening: Opening) -> None:
    view, served = opening(NOTEBOOK, query="?boot=never")
    view.wait(LIVE)
    assert isinstance(view, PlaywrightView)
    page = view.page
    assert view.kernel == "off"
    button = page.get_by_role("group", name="Cups", exact=True).first.get_by_role("button")
    assert button.inner_text() == "2 cups"
    assert button.evaluate("button => getComputedStyle(button).color") == "rgb(1, 2, 3)"
    assert page.locator("[name=painter] .shown").inner_text() == "5 6 9"
    index = (served.folder / "index.html").read_text("utf-8")
    assert "data-code" not in index
    assert len(list((served.folder / "assets" / "widgets").glob("*.js"))) == 2
    # Nothing may look as if it had been worked out.
    button.click()
    page.get_by_text("Python is not started on this page").wait_for()
    assert button.inner_text() == "2 cups"


@both
def test_the_page_moves_it_by_pointer_and_keyboard_in_both_places(opening: Opening) -> None:
    view = opened(opening, "?boot=intent")
    view.wait(LIVE)
    page = view.page
    buttons = page.locator("[name=counter] button")
    buttons.nth(0).click()
    assert buttons.all_inner_texts() == ["3 cups", "3 cups"]
    shows(view, "told", "30")
    view.wait_ready()
    buttons.nth(1).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    shows(view, "told", "50")
    assert buttons.all_inner_texts() == ["5 cups", "5 cups"]
    page.wait_for_url("**counter=%7B%22count%22%3A5%7D")
    view.reload()
    view.wait(LIVE)
    shows(view, "told", "50")
    assert page.locator("[name=counter] button").all_inner_texts() == ["5 cups", "5 cups"]
    assert view.notices() == []


@both
def test_python_moves_it_and_its_readers_run(opening: Opening) -> None:
    view = opened(opening)
    view.wait(LIVE)
    view.wait_ready()
    ran = view.evaluate("tiffin.stats()")["cellsRun"]
    execute(view, "counter.widget.count = 7")
    shows(view, "told", "70")
    assert view.page.locator("[name=counter] button").all_inner_texts() == ["7 cups", "7 cups"]
    # The cell that makes the object ran for it, then those that read it.
    assert view.evaluate("tiffin.stats()")["cellsRun"] - ran <= 3
    view.page.locator("[name=counter] button").first.click()
    shows(view, "told", "80")
    execute(view, "print(counter.widget.count)")
    view.evaluate("tiffin.restart()")
    view.wait_ready()
    assert view.page.locator("[name=counter] button").all_inner_texts() == ["8 cups", "8 cups"]


@both
def test_bytes_and_messages_go_both_ways(opening: Opening) -> None:
    view = opened(opening, "?boot=intent")
    view.wait(LIVE)
    page = view.page
    page.get_by_role("button", name="Ask").click()
    view.wait("document.querySelector('[name=painter] .heard').textContent === 'scaled 6'")
    shows(view, "painted", "[3, 6]")
    assert page.locator("[name=painter] .shown").inner_text() == "3 6"


@pytest.fixture
def own_wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Has exports find the package, and what it needs, as it is installed: no index is asked."""
    for name in ("anywidget", "ipywidgets", "comm", "traitlets", "psygnal", "typing_extensions"):
        make_installed_wheel(tmp_path, name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


@both
@pytest.mark.usefixtures("own_wheels")
def test_the_package_itself_acts_in_the_browser(opening: Opening) -> None:
    view = opened(opening, "?boot=intent", "counter.py")
    view.wait("document.querySelector('tn-anywidget[data-live]') !== null")
    button = view.page.get_by_role("group", name="w").get_by_role("button")
    assert button.inner_text() == "2 of 4"
    button.click()
    # Its observer is in Python: the cell that makes it runs before the one that reads it.
    shows(view, "read", "(3, 6)")
    view.wait_ready()
    assert button.inner_text() == "3 of 6"
    button.click()
    shows(view, "read", "(4, 8)")
    assert view.notices() == []


@both
def test_a_disabled_one_is_out_of_reach(opening: Opening) -> None:
    view = opened(opening, "?boot=never")
    view.wait(LIVE)
    assert view.page.locator("[data-cell=disabled] .tn-any-place").evaluate("place => place.inert")
    assert view.page.locator("[data-cell=disabled] button").inner_text() == "7 cups"


@both
def test_what_is_refused_and_what_fails_says_so_in_its_place(opening: Opening) -> None:
    view = opened(opening, "?boot=never", "refused.py", may_complain=True)
    view.wait("document.querySelectorAll('tn-anywidget[data-live]').length === 5")
    page = view.page
    said = {
        cell: page.locator(f"[data-cell={cell}] .tn-any-problem").inner_text()
        for cell in ("remote", "hidden", "failing", "wrong", "fresh")
    }
    for cell in ("remote", "hidden"):
        assert said[cell].startswith("This widget loads code from https://esm.sh/htm@3, which pages refuse:")
    assert said["failing"] == "The code of this widget failed: no such colour"
    assert "it has no default export: write export default { render }" in said["wrong"]
    assert said["fresh"] == ""
    assert page.locator("[data-cell=fresh] .tn-any-place").inner_text() == "fresh a"


@both
def test_code_that_a_cell_makes_anew_runs_only_where_the_notebook_is_edited(opening: Opening) -> None:
    view = opened(opening, "", "refused.py", may_complain=True)
    view.wait_ready()
    view.evaluate("tiffin.setValue('which', 'b')")
    view.page.get_by_text("The code of this widget is not part of this site").wait_for()


@both
def test_on_a_page_to_edit_code_that_a_cell_makes_anew_runs(opening: Opening) -> None:
    view, _ = opening("refused.py", "--mode", "edit", may_complain=True)
    assert isinstance(view, PlaywrightView)
    view.wait_ready()
    view.evaluate("tiffin.setValue('which', 'b')")
    shows(view, "fresh", "fresh b")


@pytest.mark.parametrize("engine", ["chromium"], indirect=True)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_accessible(opening: Opening, theme: Any) -> None:
    view = opened(opening, "?boot=never")
    view.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    view.wait(LIVE)
    assert violations(View(view.page)) == []
