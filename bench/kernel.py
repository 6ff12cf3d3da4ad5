"""Measure what the kernel costs beside the cells' own code: runs, hits, edits, widgets, imports.

    python bench/kernel.py [--quick] [--runs N] [--output FOLDER]
    python bench/kernel.py --profile

Every configuration is measured in processes of its own, with the garbage collector as in production and the
stores in memory. Medians go to `bench/results/kernel.md` and `kernel.json`. `--quick` measures small
notebooks once and writes nothing; `--profile` prints where the time of a chain of 1,000 cells goes.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import gc
import json
import platform
import pstats
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SIZES = (100, 1_000, 10_000)
QUICK_SIZES = (100, 1_000)
SHAPES = ("chain", "star", "random")
WIDGET_CELLS = 1_000
DEPENDENTS = (1, 10)
UPDATES = 9
EDITS = 9
IMPORTS = {
    "a bare interpreter": "pass",
    "import tiffin": "import tiffin",
    "import tiffin, tiffin.ui": "import tiffin; tiffin.ui",
    "import tiffin.session.kernel": "import tiffin.session.kernel",
}
FIGURES = (
    ("compile", "compiling"),
    ("graph", "building the graph"),
    ("first", "first run, empty cache"),
    ("hit", "again, all hits"),
    ("forced", "again, forced"),
    ("exec", "bare `exec` of the bodies"),
)
"""What is measured per cell, in µs, and what the table calls it."""

Figures = dict[str, float | None]


# -- notebooks ------------------------------------------------------------------------------------------


def chain(count: int) -> list[str]:
    """Return cells of which each takes the name of the one before."""
    return ["x0 = 1", *(f"x{i} = x{i - 1} + 1" for i in range(1, count))]


def star(count: int) -> list[str]:
    """Return one source, and cells that all take its name."""
    return ["x0 = 1", *(f"x{i} = x0 + {i}" for i in range(1, count))]


def random_graph(count: int) -> list[str]:
    """Return cells that each take one to three earlier names; the same for the same `count`."""
    chance = random.Random(count)  # noqa: S311 (a benchmark's graphs are no secret)
    sources = ["x0 = 1"]
    for i in range(1, count):
        taken = {chance.randrange(i) for _ in range(chance.randint(1, 3))}
        # Sums over 10,000 cells would have thousands of digits.
        sources.append(f"x{i} = ({' + '.join(f'x{j}' for j in sorted(taken))} + {i}) % 1000003")
    return sources


SOURCES: dict[str, Callable[[int], list[str]]] = {"chain": chain, "star": star, "random": random_graph}


def with_slider(dependents: int) -> list[str]:
    """Return a slider, the cells that show its value, and a chain that has nothing to do with it."""
    head = ["import tiffin as tn\ns = tn.ui.slider(0, 1000)"]
    head += [f"y{i} = s.value + {i}" for i in range(dependents)]
    return [*head, *chain(WIDGET_CELLS - len(head))]


def make_notebook(sources: list[str]) -> Any:
    """Return the notebook of these cells, called c0, c1, ..."""
    from tiffin.ids import CellId
    from tiffin.notebook.notebook import Notebook, NotebookCell

    cells = [NotebookCell(CellId(f"c{i}"), "code", source, line=1) for i, source in enumerate(sources)]
    return Notebook("bench", "bench.py", tuple(cells))


def make_kernel(notebook: Any) -> Any:
    """Return a kernel with empty stores, whose events nobody reads."""
    from tiffin.session.kernel import Kernel, KernelServices

    return Kernel(notebook, KernelServices(), lambda event: None)


# -- measuring, in a process of its own -----------------------------------------------------------------


def microseconds(work: Callable[[], Any]) -> float:
    """Return how long `work` takes."""
    gc.collect()
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1e6


async def microseconds_of(work: Callable[[], Awaitable[Any]]) -> float:
    """Return how long awaiting `work` takes."""
    gc.collect()
    started = time.perf_counter()
    await work()
    return (time.perf_counter() - started) * 1e6


async def measure_runs(shape: str, count: int) -> Figures:
    """Return µs per cell for everything that a run of such a notebook can be; `edit` is µs for one edit."""
    await _once("chain", 20)  # what is imported and made on first use is no cost of a cell
    repetitions = [await _once(shape, count) for _ in range(max(1, 1_000 // count))]
    return _medians(repetitions)


async def _once(shape: str, count: int) -> Figures:
    from tiffin.cells.compile import compile_cell
    from tiffin.commands import RunCells
    from tiffin.graph.graph import build_graph

    notebook = make_notebook(SOURCES[shape](count))
    cells: list[Any] = []
    compiling = microseconds(
        lambda: cells.extend(compile_cell(cell, "bench.py", i) for i, cell in enumerate(notebook.cells))
    )
    building = microseconds(lambda: build_graph(cells).order)
    kernel = make_kernel(notebook)
    first = await microseconds_of(lambda: kernel.handle(RunCells("first")))
    hit = await microseconds_of(lambda: kernel.handle(RunCells("hit")))
    assert (kernel.stats().cells_run, kernel.stats().cells_restored) == (count, count)
    edit = await _edit(kernel, count)
    forced = await microseconds_of(lambda: kernel.handle(RunCells("forced", force=True)))
    namespace: dict[str, Any] = {}
    bodies = [cell.code().body for cell in cells]

    def bare() -> None:
        for body in bodies:
            exec(body, namespace)  # noqa: S102 (what a kernel does at the least)

    spent = {"compile": compiling, "graph": building, "first": first, "hit": hit, "forced": forced}
    figures: Figures = {name: value / count for name, value in spent.items()}
    return {**figures, "exec": microseconds(bare) / count, "edit": edit}


async def _edit(kernel: Any, count: int) -> float | None:
    """µs for giving the last cell another source; None while the kernel has no such command."""
    try:
        from tiffin.commands import CellSource, EditCells
    except ImportError:
        return None
    spent: list[float] = []
    for round_ in range(EDITS):
        cell = CellSource(f"c{count - 1}", f"x{count - 1} = x0 + {round_ + count}")
        command = EditCells(f"edit{round_}", put=(cell,))
        before = kernel.stats().cells_run
        spent.append(await microseconds_of(lambda command=command: kernel.handle(command)))
        assert kernel.stats().cells_run == before + 1
    return statistics.median(spent)


async def measure_widget(dependents: int) -> Figures:
    """Return µs for one move of a slider to a new value, and for one back to a known value."""
    from tiffin.commands import RunCells, SetValues

    kernel = make_kernel(make_notebook(with_slider(dependents)))
    await kernel.handle(RunCells("first"))
    values = [*range(1, UPDATES + 1)]
    moves = [await microseconds_of(lambda v=v: kernel.handle(SetValues(f"to {v}", {"s": v}))) for v in values]
    ran = kernel.stats().cells_run
    back = [
        await microseconds_of(lambda v=v: kernel.handle(SetValues(f"back {v}", {"s": v}))) for v in values
    ]
    assert kernel.stats().cells_run == ran, "a known value made a cell run"
    return {"new": statistics.median(moves), "known": statistics.median(back)}


def _medians(every: list[Figures]) -> Figures:
    """The median of each figure; None where it could not be measured."""
    medians: Figures = {}
    for name in every[0]:
        known = [value for figures in every if (value := figures[name]) is not None]
        medians[name] = statistics.median(known) if known else None
    return medians


# -- measuring from outside -----------------------------------------------------------------------------


def in_processes(runs: int, *arguments: str) -> Figures:
    """Return the medians of `runs` processes that measure the same."""
    command = [sys.executable, __file__, "--measure", *arguments]
    found = [subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout for _ in range(runs)]
    return _medians([json.loads(output) for output in found])


def measure_imports(runs: int) -> dict[str, Figures]:
    """Return for each import the ms from start to end of a process, and how many modules it loads."""
    spent: dict[str, list[float]] = {title: [] for title in IMPORTS}
    for _ in range(runs):
        for title, code in IMPORTS.items():
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            spent[title].append((time.perf_counter() - started) * 1e3)
    count = "import sys; before = len(sys.modules); {}; print(len(sys.modules) - before)"
    return {
        title: {
            "ms": statistics.median(spent[title]),
            "modules": float(
                subprocess.run(
                    [sys.executable, "-c", count.format(code)], check=True, stdout=subprocess.PIPE
                ).stdout
            ),
        }
        for title, code in IMPORTS.items()
    }


def measure_all(sizes: tuple[int, ...], runs: int) -> dict[str, Any]:
    """Return everything, by the names that the tables are made of."""
    found: dict[str, Any] = {"runs": {}, "widgets": {}}
    for shape in SHAPES:
        for count in sizes:
            print(f"{shape} of {count:,} cells", file=sys.stderr)
            found["runs"][f"{shape} {count}"] = in_processes(runs, "runs", shape, str(count))
    for dependents in DEPENDENTS:
        print(f"a slider with {dependents} dependents", file=sys.stderr)
        found["widgets"][str(dependents)] = in_processes(runs, "widget", str(dependents))
    print("imports", file=sys.stderr)
    found["imports"] = measure_imports(max(5, 3 * runs))
    return found


# -- telling --------------------------------------------------------------------------------------------


def report(found: dict[str, Any], sizes: tuple[int, ...], runs: int) -> str:
    """Return the tables in Markdown."""
    lines = [
        "# What the kernel costs",
        "",
        f"Medians of {runs} processes for each row; Python {platform.python_version()}, stores in memory,",
        "garbage collection as in production. Cells are as small as `x7 = x6 + 1`, so that all but bare",
        "`exec` is overhead. A *chain* takes each name from the cell before, a *star* all from the first, a",
        "*random* graph one to three names from earlier cells. Made by `make bench`.",
        "",
        "## µs per cell",
        "",
        f"| notebook | {' | '.join(title for _, title in FIGURES)} | first run / `exec` |",
        f"|---|{'---:|' * (len(FIGURES) + 1)}",
    ]
    for name, figures in found["runs"].items():
        shape, count = name.split()
        cells = [shown(figures[figure]) for figure, _ in FIGURES]
        ratio = f"{figures['first'] / figures['exec']:.0f}"
        lines.append(f"| {shape} of {int(count):,} | {' | '.join(cells)} | {ratio} |")
    lines += ["", f"Growth of the cost per cell from {sizes[0]:,} to {sizes[-1]:,} cells:", ""]
    for shape in SHAPES:
        small, large = (found["runs"][f"{shape} {count}"] for count in (sizes[0], sizes[-1]))
        growth = ", ".join(f"{large[f] / small[f]:.2f} {title}" for f, title in FIGURES[:5])
        lines.append(f"- {shape}: {growth}")
    lines += ["", "## ms for one change", "", "| change | ms |", "|---|---:|"]
    for name, figures in found["runs"].items():
        shape, count = name.split()
        lines.append(
            f"| editing the last cell, {shape} of {int(count):,} | {milliseconds(figures['edit'])} |"
        )
    for dependents, figures in found["widgets"].items():
        slider = (
            f"a slider with {dependents} dependent{'s' if dependents != '1' else ''}, {WIDGET_CELLS:,} cells"
        )
        lines.append(f"| {slider}: a new value | {milliseconds(figures['new'])} |")
        lines.append(f"| {slider}: a known value | {milliseconds(figures['known'])} |")
    bare = found["imports"]["a bare interpreter"]["ms"]
    lines += ["", "## Imports", "", "| | ms | above bare, ms | modules above bare |", "|---|---:|---:|---:|"]
    for title, figures in found["imports"].items():
        lines.append(
            f"| {title} | {figures['ms']:.1f} | {figures['ms'] - bare:.1f} | {figures['modules']:.0f} |"
        )
    return "\n".join([*lines, ""])


def shown(value: float | None) -> str:
    """Return a figure as the table has it."""
    if value is None:
        return "not there yet"
    return f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def milliseconds(value: float | None) -> str:
    """Return µs as ms."""
    return shown(None if value is None else value / 1e3)


def profile() -> None:
    """Print the functions that take the most time in a chain of 1,000 cells: first run, then all hits."""
    from tiffin.commands import RunCells

    kernel = make_kernel(make_notebook(chain(1_000)))
    for title in ("first run", "again, all hits"):
        profiler = cProfile.Profile()
        profiler.runcall(asyncio.run, kernel.handle(RunCells(title)))
        print(f"== {title}: chain of 1,000; per cell: 1000 × tottime in ms = µs")
        pstats.Stats(profiler).strip_dirs().sort_stats("tottime").print_stats(35)


def main() -> None:
    """Measure, and write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small notebooks, once; nothing is written")
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    parser.add_argument("--runs", type=int, default=5, help="processes for each configuration")
    parser.add_argument("--output", type=Path, default=ROOT / "bench" / "results")
    parser.add_argument("--measure", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    match arguments.measure:
        case ["runs", shape, count]:
            print(json.dumps(asyncio.run(measure_runs(shape, int(count)))))
            return
        case ["widget", dependents]:
            print(json.dumps(asyncio.run(measure_widget(int(dependents)))))
            return
    if arguments.profile:
        profile()
        return
    sizes, runs = (QUICK_SIZES, 1) if arguments.quick else (SIZES, arguments.runs)
    found = measure_all(sizes, runs)
    text = report(found, sizes, runs)
    if not arguments.quick:
        arguments.output.mkdir(parents=True, exist_ok=True)
        (arguments.output / "kernel.md").write_text(text, "utf-8")
        (arguments.output / "kernel.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
