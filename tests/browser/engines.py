"""Chromium with and without JSPI, Firefox and WebKitGTK, driven alike.

Whatever a page shows is read by JavaScript, so an engine is what opens addresses and evaluates expressions.
Playwright drives Chromium and Firefox, WebDriver drives WebKitGTK: Playwright's WebKit is one of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, sync_playwright

from tiffin.host.export.makers import missing_for
from tiffin.host.export.webkit import WebKit, open_webkit

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
READY = 60_000
"""Milliseconds after which a page that is not ready never will be."""

WITHOUT_JSPI = "delete WebAssembly.Suspending; delete WebAssembly.promising;\n"
COMPLAINING = """window.complaints = [];
setInterval(() => undefined, 50); // of a page at rest, WebKitGTK was seen never to answer WebDriver
addEventListener("error", event => complaints.push(event.message));
for (const level of ["error", "warn"]) {
  const say = console[level];
  console[level] = (...words) => { complaints.push(words.join(" ")); say.apply(console, words); };
}
"""
PATIENCE = READY / 1000
"""Seconds after which what a page does not show it never will."""


class EngineView(ABC):
    """A page that an engine has open: what it shows, and what it says of itself."""

    @abstractmethod
    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited if it is a promise."""

    @abstractmethod
    def reload(self) -> None:
        """Load the page again, until its document is there."""

    @abstractmethod
    def complaints(self) -> list[str]:
        """Errors and warnings in the page's console since it was opened."""

    @abstractmethod
    def close(self) -> None:
        """Leave the page: its worker ends."""

    def wait(self, expression: str) -> None:
        """Return once the expression is true; fail after PATIENCE seconds."""
        end = time.monotonic() + PATIENCE
        while not self.evaluate(f"Boolean({expression})"):
            assert time.monotonic() < end, f"never came true: {expression}"
            time.sleep(0.05)

    def wait_ready(self) -> None:
        self.wait("['ready', 'failed'].includes(document.documentElement.dataset.kernel)")
        assert self.kernel == "ready", self.text(".tn-status")

    @property
    def kernel(self) -> str:
        return self.root("kernel")

    @property
    def stats(self) -> dict[str, int]:
        """The page's counts; no times."""
        found: dict[str, Any] = self.evaluate("tiffin.stats()")
        return {name: int(count) for name, count in found.items() if name != "boot"}

    def root(self, name: str) -> str:
        """A `data-` attribute of the document's root."""
        return str(self.evaluate(f"document.documentElement.dataset[{json.dumps(name)}]"))

    def text(self, selector: str) -> str:
        """The text of the first such element as it is rendered, stripped; empty without one."""
        return str(self.evaluate(f"(document.querySelector({json.dumps(selector)})?.innerText ?? '').trim()"))

    def status(self, cell: str) -> str:
        return str(self.evaluate(f"document.querySelector('[data-cell={cell}]').dataset.status"))

    def origins(self) -> dict[str, str]:
        found: dict[str, str] = self.evaluate(
            "Object.fromEntries([...document.querySelectorAll('.tn-cell')]"
            ".map(cell => [cell.dataset.cell, cell.dataset.origin ?? '']))"
        )
        return found

    def outputs(self) -> dict[str, str]:
        found: dict[str, str] = self.evaluate(
            "Object.fromEntries([...document.querySelectorAll('.tn-cell')]"
            ".map(cell => [cell.dataset.cell, (cell.querySelector('.tn-output')?.innerText ?? '').trim()]))"
        )
        return found

    def output(self, cell: str) -> str:
        return self.text(f"[data-cell={cell}] .tn-output")

    def error(self, cell: str) -> str:
        return self.text(f"[data-cell={cell}] .tn-error:not([hidden])")

    def console_text(self, cell: str) -> str:
        return str(
            self.evaluate(f"document.querySelector('[data-cell={cell}] .tn-console')?.textContent ?? ''")
        )

    def set(self, name: str, value: Any) -> None:
        """Set a widget, and return when all that follows from it is shown."""
        self.evaluate(f"tiffin.setValue({json.dumps(name)}, {json.dumps(value)})")

    def notices(self) -> list[str]:
        found: list[str] = self.evaluate(
            "[...document.querySelectorAll('.tn-notice')].map(notice => notice.innerText.trim())"
        )
        return found


class Engine(Protocol):
    """A browser that runs."""

    name: str
    jspi: bool
    """Whether WebAssembly can wait for a promise in it."""

    def prepare(self, site: Path) -> None:
        """Make a served copy of a site such as this engine is to see it."""

    def open(self, url: str) -> EngineView:
        """Open an address, until its document is there."""


class PlaywrightView(EngineView):
    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: list[str] = []

        def note(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                self.said.append(f"{message.type}: {message.text}")

        page.on("console", note)
        page.on("pageerror", lambda error: self.said.append(f"error: {error}"))

    def evaluate(self, expression: str) -> Any:
        return self.page.evaluate(expression)

    def reload(self) -> None:
        self.page.reload(wait_until="domcontentloaded")

    def complaints(self) -> list[str]:
        return list(self.said)

    def close(self) -> None:
        self.page.context.close()


class PlaywrightEngine:
    """Chromium or Firefox: every page in a fresh profile."""

    def __init__(self, name: str, browser: Browser, *, jspi: bool) -> None:
        self.name = name
        self.jspi = jspi
        self.browser = browser

    def prepare(self, site: Path) -> None:
        if not self.jspi:
            prepend(WITHOUT_JSPI, site, "worker")

    def open(self, url: str) -> EngineView:
        view = PlaywrightView(self.new_page())
        view.page.goto(url, wait_until="domcontentloaded")
        return view

    def new_page(self, viewport: ViewportSize | None = None) -> Page:
        """A page in a fresh profile, which has opened nothing yet."""
        return self.browser.new_context(viewport=viewport).new_page()


class WebKitView(EngineView):
    def __init__(self, webkit: WebKit) -> None:
        self.webkit = webkit
        self.said: list[str] = []

    def evaluate(self, expression: str) -> Any:
        return self.webkit.call(f"() => ({expression})")

    def reload(self) -> None:
        self.said = self.complaints()
        self.webkit.reload()

    def complaints(self) -> list[str]:
        said: list[str] = self.evaluate("window.complaints ?? []")
        return self.said + said

    def close(self) -> None:
        self.webkit.open("about:blank")


class WebKitEngine:
    """WebKitGTK: one page at a time, in the one window that WebDriver has."""

    def __init__(self, webkit: WebKit) -> None:
        self.name = "webkit"
        self.jspi = False
        self._webkit = webkit

    def prepare(self, site: Path) -> None:
        prepend(COMPLAINING, site, "page")  # WebDriver cannot tell what a console said

    def open(self, url: str) -> EngineView:
        self._webkit.open(url)
        return WebKitView(self._webkit)


def prepend(code: str, site: Path, entry: str) -> None:
    """Make a site's page or worker run this first."""
    (script,) = site.glob(f"assets/{entry}-*.js")
    script.write_text(code + script.read_text("utf-8"), "utf-8")


def program(title: str, name: str, variable: str | None = None) -> str:
    """The path of a program that the environment or PATH names; a failure without one."""
    asked = os.environ.get(variable) if variable else None
    found = asked or shutil.which(name)
    if found is None or not Path(found).is_file():
        other = f", or set {variable}" if variable else ""
        pytest.fail(f"{title} is missing ({asked or name}): run build/browsers.sh{other}.", pytrace=False)
    return found


@contextmanager
def chromium(name: str = "chromium", *, jspi: bool = True) -> Iterator[Engine]:
    path = program("Chromium", "chromium", "TIFFIN_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield PlaywrightEngine(name, browser, jspi=jspi)
        browser.close()


@contextmanager
def chromium_without_jspi() -> Iterator[Engine]:
    with chromium("chromium-no-jspi", jspi=False) as engine:
        yield engine


@contextmanager
def firefox() -> Iterator[Engine]:
    path = program("Firefox", "firefox-esr", "TIFFIN_FIREFOX")
    with sync_playwright() as playwright:
        browser = playwright.firefox.launch(channel="moz-firefox", executable_path=path)
        yield PlaywrightEngine("firefox", browser, jspi=True)
        browser.close()


@contextmanager
def webkit(*, shared: bool = True) -> Iterator[Engine]:
    """WebKitGTK; it has memory that threads share only where it is told so, whatever it says of isolation."""
    missing = missing_for("webkit")
    if missing is not None:
        pytest.fail(f"WebKitGTK needs {missing}: run build/browsers.sh.", pytrace=False)
    with open_webkit({"JSC_useSharedArrayBuffer": str(int(shared))}, PATIENCE) as driven:
        yield WebKitEngine(driven)


ENGINES: dict[str, Callable[[], Any]] = {
    "chromium": chromium,
    "chromium-no-jspi": chromium_without_jspi,
    "firefox": firefox,
    "webkit": webkit,
}
"""Name -> context manager of the engine."""
