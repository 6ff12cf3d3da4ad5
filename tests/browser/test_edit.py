"""A page whose notebook is edited, by keys and by pointer, in Chromium and Firefox."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import cast

import pytest
from conftest import Served
from engines import EngineView, PlaywrightView
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine", ["chromium", "firefox"], indirect=True)]

Opening = Callable[..., tuple[EngineView, Served]]


def open_editor(opening: Opening, query: str = "", *options: str) -> tuple[EngineView, Page]:
    view, _ = opening("editing.py", "--mode", "edit", *options, query=query)
    page = cast("PlaywrightView", view).page
    expect(page.locator("[data-cell=squares] .cm-content")).to_be_visible()
    return view, page


def write(page: Page, cell: str, text: str) -> None:
    """Replace all that is written in a cell, as somebody types."""
    page.locator(f"[data-cell={cell}] .cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def cells(page: Page) -> list[str]:
    return [str(cell.get_attribute("data-cell")) for cell in page.locator(".tn-cell").all()]


def shows(page: Page, cell: str, text: str) -> None:
    expect(page.locator(f"[data-cell={cell}] > .tn-output")).to_contain_text(text)


def settled(page: Page, cell: str, status: str = "idle") -> None:
    expect(page.locator(f"[data-cell={cell}]")).to_have_attribute("data-status", status)


def test_an_edit_runs_the_cell_and_what_depends_on_it(opening: Opening) -> None:
    view, page = open_editor(opening)
    view.wait_ready()
    before = view.stats
    assert before["cellsRun"] == 0

    write(page, "squares", "squares = [10]\nsum(squares)")
    edited = page.locator("[data-cell=squares]")
    expect(edited).to_have_attribute("data-edited", "")
    shows(page, "squares", "5")
    page.keyboard.press("ControlOrMeta+Enter")
    shows(page, "squares", "10")
    shows(page, "twice", "20")
    expect(edited).not_to_have_attribute("data-edited", "")
    expect(page.locator("html")).to_have_attribute("data-kernel", "ready")
    assert view.stats["cellsRun"] == 2


def test_what_is_typed_before_python_is_up_runs_as_soon_as_it_is(opening: Opening) -> None:
    view, page = open_editor(opening, "?boot=never")
    assert view.kernel == "off"
    write(page, "twice", "40 + 2")
    page.keyboard.press("Shift+Enter")
    settled(page, "twice", "queued")
    page.keyboard.type("'a new cell, ' + str(sum(squares))")  # the last cell has a new one after it
    page.keyboard.press("ControlOrMeta+Enter")
    view.wait_ready()
    shows(page, "twice", "42")
    shows(page, "c5", "a new cell, 5")
    assert cells(page) == ["c1", "amount", "squares", "twice", "c5"]


def test_cells_come_go_and_move_by_keys_alone(opening: Opening) -> None:
    view, page = open_editor(opening)
    view.wait_ready()
    page.locator("[data-cell=squares] .cm-content").click()
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.keyboard.type("between = 7\nbetween")
    page.keyboard.press("ControlOrMeta+Enter")
    shows(page, "c5", "7")
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+Shift+ArrowUp")
    assert cells(page) == ["c1", "amount", "c5", "squares", "twice"]
    page.keyboard.press("d")
    page.keyboard.press("d")
    assert cells(page) == ["c1", "amount", "squares", "twice"]
    expect(page.locator(".tn-toast")).to_contain_text("c5 was deleted.")
    page.locator(".tn-toast button").click()
    assert cells(page) == ["c1", "amount", "c5", "squares", "twice"]
    shows(page, "c5", "7")
    page.keyboard.press("a")
    page.keyboard.type("first")
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[data-cell=c5] .cm-content")).to_be_focused()
    assert cells(page) == ["c1", "amount", "c6", "c5", "squares", "twice"]


def test_a_cell_is_removed_with_what_it_defined(opening: Opening) -> None:
    view, page = open_editor(opening)
    view.wait_ready()
    page.locator("[data-cell=squares] .cm-content").click()
    page.keyboard.press("ControlOrMeta+Shift+Backspace")
    settled(page, "twice", "error")
    expect(page.locator("[data-cell=twice] .tn-error")).to_contain_text("squares")
    page.keyboard.press("z")
    shows(page, "squares", "5")
    shows(page, "twice", "10")
    settled(page, "twice")


def test_text_is_written_and_read_in_its_place(opening: Opening) -> None:
    _, page = open_editor(opening)
    page.locator("[data-cell=c1]").get_by_role("button", name="Write the text").click()
    editor = page.locator("[data-cell=c1] .cm-content")
    expect(editor).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("# Another title\n\nand `code`")
    page.keyboard.press("Shift+Enter")
    expect(page.locator("[data-cell=c1] h1")).to_have_text("Another title")
    expect(editor).to_be_hidden()


def test_names_and_disabled_cells(opening: Opening) -> None:
    view, page = open_editor(opening)
    view.wait_ready()
    page.locator("[data-cell=squares] .cm-content").click()
    page.keyboard.press("F2")
    page.keyboard.type("quadrate")
    page.keyboard.press("Enter")
    expect(page.locator("[data-cell=squares] .tn-cell-name")).to_have_text("quadrate")
    page.keyboard.press("e")
    expect(page.locator("[data-cell=squares]")).to_have_attribute("data-disabled", "")
    settled(page, "twice", "stale")
    page.keyboard.press("e")
    settled(page, "twice")


def test_the_palette_finds_what_can_be_done(opening: Opening) -> None:
    _, page = open_editor(opening)
    page.locator("[data-cell=squares] .cm-content").click()
    page.keyboard.press("ControlOrMeta+Shift+p")
    page.keyboard.type("insert text")
    expect(page.get_by_role("option")).to_have_text(["Insert text belowT"])
    page.keyboard.press("Enter")
    assert cells(page) == ["c1", "amount", "squares", "c5", "twice"]
    expect(page.locator("[data-cell=c5]")).to_have_attribute("data-kind", "markdown")


def test_find_and_replace_through_all_cells(opening: Opening) -> None:
    view, page = open_editor(opening)
    view.wait_ready()
    page.keyboard.press("ControlOrMeta+f")
    page.keyboard.type("squares")
    expect(page.locator(".tn-find output")).to_have_text("1 of 3")
    page.keyboard.press("Enter")
    expect(page.locator(".tn-find output")).to_have_text("2 of 3")
    page.get_by_label("Replace with").fill("quads")
    page.get_by_role("button", name="Replace all").click()
    expect(page.locator(".tn-find output")).to_have_text("3 replaced")
    expect(page.locator("[data-edited]")).to_have_count(2)
    page.keyboard.press("Escape")
    page.keyboard.press("ControlOrMeta+Shift+Enter")
    expect(page.locator("[data-edited]")).to_have_count(0)
    shows(page, "twice", "10")
    settled(page, "twice")


def test_a_restart_starts_with_what_was_edited(opening: Opening) -> None:
    view, page = open_editor(opening)
    view.wait_ready()
    write(page, "squares", "squares = [50]\nsum(squares)")
    page.keyboard.press("ControlOrMeta+Enter")
    shows(page, "twice", "100")
    page.evaluate("tiffin.restart()")
    view.wait_ready()
    shows(page, "squares", "50")
    shows(page, "twice", "100")
    write(page, "squares", "squares = [60]\nsum(squares)")
    page.keyboard.press("ControlOrMeta+Enter")
    shows(page, "twice", "120")


def test_code_that_edits_the_notebook_leaves_alone_what_is_being_written(opening: Opening) -> None:
    view, page = open_editor(opening)
    view.wait_ready()
    write(page, "squares", "squares = [1, 1]")
    code = (
        "import tiffin as tn\n"
        "async with tn.code_mode() as edits:\n"
        "    edits.edit_cell('twice', '2 * len(squares)')\n"
    )
    page.evaluate("async code => { for await (const _ of tiffin.execute(code)); }", code)
    shows(page, "twice", "6")
    expect(page.locator("[data-cell=twice] .cm-content")).to_contain_text("2 * len(squares)")
    expect(page.locator("[data-cell=squares] .cm-content")).to_have_text("squares = [1, 1]")
    expect(page.locator("[data-cell=squares]")).to_have_attribute("data-edited", "")


def test_two_hundred_cells_have_editors_only_where_somebody_looks(
    opening: Opening,
) -> None:
    def many(served: Served) -> None:
        path = served.folder / "notebook.json"
        notebook = json.loads(path.read_text())
        last = notebook["cells"][-1]
        notebook["cells"] += [
            {**last, "id": f"more{n}", "name": None, "source": f"m_{n} = {n}\nm_{n}"} for n in range(200)
        ]
        path.write_text(json.dumps(notebook))

    view, _ = opening("editing.py", "--mode", "edit", query="?boot=never", damage=many)
    page = cast("PlaywrightView", view).page
    expect(page.locator("[data-cell=squares] .cm-content")).to_be_visible()
    assert 3 <= page.locator(".cm-editor").count() < 60
    page.locator("[data-cell=more199]").scroll_into_view_if_needed()
    expect(page.locator("[data-cell=more199] .cm-content")).to_be_visible()


def test_python_helps_to_write(opening: Opening) -> None:
    view, page = open_editor(opening)
    view.wait_ready()
    editor = page.locator("[data-cell=twice] .cm-content")
    write(page, "twice", "squares.ap")
    choices = page.locator(".cm-tooltip-autocomplete li")
    expect(choices.filter(has_text="append")).to_be_visible()
    page.wait_for_timeout(200)  # a list that has just come up takes no key yet
    page.keyboard.press("Enter")
    expect(editor).to_have_text("squares.append")
    # How it is called, and which argument is at hand.
    page.keyboard.type("(1")
    expect(page.locator(".tn-signature")).to_have_text("append(object)")
    expect(page.locator(".tn-signature strong")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".tn-signature")).to_have_count(0)
    # Nothing is offered in a text, and names of the notebook are at hand before they are known.
    write(page, "twice", "'squ")
    page.wait_for_timeout(600)
    expect(choices).to_have_count(0)
    write(page, "twice", "squ")
    expect(choices.filter(has_text="squares")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("[data-cell=squares] .cm-line").first.get_by_text("squares").hover(
        position={"x": 24, "y": 8}
    )
    expect(page.locator(".tn-description")).to_contain_text("squares: list")


def test_what_would_be_wrong_is_said_while_it_is_written(opening: Opening) -> None:
    view, page = open_editor(opening)
    view.wait_ready()
    before = view.stats["cellsRun"]
    warning = page.locator("[data-cell=twice] > .tn-warning")
    write(page, "twice", "squares = 1")
    expect(warning).to_contain_text("'squares' is also defined by squares")
    write(page, "twice", "other = 1")
    expect(warning).to_have_count(0)
    write(page, "squares", "squares = other")
    write(page, "twice", "other = squares")
    expect(warning).to_contain_text("these cells need each other's results")
    assert view.stats["cellsRun"] == before
