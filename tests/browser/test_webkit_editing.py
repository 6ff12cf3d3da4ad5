"""Editing and the playground in WebKitGTK: the core path, through WebDriver's keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from conftest import Served
from engines import Engine, EngineView, WebKitView
from selenium.webdriver import ActionChains
from selenium.webdriver.common.keys import Keys

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("engine", ["webkit"], indirect=True, scope="module"),
]

Opening = Callable[..., tuple[EngineView, Served]]


def editor(cell: str) -> str:
    return f"document.querySelector('[data-cell={cell}] .cm-content')"


def write(view: EngineView, cell: str, text: str) -> None:
    """Replace all that is written in a cell, and run it."""
    driver = cast("WebKitView", view).webkit.driver
    view.wait(f"{editor(cell)} !== null")
    element = driver.find_element("css selector", f"[data-cell={cell}] .cm-content")
    keys = ActionChains(driver).click(element).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL)
    keys.send_keys(text.replace("\n", Keys.ENTER)).perform()
    view.wait(f"{editor(cell)}.textContent.includes({text.splitlines()[-1]!r})")
    ActionChains(driver).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(Keys.CONTROL).perform()


def shows(view: EngineView, cell: str, text: str) -> None:
    output = f"document.querySelector('[data-cell={cell}] > .tn-output')"
    view.wait(f"{output}?.textContent.includes({text!r}) === true")


def test_an_edit_runs_the_cell_and_what_depends_on_it(opening: Opening) -> None:
    view, _ = opening("editing.py", "--mode", "edit")
    view.wait_ready()
    write(view, "squares", "squares = [10] + [20]\nsum(squares)")
    shows(view, "squares", "30")
    shows(view, "twice", "60")
    assert view.stats["cellsRun"] == 2


def test_what_is_written_in_the_playground_is_kept_with_its_results(
    engine: Engine, playground: Served
) -> None:
    view = engine.open(f"{playground.url}?notebook=new")
    view.wait("document.documentElement.dataset.playground === 'open'")
    write(view, "c1", "6 * 7")
    shows(view, "c1", "42")
    view.wait("new URL(location.href).searchParams.get('notebook') !== 'new'")
    view.evaluate("new Promise((done) => setTimeout(done, 1500))")  # results are kept a little later
    view.reload()
    view.wait("document.documentElement.dataset.playground === 'open'")
    shows(view, "c1", "42")
    view.wait_ready()
    assert view.stats["cellsRun"] == 0
    view.close()
