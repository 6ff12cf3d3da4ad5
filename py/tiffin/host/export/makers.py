"""Browsers in which interpreter snapshots are made: one fits only engines of the family that made it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from tiffin.errors import UsageError
from tiffin.host.export.webkit import WebKit, open_webkit

Family: TypeAlias = Literal["chromium", "webkit"]
"""Engines of which one can restore what another has made; Firefox restores Chromium's."""

FAMILIES: tuple[Family, ...] = ("chromium", "webkit")

PATIENCE = 300
"""Seconds that making a snapshot may take."""

_MAKE = """(script, config) => new Promise((resolve) => {
  const worker = new Worker(script, { type: "module" });
  worker.onmessage = (event) => { resolve(event.data); };
  worker.onerror = (event) => { resolve({ kind: "failed", reason: event.message || "its worker failed" }); };
  worker.postMessage(config);
})"""


class Maker(Protocol):
    """A browser that runs the script which makes snapshots."""

    family: Family

    def make(self, page: str, script: str, config: dict[str, Any]) -> dict[str, Any]:
        """Open the address `page`, run the worker `script` with `config` there, and return its answer."""


class _Chromium:
    family: Family = "chromium"

    def __init__(self, browser: Any) -> None:
        self._browser = browser

    def make(self, page: str, script: str, config: dict[str, Any]) -> dict[str, Any]:
        opened = self._browser.new_page()
        opened.goto(page)
        done: dict[str, Any] = opened.evaluate(
            f"([script, config]) => ({_MAKE})(script, config)", [script, config]
        )
        opened.close()
        return done


class _WebKit:
    family: Family = "webkit"

    def __init__(self, webkit: WebKit) -> None:
        self._webkit = webkit

    def make(self, page: str, script: str, config: dict[str, Any]) -> dict[str, Any]:
        self._webkit.open(page)
        done: dict[str, Any] = self._webkit.call(_MAKE, script, config)
        return done


def missing_for(family: Family) -> str | None:
    """What has to be installed before a snapshot of `family` can be made here, in words; None if nothing."""
    try:
        if sys.version_info < (3, 14):
            import backports.zstd  # noqa: F401 (an optional dependency, as the others are)
        if family == "chromium":
            import playwright.sync_api  # noqa: F401
        else:
            import selenium.webdriver  # noqa: F401
    except ImportError:
        return "pip install 'tiffin[snapshot]'"
    if family == "chromium":
        return None if chromium_path() else "Chromium (or TIFFIN_CHROMIUM that names one)"
    programs = ("WebKitWebDriver", "Xvfb")
    return next((f"{name}, which is not on PATH" for name in programs if shutil.which(name) is None), None)


def chromium_path() -> str | None:
    """The Chromium or Chrome that the environment or PATH names."""
    asked = os.environ.get("TIFFIN_CHROMIUM")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = asked or next(filter(None, map(shutil.which, names)), None)
    return found if found is not None and Path(found).is_file() else None


def open_maker(family: Family) -> AbstractContextManager[Maker]:
    """Start a browser of `family`; `UsageError` says what is missing."""
    missing = missing_for(family)
    if missing is not None:
        raise UsageError(f"a snapshot for {family} cannot be made here: it needs {missing}")
    return _chromium() if family == "chromium" else _webkit()


@contextmanager
def _chromium() -> Iterator[Maker]:
    from playwright.sync_api import sync_playwright

    # Whether Chromium can have a sandbox depends on where this runs; only our own page is opened in it.
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=arguments)
        yield _Chromium(browser)
        browser.close()


@contextmanager
def _webkit() -> Iterator[Maker]:
    with open_webkit({}, PATIENCE) as webkit:
        yield _WebKit(webkit)
