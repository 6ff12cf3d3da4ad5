"""Take the pictures of the documentation: a page in light, in dark, and on a phone.

    python build/screenshots.py SITE [FOLDER]

SITE is an exported example (`tiffin export html-wasm examples/lunch.py -o SITE --execute`) or a playground,
in which a notebook is then written; the pictures are written to docs/images, named after the notebook or the
playground. Needs Playwright and a Chromium (`CHROMIUM`, or the one that Playwright knows).
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tiffin.host.server.static import make_server

SHOTS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1200, "height": 960}},
    "dark": {"viewport": {"width": 1200, "height": 960}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True},
}
WRITTEN: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1200, "height": 680}, "device_scale_factor": 1.5},
    "dark": {"viewport": {"width": 1200, "height": 680}, "device_scale_factor": 1.5, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True},
}
LARGEST = 300_000

SLIDER = """import tiffin as tn

speed = tn.ui.slider(5, 40, value=20, label="Speed, m/s")
speed"""
NUMBERS = """height = speed.value**2 / (2 * 9.81)
tn.hstack([
    tn.stat(f"{height:.1f} m", label="Height"),
    tn.stat(f"{2 * speed.value / 9.81:.1f} s", label="Back after"),
])"""
BEGUN = """heights = [speed.value * t / 10 - 9.81 * (t / 10) ** 2 / 2 for t in range(20)]
round(max(he"""


def write_notebook(page: Page) -> None:
    """Write two cells that run, and begin a third."""
    editors = page.locator(".cm-content")
    for index, source in enumerate((SLIDER, NUMBERS)):
        editors.nth(index).click()
        page.keyboard.insert_text(source)
        page.keyboard.press("Alt+Enter")
        page.locator(f".tn-cell:nth-of-type({index + 1})[data-status=idle]").wait_for(timeout=120_000)
    editors.nth(2).click()
    page.keyboard.insert_text(BEGUN[:-1])
    page.keyboard.type(BEGUN[-1])
    page.locator(".cm-tooltip-autocomplete").wait_for()


def take_written(browser: Browser, url: str, path: Path, options: dict[str, Any]) -> None:
    """Write a picture of a playground in which somebody is writing."""
    context = browser.new_context(**options)
    page = context.new_page()
    page.goto(url)
    write_notebook(page)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(800)
    save(page, path)


def take(browser: Browser, url: str, path: Path, options: dict[str, Any]) -> None:
    """Write a picture of the page, live, with its first chart in view."""
    context = browser.new_context(**options)
    page = context.new_page()
    page.goto(f"{url}?boot=eager")
    page.wait_for_selector("html[data-kernel=ready]", state="attached", timeout=120_000)
    page.wait_for_selector("tn-slider[data-live]")
    # The heading above the first widget, just below the bar.
    page.evaluate(
        "() => {"
        " const headings = [...document.querySelectorAll('h1, h2')];"
        " const widget = document.querySelector('[data-element]');"
        " const above = headings.filter(h => h.compareDocumentPosition(widget) & 4).pop();"
        " scrollTo(0, above.getBoundingClientRect().top + scrollY - 72); }"
    )
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)
    save(page, path)


def save(page: Page, path: Path) -> None:
    """Write a picture, and leave the page."""
    page.screenshot(path=str(path))
    page.context.close()
    if path.stat().st_size > LARGEST:
        raise SystemExit(f"{path} is larger than {LARGEST:,} bytes")
    print(f"{path}: {path.stat().st_size:,} bytes")


def main(site: Path, folder: Path) -> None:
    """Serve `site` and write its pictures to `folder`."""
    editable = 'data-mode="edit"' in (site / "index.html").read_text("utf-8")
    name = "playground" if editable else json.loads((site / "notebook.json").read_text("utf-8"))["name"]
    server = make_server(site, "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    folder.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        for shot, options in (WRITTEN if editable else SHOTS).items():
            (take_written if editable else take)(browser, url, folder / f"{name}-{shot}.png", options)
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    default = Path(__file__).resolve().parent.parent / "docs" / "images"
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else default)
