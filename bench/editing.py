"""Measure how soon a page can be written on, and how it keeps up with whoever writes, in Chromium.

    python bench/editing.py [--runs N] [--cells N] [--output FOLDER]

One run opens the playground in a new profile and again, and a page of many cells that is edited: keys go
into its last cell and, in the same page, into a bare `<textarea>`; then the last cell is run, and beside it a
cell of a page that has no other. Medians go to `bench/results/editing.md` and `editing.json`.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from run import PAINT, profile
from served import ROOT, TIFFIN, Server, export

CELLS = 200
LETTERS = "abcdefghijklmnopqrst"
PATIENCE = 120_000

# A page's first script: when there is an editor that takes keys, as the browser shows it.
WATCH = """
window.firstEditor = new Promise((resolve) => {
  const look = () => {
    const editor = document.querySelector(".cm-content[contenteditable=true]");
    if (editor !== null && editor.getBoundingClientRect().height > 0) resolve(performance.now());
    else requestAnimationFrame(look);
  };
  look();
});
"""

RUN = """
(cell) => {
  const output = document.querySelector(`[data-cell="${cell}"] > .tn-output`);
  window.ran = new Promise((resolve) => {
    let pressed = 0;
    addEventListener("keydown", (event) => {
      if (event.key === "Enter") pressed = event.timeStamp;
    }, { capture: true });
    new MutationObserver(() => resolve(performance.now() - pressed)).observe(output, {
      childList: true, subtree: true, characterData: true,
    });
  });
}
"""


def notebook(cells: int) -> str:
    """Return a notebook of `cells` cells, each of which refers to the one before."""
    parts = ["# /// script\n# requires-python = '>=3.11'\n# dependencies = []\n# ///\n"]
    parts += [
        f"# %% name=c{index}\nx{index} = " + (f"x{index - 1} + 1" if index else "1") + f"\nx{index}\n"
        for index in range(cells)
    ]
    return "\n".join(parts)


def visit_playground(url: str, folder: Path) -> dict[str, float]:
    """Return first paint and first editor, in ms since navigation started: in a new profile, and again."""
    found = {}
    with sync_playwright() as playwright, profile(playwright, folder) as context:
        context.add_init_script(WATCH)
        for name in ("new profile", "second visit"):
            page = context.new_page()
            page.goto(url)
            found[f"first editor, {name}"] = float(page.evaluate("window.firstEditor"))
            found[f"first paint, {name}"] = float(page.evaluate(PAINT))
            page.close()
    return found


def type_into(page: Page, selector: str) -> float:
    """Return the ms that a key keeps the page's main thread busy: script, style, layout, paint, and what is
    put off until a rest. If that fits in a frame, the glyph is in the next one."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def busy() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))

    page.locator(selector).click()
    page.wait_for_timeout(500)
    before = busy()
    for letter in LETTERS:
        page.keyboard.press(letter)
        page.wait_for_timeout(60)
    spent = busy() - before
    session.detach()
    return spent * 1_000 / len(LETTERS)


def edit_cell(page: Page, cell: str, text: str) -> float:
    """Return the ms from the keys that run a cell to its output."""
    page.locator(f"[data-cell={cell}] .cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)
    page.wait_for_timeout(1_500)  # what is done while one writes has been done
    page.evaluate(RUN, cell)
    page.keyboard.press("ControlOrMeta+Enter")
    return float(page.evaluate("window.ran"))


def visit_notebook(url: str, folder: Path, cells: int) -> dict[str, float]:
    """Return what keys and runs take in the last cell of a page, and keys in a bare field of it."""
    last = f"c{cells - 1}"
    with sync_playwright() as playwright, profile(playwright, folder) as context:
        page = context.new_page()
        page.goto(url)
        page.locator("html[data-kernel=ready]").wait_for(state="attached", timeout=PATIENCE)
        page.locator(f"[data-cell={last}]").scroll_into_view_if_needed()
        page.evaluate("document.body.append(document.createElement('textarea'))")
        field = type_into(page, "body > textarea")
        page.evaluate("document.querySelector('body > textarea').remove()")
        keys = type_into(page, f"[data-cell={last}] .cm-content")
        runs = [edit_cell(page, last, f"x{cells - 1} = {index}\nx{cells - 1} * 2") for index in range(1, 6)]
    return {"key, bare field": field, "key, last cell": keys, "run, last cell": statistics.median(runs)}


def measure(folder: Path, runs: int, cells: int) -> list[dict[str, float]]:
    """Return the figures of each run, in milliseconds."""
    playground = folder / "playground"
    subprocess.run([*TIFFIN, "playground", "-o", str(playground)], check=True, stdout=sys.stderr)
    sites = {"one": 1, "many": cells}
    for name, count in sites.items():
        source = folder / f"{name}.py"
        source.write_text(notebook(count), "utf-8")
        export(source, folder / name, "--execute", "--mode", "edit")
    servers = {name: Server(folder / name) for name in ("playground", *sites)}
    found = []
    try:
        for index in range(runs):
            print(f"run {index + 1} of {runs}", file=sys.stderr)
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
                figures = visit_playground(servers["playground"].url, Path(name))
            for name, count in sites.items():
                with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile_folder:
                    of_page = visit_notebook(f"{servers[name].url}?boot=eager", Path(profile_folder), count)
                figures |= {f"{title}, {name}": value for title, value in of_page.items()}
            found.append(figures)
    finally:
        for server in servers.values():
            server.stop()
    return found


ROWS: tuple[tuple[str, str, str | None, float], ...] = (
    ("playground: an editor that takes keys, new profile", "first editor, new profile", None, 500),
    ("playground: an editor that takes keys, second visit", "first editor, second visit", None, 500),
    ("playground: first contentful paint, new profile", "first paint, new profile", None, 250),
    ("a key in the last of {} cells; in a bare field", "key, last cell, many", "key, bare field, many", 16),
    ("run of the last of {} cells; of the only one", "run, last cell, many", "run, last cell, one", 60),
)
"""What is reported, its figure, that of its baseline, and the most ms that it is to take."""


def report(found: list[dict[str, float]], cells: int, engine: str) -> str:
    """Return the table in Markdown."""
    lines = [
        "# Writing in a page",
        "",
        f"Medians of {len(found)} runs, over loopback; {engine}; native Python {platform.python_version()}.",
        "*A key* is how long it keeps the page's main thread busy, all that is put off included; *a run* is",
        "from Ctrl+Enter to the changed output, with Python up. Made by `make bench`.",
        "",
        "| | ms | baseline, ms | ratio | target, ms |",
        "|---|---:|---:|---:|---:|",
    ]
    for title, name, baseline, most in ROWS:
        value = statistics.median(figures[name] for figures in found)
        base = None if baseline is None else statistics.median(figures[baseline] for figures in found)
        compared = ("–", "–") if base is None else (f"{base:.1f}", f"{value / base:.2f}" if base else "–")
        judged = f"≤ {most:.0f}" + ("" if value <= most else ", missed")
        lines.append(f"| {title.format(cells)} | {value:.1f} | {compared[0]} | {compared[1]} | {judged} |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--cells", type=int, default=CELLS)
    parser.add_argument("--output", type=Path, default=ROOT / "bench" / "results")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found: list[dict[str, Any]] = measure(Path(folder), arguments.runs, arguments.cells)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name,
        sync_playwright() as playwright,
        profile(playwright, Path(name)) as context,
    ):
        agent = str(context.new_page().evaluate("navigator.userAgent"))
    text = report(found, arguments.cells, "Chromium " + agent.partition("Chrome/")[2].split(".")[0])
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "editing.md").write_text(text, "utf-8")
    (arguments.output / "editing.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
