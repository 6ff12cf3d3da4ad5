"""Measure the exported example against a bare worker that does the stock `loadPyodide`, on the same server.

    python bench/run.py [--runs N] [--output FOLDER]

One run alternates the two pages, in cold profiles (a new one each time) and warm ones (a second visit), in
Chromium, and writes the medians and their ratios to `bench/results/page.md` and `page.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright
from served import ROOT, Server, add_stock, export

sys.path.insert(0, str(ROOT / "tests" / "browser"))

from engines import ARGUMENTS  # beside the tests

CHROMIUM = os.environ.get("TIFFIN_CHROMIUM") or shutil.which("chromium") or "chromium"
PYODIDE = "314.0.7"
SETTLE = 3.0
"""Seconds from a browser's start to its first visit: Chromium is busy with pages of its own menus then."""
WIDGET = "boxes"

# The first moment at which an output of a cell is on the screen, as the browser itself saw it.
WATCH = """
new PerformanceObserver(() => undefined).observe({ type: "paint", buffered: true });
window.firstOutput = new Promise((resolve) => {
  const look = () => {
    const output = document.querySelector("[data-kind=code] .tn-output :first-child");
    if (output !== null && output.getBoundingClientRect().height > 0) resolve(performance.now());
    else requestAnimationFrame(look);
  };
  look();
});
window.kernelReady = new Promise((resolve) => {
  const check = () => document.documentElement?.dataset.kernel === "ready" && resolve(performance.now());
  const wanted = { attributes: true, subtree: true, attributeFilter: ["data-kernel"] };
  new MutationObserver(check).observe(document, wanted);
});
"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
SLIDE = """
async ([name, cell, value]) => {
  const output = document.querySelector(`[data-cell=${cell}] .tn-output`);
  const changed = new Promise((resolve) => {
    const stop = () => resolve(performance.now());
    new MutationObserver(stop).observe(output, { childList: true, subtree: true });
  });
  const started = performance.now();
  tiffin.setValue(name, value);
  return (await changed) - started;
}
"""


@dataclass(frozen=True)
class Example:
    """The page to measure: its site, a widget, and a cell that shows what the widget's value gives; `bare` is
    the address of the page to compare it with."""

    site: Path
    bare: str
    widget: str
    cell: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Sample:
    """One visit; times in milliseconds since navigation started, bytes as sent."""

    first_output: float | None
    first_paint: float | None
    ready: float
    slide: float | None
    requests: int
    sent: int


@contextmanager
def profile(playwright: Playwright, folder: Path) -> Iterator[BrowserContext]:
    """A Chromium with the profile in `folder`, which has made its own windows: that is no part of a visit."""
    context = playwright.chromium.launch_persistent_context(
        str(folder), executable_path=CHROMIUM, args=ARGUMENTS, headless=True
    )
    try:
        time.sleep(SETTLE)
        yield context
    finally:
        context.close()


def visit_example(page: Page, url: str, example: Example) -> tuple[float, float | None, float, float]:
    """Return first output, first paint, kernel ready, and slider to output."""
    page.add_init_script(WATCH)
    page.goto(url)
    ready = float(page.evaluate("window.kernelReady"))
    assert page.evaluate("tiffin.stats().cellsRun") == 0, "a cell ran: this is no measure of restoring"
    first = float(page.evaluate("window.firstOutput"))
    paint = page.evaluate(PAINT)
    slides = []
    for value in example.values:
        slides.append(float(page.evaluate(SLIDE, [example.widget, example.cell, value])))
        page.locator("html[data-kernel=ready]").wait_for(state="attached")
    return first, paint, ready, statistics.median(slides)


def measure(
    playwright: Playwright, server: Server, folder: Path, visit: Callable[[Page], tuple[Any, ...]]
) -> Sample:
    """Return one visit with the profile in `folder`."""
    with profile(playwright, folder) as context:
        server.reset()
        first, paint, ready, slide = visit(context.new_page())
        requests, sent = server.counts()
    return Sample(first, paint, ready, slide, requests, sent)


def visit_bare(page: Page, url: str) -> tuple[None, float | None, float, None]:
    """Return when the bare worker has printed its line."""
    page.goto(url)
    page.locator("html[data-ready]").wait_for(state="attached", timeout=120_000)
    return None, page.evaluate(PAINT), float(page.evaluate("document.documentElement.dataset.ready")), None


def run(example: Example, runs: int) -> dict[str, list[Sample]]:
    """Return the samples of both pages, cold and warm, measured in turn."""
    samples: dict[str, list[Sample]] = {
        name: [] for name in ("bare cold", "page cold", "bare warm", "page warm")
    }
    server = Server(example.site)
    try:
        with sync_playwright() as playwright:
            for index in range(runs):
                print(f"run {index + 1} of {runs}", file=sys.stderr)
                for name, visit in (
                    ("bare", lambda page: visit_bare(page, server.url + example.bare)),
                    ("page", lambda page: visit_example(page, server.url, example)),
                ):
                    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                        samples[f"{name} cold"].append(measure(playwright, server, Path(folder), visit))
                        samples[f"{name} warm"].append(measure(playwright, server, Path(folder), visit))
    finally:
        server.stop()
    return samples


def median(samples: list[Sample], name: str) -> float | None:
    """Return the median of one figure, None where it does not apply."""
    values = [value for sample in samples if (value := getattr(sample, name)) is not None]
    return statistics.median(values) if values else None


def table(samples: dict[str, list[Sample]], runs: int, engine: str) -> str:
    """Return the report in Markdown."""
    rows = [
        ("first contentful paint, ms", "first_paint"),
        ("first output of a cell, ms", "first_output"),
        ("Python ready (page: every cell restored), ms", "ready"),
        ("slider to output, ms", "slide"),
        ("requests", "requests"),
        ("bytes sent, MB", "sent"),
    ]
    lines = [
        "# The exported example against a bare worker",
        "",
        f"Medians of {runs} visits each, alternating, over loopback; {engine}; native Python "
        f"{platform.python_version()}.",
        "*Bare* is a page whose worker does the stock `loadPyodide` of the same runtime on the same",
        "server, and prints one line. *Cold* is a fresh profile, *warm* its second visit. Made by",
        "`make bench`.",
    ]
    for state in ("cold", "warm"):
        lines += [
            "",
            f"## {state.capitalize()}",
            "",
            "| | bare | page | page / bare |",
            "|---|---:|---:|---:|",
        ]
        for title, name in rows:
            bare, page = median(samples[f"bare {state}"], name), median(samples[f"page {state}"], name)
            scale = 1e6 if name == "sent" else 1
            ratio = f"{page / bare:.2f}" if bare and page is not None else "–"
            lines.append(f"| {title} | {shown(bare, scale)} | {shown(page, scale)} | {ratio} |")
    return "\n".join([*lines, ""])


def shown(value: float | None, scale: float) -> str:
    """Return a figure as the table has it."""
    if value is None:
        return "–"
    return f"{value / scale:.2f}" if scale != 1 else f"{value:.0f}"


def prepare(folder: Path, arguments: argparse.Namespace) -> Example:
    """Export the example into `folder`, and put the bare page beside it."""
    site = export(ROOT / arguments.notebook, folder / "site", "--execute")
    bare = add_stock(site, PYODIDE)
    return Example(site, bare, arguments.widget, arguments.cell, tuple(json.loads(arguments.values)))


def main() -> None:
    """Measure, and write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--output", type=Path, default=ROOT / "bench" / "results")
    parser.add_argument("--notebook", default="examples/lunch.py")
    parser.add_argument("--widget", default=WIDGET)
    parser.add_argument("--cell", default="verdict")
    parser.add_argument("--values", default="[24, 36, 22]", help="JSON list of front-end values")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        example = prepare(Path(folder), arguments)
        samples = run(example, arguments.runs)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        engine = f"Chromium {browser.version.split('.')[0]}"
        browser.close()
    arguments.output.mkdir(parents=True, exist_ok=True)
    text = table(samples, arguments.runs, engine)
    (arguments.output / "page.md").write_text(text, "utf-8")
    data = {name: [vars(sample) for sample in found] for name, found in samples.items()}
    (arguments.output / "page.json").write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
