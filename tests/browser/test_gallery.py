"""The gallery in Chromium: a list to choose from, pages that run nothing, and notebooks that open in the
playground and show there what their pages show."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from conftest import TIFFIN, Served, View, serving
from engines import READY
from playwright.sync_api import Browser, ViewportSize, expect
from test_accessibility import PHONE, WIDE, violations

pytestmark = pytest.mark.browser

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = ["coin.py", "mortgage.py", "garden.ipynb"]

Theme = Literal["light", "dark"]


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A small gallery, served; nobody may damage it."""
    folder = tmp_path_factory.mktemp("gallery")
    command = [str(TIFFIN), "export", "html-wasm", *(str(EXAMPLES / name) for name in NAMES)]
    command += ["-o", str(folder / "site"), "--execute", "--playground", "--cache", str(folder / "cache")]
    subprocess.run(command, check=True, capture_output=True, text=True)
    with serving(folder / "site", folder / "served") as served:
        yield served


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_list_is_for_everybody(
    gallery: Served, visit: Callable[..., View], theme: Theme, viewport: ViewportSize
) -> None:
    view = visit(gallery.url, color_scheme=theme, viewport=viewport, reduced_motion="reduce")
    assert violations(view) == []
    pictures = "[...document.images].map(async (image) => (await image.decode(), image.naturalWidth > 0))"
    view.page.evaluate("document.querySelectorAll('img').forEach((image) => { image.loading = 'eager'; })")
    assert view.page.evaluate(f"Promise.all({pictures})") == [True] * len(NAMES)
    assert view.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_list_is_used_by_keys(gallery: Served, visit: Callable[..., View]) -> None:
    page = visit(gallery.url).page
    names: list[str] = []
    for _ in range(2 * len(NAMES)):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.textContent"))
    assert names[:2] == ["Is this coin fair?", "Open in the playground: Is this coin fair?"]
    assert len(set(names)) == 2 * len(NAMES)
    page.get_by_role("link", name="What a house really costs", exact=True).press("Enter")
    expect(page.locator("h1")).to_have_text("What a house really costs")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_restores_and_runs_nothing(gallery: Served, visit: Callable[..., View], name: str) -> None:
    view = visit(f"{gallery.url}{Path(name).stem}/", reduced_motion="reduce")
    view.wait_ready()
    assert view.stats["cellsRun"] == 0
    assert view.stats["cellsRestored"] > 0
    assert set(view.origins().values()) <= {"export", "cache"}
    assert view.notices() == []
    assert violations(view) == []


def outputs(view: View, *, beneath: str) -> list[str]:
    """What the cells show, without what only has names and widgets in it."""
    found: list[str] = view.page.evaluate(
        "(selector) => [...document.querySelectorAll(selector)]"
        ".map((output) => output.querySelector('[data-element]') ? '' : output.textContent)",
        beneath,
    )
    return [" ".join(text.split()) for text in found if text.strip()]


def test_a_card_opens_its_notebook_in_the_playground(
    gallery: Served, chromium: Browser, visit: Callable[..., View]
) -> None:
    exported = visit(f"{gallery.url}coin/")
    exported.wait_ready()
    view = visit(gallery.url)
    view.page.get_by_role("link", name=re.compile("^Open in the playground.*coin fair")).click()
    html = view.page.locator("html")
    expect(html).to_have_attribute("data-playground", "open", timeout=READY)
    expect(html).to_have_attribute("data-foreign", "")
    expect(view.page.locator(".tn-name")).to_have_text("coin")
    assert view.kernel == "off"
    view.page.get_by_role("button", name="Run it").click()
    expect(html).to_have_attribute("data-kernel", "ready", timeout=READY)
    code = ".tn-cell[data-kind=code] > .tn-output"
    expect(view.page.locator("[data-cell=verdict] > .tn-output")).to_contain_text(
        "Not settled", timeout=READY
    )
    wanted = outputs(exported, beneath=code)
    assert len(wanted) >= 4
    assert outputs(view, beneath=code) == wanted
    assert set(view.origins().values()) <= {"run", "export", "none"}
