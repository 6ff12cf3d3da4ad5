"""Real Chromium, and exported sites behind a real `tiffin serve` process."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from engines import ARGUMENTS, ENGINES, READY, Engine, EngineView, PlaywrightEngine
from hosts import Host
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

NOTEBOOKS = Path(__file__).parent / "notebooks"
TIFFIN = Path(sys.executable).with_name("tiffin")
CHROMIUM = os.environ.get("TIFFIN_CHROMIUM") or shutil.which("chromium") or "chromium"
RAW = "raw"
"""An option of `sites` only: export without executing."""


@dataclass
class Served:
    """A site behind a server process; `requests` are its answers so far as `STATUS METHOD PATH BYTES`."""

    url: str
    folder: Path
    process: subprocess.Popen[str]
    requests: list[str] = field(default_factory=list)

    def paths(self, status: int = 200) -> list[str]:
        return [line.split(" ")[2] for line in self.requests if line.startswith(str(status))]

    @property
    def sent(self) -> int:
        """Bytes of bodies so far."""
        return sum(int(line.split(" ")[3]) for line in self.requests)


@dataclass
class View:
    """A page that was opened, and what its console said."""

    page: Page
    console: list[str] = field(default_factory=list)

    def wait_ready(self) -> None:
        self.page.locator("html[data-kernel=ready], html[data-kernel=failed]").wait_for(
            state="attached", timeout=READY
        )
        assert self.kernel == "ready", self.page.locator(".tn-status").inner_text()

    @property
    def kernel(self) -> str:
        return str(self.page.evaluate("document.documentElement.dataset.kernel"))

    @property
    def stats(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page.evaluate("tiffin.stats()")
        return found

    def origins(self) -> dict[str, str]:
        found: dict[str, str] = self.page.evaluate(
            "Object.fromEntries([...document.querySelectorAll('.tn-cell')]"
            ".map(cell => [cell.dataset.cell, cell.dataset.origin]))"
        )
        return found

    def output(self, cell: str) -> str:
        return self.page.locator(f"[data-cell={cell}] .tn-output").inner_text()

    def console_text(self, cell: str) -> str:
        return self.page.locator(f"[data-cell={cell}] .tn-console").text_content() or ""

    def set(self, name: str, value: Any) -> None:
        self.page.evaluate("([name, value]) => tiffin.setValue(name, value)", [name, value])

    def notices(self) -> list[str]:
        return self.page.locator(".tn-notice").all_inner_texts()


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Exports a notebook of this folder, once for each set of options."""
    made: dict[tuple[str, ...], Path] = {}
    cache = tmp_path_factory.mktemp("cache")

    def export(name: str, *options: str) -> Path:
        if (name, *options) not in made:
            site = tmp_path_factory.mktemp("site") / "site"
            command = [str(TIFFIN), "export", "html-wasm", str(NOTEBOOKS / name), "-o", str(site)]
            command += [option for option in options if option != RAW]
            if RAW not in options:
                command += ["--execute", "--cache", str(cache)]
            subprocess.run(command, check=True, capture_output=True, text=True)
            made[name, *options] = site
        return made[name, *options]

    return export


@contextmanager
def serving(site: Path, folder: Path) -> Iterator[Served]:
    """Serves a copy of a site in `folder`, which a test may damage, by a `tiffin serve` of its own."""
    shutil.copytree(site, folder)
    process = subprocess.Popen(
        [str(TIFFIN), "serve", str(folder), "--port", "0", "--verbose"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    served = Served(process.stdout.readline().strip(), folder, process)

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            served.requests.append(line.strip())

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    yield served
    process.terminate()
    process.wait(10)
    reader.join(10)
    process.stdout.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[Path], Served]]:
    """Serves copies of sites, as `serving` does."""
    with ExitStack() as stack:
        numbers = itertools.count()
        yield lambda site: stack.enter_context(serving(site, tmp_path / f"served-{next(numbers)}"))


@pytest.fixture
def hosting(tmp_path: Path) -> Iterator[Callable[[Path, Mapping[str, str]], Host]]:
    """Puts a copy of a site, which a test may alter, on a host that sends these headers and no others."""
    hosts: list[Host] = []

    def start(site: Path, headers: Mapping[str, str]) -> Host:
        folder = tmp_path / f"hosted-{len(hosts)}"
        shutil.copytree(site, folder)
        hosts.append(Host(folder, headers))
        return hosts[-1]

    yield start
    for host in hosts:
        host.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., View]]:
    """Opens an address in a fresh profile; at the end of the test no page may have complained."""
    views: list[View] = []

    def open_page(url: str, **options: Any) -> View:
        context = chromium.new_context(**options)
        view = View(context.new_page())

        def note(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                view.console.append(f"{message.type}: {message.text}")

        view.page.on("console", note)
        view.page.on("pageerror", lambda error: view.console.append(f"error: {error}"))
        view.page.goto(url, wait_until="domcontentloaded")
        views.append(view)
        return view

    yield open_page
    complaints = [line for view in views for line in view.console]
    for view in views:
        view.page.context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A playground's site, served; nobody may damage it."""
    folder = tmp_path_factory.mktemp("playground")
    command = [str(TIFFIN), "playground", "-o", str(folder / "site")]
    subprocess.run(command, check=True, capture_output=True, text=True)
    with serving(folder / "site", folder / "served") as served:
        yield served


@pytest.fixture
def profile(engine: Engine) -> Iterator[BrowserContext]:
    """A visitor's browser, in which several pages may be open."""
    assert isinstance(engine, PlaywrightEngine)
    context = engine.browser.new_context()
    yield context
    context.close()


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine in turn; a module that wants fewer of them names these (`indirect`)."""
    with ENGINES[request.param]() as started:
        yield started


@pytest.fixture
def opening(
    engine: Engine, sites: Callable[..., Path], serve: Callable[[Path], Served]
) -> Iterator[Callable[..., tuple[EngineView, Served]]]:
    """Serves a notebook's site, exported with `options` and damaged or not, and opens it; at the end no page
    may have complained, but for those that `may_complain`."""
    views: list[EngineView] = []
    quiet: list[EngineView] = []

    def start(
        name: str,
        *options: str,
        query: str = "",
        damage: Callable[[Served], None] | None = None,
        may_complain: bool = False,
    ) -> tuple[EngineView, Served]:
        served = serve(sites(name, *options))
        engine.prepare(served.folder)
        if damage is not None:
            damage(served)
        views.append(engine.open(served.url + query))
        if not may_complain:
            quiet.append(views[-1])
        return views[-1], served

    yield start
    complaints = [line for view in quiet for line in view.complaints()]
    for view in views:
        view.close()
    assert complaints == []
