"""Measure how Python starts in an exported page, against a bare worker that does the stock `loadPyodide`.

    python bench/boot.py [--quick] [--runs N] [--engines NAME...] [--output FOLDER]

One run visits every page in turn, in Chromium, Firefox and WebKitGTK: in a new profile, a second time in the
same profile, and in a new profile over a slow line. Medians go to `bench/results/boot.md` and `boot.json`.
`--quick` makes one run and writes nothing unless it is told where.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from boot_report import NAMES, Sample, report
from playwright.sync_api import BrowserContext, sync_playwright
from run import SETTLE, WATCH, profile
from selenium.common.exceptions import TimeoutException
from served import ROOT, STOCK, Server, add_stock, bytes_by_kind, export

sys.path.insert(0, str(ROOT / "tests" / "browser"))

from engines import EngineView, PlaywrightView, WebKitView, prepend, program, webkit  # beside the tests

DEFAULT, SCIENTIFIC = "314.0.7", "0.27.7"
PACKAGES = ("numpy", "pandas")
PATIENCE = 120_000
"""Milliseconds after which Python that has not started never will."""
LINGER = 1.0
"""Seconds before a first visit ends: what a browser keeps for the next one, it writes when it has time."""
STOPS = 5
NOTEBOOK_RUN = "notebook, run"

# A page's scripts are given this to run first, in every engine alike.
TELL_READY = """window.bootReady = new Promise((resolve, reject) => {
  const look = () => {
    const kernel = document.documentElement.dataset.kernel;
    if (kernel === "ready") resolve(performance.now());
    if (kernel === "failed") reject(new Error("Python did not start"));
  };
  new MutationObserver(look).observe(document.documentElement, { attributeFilter: ["data-kernel"] });
});
"""
READY = f"""Promise.race([
  window.bootReady,
  new Promise((_, reject) => setTimeout(() => reject(new Error("Python has not started")), {PATIENCE})),
])"""
STOP = """(async () => {
  const cell = document.querySelector("[data-cell=busy]");
  const becomes = (wanted) => new Promise((resolve) => {
    const look = () => wanted(cell.dataset.status) && resolve(performance.now());
    new MutationObserver(look).observe(cell, { attributeFilter: ["data-status"] });
    look();
  });
  const done = tiffin.setValue("spin", true);
  await becomes((status) => status === "running");
  await new Promise((resolve) => setTimeout(resolve, 300));
  const asked = performance.now();
  const ended = becomes((status) => status !== "running");
  if (!tiffin.interrupt()) throw new Error("nothing to interrupt");
  const took = (await ended) - asked;
  await done;
  await tiffin.setValue("spin", false);
  return took;
})()"""


@dataclass(frozen=True)
class Variant:
    """A page to measure: `path` is how Python starts in it, None in a bare worker."""

    group: str
    name: str
    server: Server
    address: str
    path: str | None = None
    restores: bool = False
    """Whether every cell's result is in the site."""


class Browser(Protocol):
    """An engine with a profile."""

    def open(self, url: str) -> EngineView:
        """Open an address, until its document is there."""

    def leave(self, view: EngineView) -> None:
        """Close a page, but not the browser."""

    def peak(self) -> int | None:
        """The most memory that a page's process has ever had, in bytes; None where it cannot be told."""


class PlaywrightBrowser:
    """Chromium or Firefox."""

    def __init__(self, context: BrowserContext, folder: Path) -> None:
        self._context = context
        self._folder = folder

    def open(self, url: str) -> EngineView:
        """Open a page."""
        view = PlaywrightView(self._context.new_page())
        view.page.goto(url, wait_until="domcontentloaded")
        return view

    def leave(self, view: EngineView) -> None:
        """Close the page."""
        assert isinstance(view, PlaywrightView)
        view.page.close()

    def peak(self) -> int | None:
        """Of the largest of Chromium's renderers; the others are spare."""
        return peak_memory(self._folder)


class WebKitBrowser:
    """WebKitGTK, which has one window."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def open(self, url: str) -> EngineView:
        """Open a page."""
        view: EngineView = self._engine.open(url)
        return view

    def leave(self, view: EngineView) -> None:
        """Show nothing instead."""
        view.close()

    def peak(self) -> int | None:
        """Say nothing."""
        return None


def peak_memory(profile_folder: Path) -> int | None:
    """The peak resident set of the largest renderer of the Chromium with a profile; None if there is none."""
    parents: dict[int, int] = {}
    commands: dict[int, list[str]] = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            number = int(process.name)
            parents[number] = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            commands[number] = (process / "cmdline").read_text().replace("\0", " ").split()
        except (OSError, ValueError, IndexError):
            continue  # it has ended

    def belongs(number: int) -> bool:
        while number in parents:
            if f"--user-data-dir={profile_folder}" in commands.get(number, ()):
                return True
            number = parents[number]
        return False

    peaks = []
    for number, words in commands.items():
        if "--type=renderer" in words and belongs(number):
            try:
                lines = Path(f"/proc/{number}/status").read_text().splitlines()
            except OSError:
                continue
            peaks += [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")]
    return max(peaks, default=None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium with a new profile, whose pages tell when their first output is on the screen."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name,
        sync_playwright() as playwright,
        profile(playwright, Path(name)) as context,
    ):
        context.add_init_script(WATCH)
        yield PlaywrightBrowser(context, Path(name))


@contextmanager
def firefox() -> Iterator[Browser]:
    """Firefox with a new profile."""
    path = program("Firefox", "firefox-esr", "TIFFIN_FIREFOX")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name, sync_playwright() as playwright:
        context = playwright.firefox.launch_persistent_context(
            name, channel="moz-firefox", executable_path=path
        )
        try:
            time.sleep(SETTLE)
            yield PlaywrightBrowser(context, Path(name))
        finally:
            context.close()


@contextmanager
def webkitgtk() -> Iterator[Browser]:
    """WebKitGTK as WebDriver starts it."""
    with webkit() as engine:
        time.sleep(SETTLE)
        yield WebKitBrowser(engine)


ENGINES: dict[str, Callable[[], Any]] = {"chromium": chromium, "firefox": firefox, "webkit": webkitgtk}


def visit(browser: Browser, variant: Variant, engine: str, condition: str) -> Sample:
    """Open a page, wait until Python is ready in it, and close it."""
    server = variant.server
    server.reset()
    view = browser.open((server.slow_url if condition == "slow" else server.url) + variant.address)
    ready = float(view.evaluate(READY))
    # What is fetched from now on, nobody has waited for.
    lines = server.lines_until((float(view.evaluate("performance.timeOrigin")) + ready) / 1000)
    first, phases = None, {}
    if variant.path is not None:
        stats = view.evaluate("tiffin.stats()")
        boot = stats["boot"]
        assert boot["path"] == variant.path, f"{engine}, {variant.name}: {boot}"
        if variant.restores:
            assert stats["cellsRun"] == 0, "a cell ran: this is no measure of restoring"
        phases = {name: float(at) for name, at in boot["phases"].items()}
        if variant.restores and engine == "chromium":
            first = float(view.evaluate("window.firstOutput"))
    peak = browser.peak() if engine == "chromium" else None
    if condition == "cold":
        time.sleep(LINGER)
    browser.leave(view)
    kinds = bytes_by_kind(lines)
    return Sample(
        engine, condition, variant.group, variant.name, ready, first, len(lines), kinds, phases, peak
    )


def measure(variants: list[Variant], engines: list[str], runs: int) -> Iterator[Sample]:
    """Visit every page in turn, again and again. A round in which an engine hangs is left out, and said:
    WebKitGTK does under WebDriver, now and then."""
    for index in range(runs):
        for engine in engines:
            chosen = [one for one in variants if one.group == "example" or engine == "chromium"]
            try:
                yield from list(_round(chosen, engine, f"run {index + 1} of {runs}"))
            except (TimeoutError, TimeoutException):
                print(f"run {index + 1} of {runs}: {engine} hung, and is left out of it", file=sys.stderr)


def _round(variants: list[Variant], engine: str, title: str) -> Iterator[Sample]:
    for variant in variants:
        print(f"{title}: {engine}, {variant.group}, {variant.name}", file=sys.stderr)
        with ENGINES[engine]() as browser:
            yield visit(browser, variant, engine, "cold")
            yield visit(browser, variant, engine, "again")
    for variant in variants if engine == "chromium" else ():
        if variant.name == NOTEBOOK_RUN:
            continue  # long, and tells nothing that a fast line does not
        print(f"{title}: slow line, {variant.group}, {variant.name}", file=sys.stderr)
        with ENGINES[engine]() as browser:
            yield visit(browser, variant, engine, "slow")


def measure_stops(server: Server) -> list[float]:
    """How many ms a busy cell goes on after `tiffin.interrupt()`, a few times."""
    with chromium() as browser:
        view = browser.open(f"{server.url}?boot=eager")
        view.evaluate(READY)
        assert view.evaluate("crossOriginIsolated") is True
        return [float(view.evaluate(STOP)) for _ in range(STOPS)]


def prepare(folder: Path, serve: Callable[[Path], Server]) -> tuple[list[Variant], Server]:
    """Make the sites, and serve them; return the pages to measure, and the site with a busy cell."""
    stock = folder / STOCK
    stock.mkdir()
    server = serve(stock)
    variants = [
        Variant("example", STOCK, server, add_stock(stock, DEFAULT)),
        Variant("scientific", STOCK, server, add_stock(stock, SCIENTIFIC, PACKAGES)),
    ]
    pages = ROOT / "bench" / "notebooks"
    lunch = ROOT / "examples" / "lunch.py"
    science = pages / "scientific.py"
    old = ("--pyodide", SCIENTIFIC, "--offline")
    whole = (*old, "--snapshot", "notebook")
    for group, name, path, notebook, options in (
        ("example", "bytecode", "bytecode", lunch, ("--execute", "--snapshot", "none")),
        ("example", "snapshot", "snapshot", lunch, ("--execute", "--snapshot", "kernel")),
        # Not executed: the cell with the imports runs in the page, before it is ready.
        ("scientific", "kernel, run", "snapshot", science, (*old, "--snapshot", "kernel")),
        ("scientific", NOTEBOOK_RUN, "snapshot", science, whole),
        # Nothing runs: everything is imported as soon as Python is there.
        ("scientific", "notebook, restored", "snapshot", science, (*whole, "--execute")),
    ):
        site = export(notebook, folder / f"{group} {name}", *options)
        prepend(TELL_READY, site, "page")
        variants.append(Variant(group, name, serve(site), "?boot=eager", path, "--execute" in options))
    busy = export(pages / "busy.py", folder / "busy")
    prepend(TELL_READY, busy, "page")
    return sorted(variants, key=lambda variant: variant.group), serve(busy)


def versions(engines: list[str]) -> str:
    """What the browsers call themselves."""
    found = []
    for engine in engines:
        with ENGINES[engine]() as browser:
            view = browser.open("about:blank")
            if isinstance(view, WebKitView):
                version = str(view.webkit.driver.capabilities["browserVersion"])
            else:
                agent = str(view.evaluate("navigator.userAgent"))
                version = agent.partition({"chromium": "Chrome/", "firefox": "Firefox/"}[engine])[2].split(
                    "."
                )[0]
        found.append(f"{NAMES[engine]} {version}")
    return ", ".join(found)


def main() -> None:
    """Measure, and write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one run; nothing is written without --output")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--engines", nargs="+", choices=sorted(ENGINES), default=list(ENGINES))
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    runs = 1 if arguments.quick else arguments.runs
    output = arguments.output or (None if arguments.quick else ROOT / "bench" / "results")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:

        def serve(site: Path) -> Server:
            server = Server(site)
            stack.callback(server.stop)
            return server

        variants, busy = prepare(Path(name), serve)
        samples = list(measure(variants, arguments.engines, runs))
        stops = measure_stops(busy) if "chromium" in arguments.engines else []
    text = report(samples, stops, runs, versions(arguments.engines))
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        (output / "boot.md").write_text(text, "utf-8")
        data = {"visits": [vars(sample) for sample in samples], "stops": stops}
        (output / "boot.json").write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
