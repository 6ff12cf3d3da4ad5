"""Measure the author's caches beside those of other libraries, big arrays beside memory, and an unchanged
run.

    python bench/caches.py [--quick] [--runs N] [--output FOLDER]

Each round measures everything once in a process of its own; medians of the rounds, and ratios within a round,
go to `bench/results/caches.md` and `caches.json`. `--quick` does one round with small data and writes
nothing.
"""

from __future__ import annotations

import argparse
import functools
import json
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BIG, SMALL = 500_000_000, 5_000_000
"""Bytes of the array."""

CELLS = 1_000


def microseconds(work: Callable[[], Any], times: int) -> float:
    """Return the median duration of `times` calls in groups, in µs."""
    group = max(1, times // 25)
    work()
    spent = []
    for _ in range(max(1, times // group)):
        started = time.perf_counter()
        for _ in range(group):
            work()
        spent.append((time.perf_counter() - started) / group)
    return statistics.median(spent) * 1e6


def seconds(work: Callable[[], Any], times: int = 3) -> float:
    """Return the median duration of a few calls, in seconds."""
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        spent.append(time.perf_counter() - started)
    return statistics.median(spent)


FACTOR = 3
TABLE = {"a": 1, "b": [2.5, 3.5]}


def plain(number: int, name: str = "x") -> int:
    """Something small, which refers to a constant."""
    return number * FACTOR + len(name)


def of_table(number: int) -> float:
    """The same, of something that may change in place."""
    return number + len(TABLE)


def record(number: int) -> dict[str, Any]:
    """A small result of several types."""
    return {"number": number, "parts": [1.5, None, "dal"], "pair": (1, 2)}


def measure_calls(folder: Path) -> dict[str, float]:
    """Return µs for a hit of each cache, in memory and on disk."""
    import diskcache
    import joblib

    import tiffin as tn

    memory = joblib.Memory(folder / "joblib", verbose=0)
    disk = diskcache.Cache(str(folder / "diskcache"))
    cached, of_lru, table = tn.cache(plain), functools.lru_cache(plain), tn.cache(of_table)
    stored, of_joblib, of_disk = tn.persistent_cache(record), memory.cache(record), disk.memoize()(record)
    found = {
        "functools.lru_cache": microseconds(lambda: of_lru(5), 20_000),
        "tn.cache": microseconds(lambda: cached(5), 20_000),
        "tn.cache, a dict among its globals": microseconds(lambda: table(5), 5_000),
        "tn.persistent_cache": microseconds(lambda: stored(5), 1_000),
        "joblib.Memory": microseconds(lambda: of_joblib(5), 500),
        "diskcache": microseconds(lambda: of_disk(5), 1_000),
    }
    assert cached.cache_info().misses == table.cache_info().misses == 1
    assert stored.cache_info().misses <= 1
    disk.close()
    return found


def measure_array(folder: Path, size: int) -> dict[str, float]:
    """Return seconds for one array of `size` bytes: copying it, through npy, and as a cached result."""
    import diskcache
    import joblib
    import numpy as np

    import tiffin as tn
    from tiffin.codecs.numpy import NumpyCodec

    def make() -> Any:
        return np.arange(size // 8, dtype="int64")

    array, codec = make(), NumpyCodec()
    encoded = codec.encode(array).data
    memory = joblib.Memory(folder / "joblib", verbose=0)
    disk = diskcache.Cache(str(folder / "diskcache"), size_limit=1 << 40)
    stored, of_joblib, of_disk = tn.persistent_cache(make), memory.cache(make), disk.memoize()(make)
    for call in (stored, of_joblib, of_disk):
        call()
    time.sleep(2.1)  # the file is too young before that for its times to tell anything
    found = {
        "copy": seconds(array.copy, 5),
        "encode": seconds(lambda: codec.encode(array), 5),
        "decode": seconds(lambda: codec.decode(encoded), 5),
        "tn.persistent_cache, first": seconds(stored, 1),
        "tn.persistent_cache": seconds(stored),
        "joblib.Memory": seconds(of_joblib),
        "diskcache": seconds(of_disk),
    }
    assert stored.cache_info().hits >= 1
    disk.close()
    return found


def check_run(command: list[str]) -> None:
    """Have `tiffin run` run a notebook, and see that it did."""
    told = subprocess.run(command, check=True, capture_output=True).stdout
    assert {cell["state"] for cell in json.loads(told)} == {"idle"}, told


def measure_unchanged(folder: Path, count: int) -> dict[str, float]:
    """Return seconds for a notebook of `count` cells that nobody changed: run in a new session, and by
    command."""
    from tiffin.host.export.cook import cook
    from tiffin.notebook.files import read_notebook

    path = folder / "chain.py"
    cells = ["# %%\nx0 = 1\n", *(f"# %%\nx{i} = x{i - 1} + {i}\n" for i in range(1, count))]
    path.write_text("\n".join(cells), "utf-8")
    cache = folder / "public" / "cache"

    def run() -> Any:
        return cook(read_notebook(path), path, cache, lambda event: None)

    first = seconds(run, 1)
    again = seconds(run)
    assert {cell.run.result.origin for cell in run().cells.values() if cell.run.result} == {"cache"}
    program = "from tiffin.host.cli.main import main; main()"
    command = [sys.executable, "-c", program, "run", str(path), "--json"]
    bare = [sys.executable, "-c", "import tiffin.host.cli.main"]
    return {
        "first": first,
        "again": again,
        "command": seconds(lambda: check_run(command)),
        "imports": seconds(lambda: subprocess.run(bare, check=True)),
    }


def measure(size: int, cells: int) -> dict[str, dict[str, float]]:
    """Return all of one round."""
    folder = Path(tempfile.mkdtemp(prefix="tiffin-bench-"))
    try:
        return {
            "calls": measure_calls(folder),
            "array": measure_array(folder, size),
            "unchanged": measure_unchanged(folder, cells),
        }
    finally:
        shutil.rmtree(folder)
        # A script's results lie beside it.
        shutil.rmtree(Path(__file__).resolve().parent / "public", ignore_errors=True)


def rounds(count: int, size: int, cells: int) -> list[dict[str, dict[str, float]]]:
    """Return `count` rounds, each measured by a process of its own."""
    command = [sys.executable, __file__, "--measure", str(size), str(cells)]
    found = []
    for index in range(count):
        print(f"round {index + 1} of {count}", file=sys.stderr)
        found.append(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))
    return found


def median(every: list[dict[str, dict[str, float]]], group: str, name: str) -> float:
    """Return the median of one figure."""
    return statistics.median(one[group][name] for one in every)


def ratio(every: list[dict[str, dict[str, float]]], group: str, name: str, base: str) -> float:
    """Return the median of the ratios of two figures of the same round."""
    return statistics.median(one[group][name] / one[group][base] for one in every)


def report(every: list[dict[str, dict[str, float]]], size: int, cells: int) -> str:
    """Return the tables in Markdown."""
    lines = [
        "# What caches cost",
        "",
        f"Medians of {len(every)} rounds, each in a process of its own; Python {platform.python_version()}.",
        "Ratios are medians of those within a round. Made by `make bench`.",
        "",
        "## A hit with small arguments",
        "",
        "| cache | µs | of functools.lru_cache | of joblib.Memory |",
        "|---|---:|---:|---:|",
    ]
    for name in every[0]["calls"]:
        of_lru, of_joblib = (
            ratio(every, "calls", name, base) for base in ("functools.lru_cache", "joblib.Memory")
        )
        lines.append(f"| {name} | {median(every, 'calls', name):.2f} | {of_lru:.1f} | {of_joblib:.4f} |")
    lines += ["", f"## An array of {size / 1e6:.0f} MB", "", "| | GB/s | of copying it |", "|---|---:|---:|"]
    titles = {
        "copy": "copying it in memory",
        "encode": "npy, encoding",
        "decode": "npy, decoding",
        "tn.persistent_cache, first": "the first hit of tn.persistent_cache in a session, its digest checked",
        "tn.persistent_cache": "a further hit, the file unchanged",
        "joblib.Memory": "a hit of joblib.Memory",
        "diskcache": "a hit of diskcache",
    }
    for name, title in titles.items():
        speed = size / median(every, "array", name) / 1e9
        lines.append(f"| {title} | {speed:.2f} | {1 / ratio(every, 'array', name, 'copy'):.2f} |")
    lines += ["", f"## A notebook of {cells:,} cells that nobody changed", "", "| | s |", "|---|---:|"]
    for name, title in {
        "first": "first run, nothing stored",
        "again": "again in a new session: read, compiled, all hits, collected",
        "command": "the whole command `tiffin run --json`",
        "imports": "of which starting Python and importing tiffin's command line",
    }.items():
        lines.append(f"| {title} | {median(every, 'unchanged', name):.3f} |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure, and write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small data, once; nothing is written")
    parser.add_argument("--runs", type=int, default=5, help="rounds")
    parser.add_argument("--output", type=Path, default=ROOT / "bench" / "results")
    parser.add_argument("--measure", nargs=2, type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(*arguments.measure)))
        return
    size, cells, count = (SMALL, 50, 1) if arguments.quick else (BIG, CELLS, arguments.runs)
    found = rounds(count, size, cells)
    text = report(found, size, cells)
    if not arguments.quick:
        arguments.output.mkdir(parents=True, exist_ok=True)
        (arguments.output / "caches.md").write_text(text, "utf-8")
        (arguments.output / "caches.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
