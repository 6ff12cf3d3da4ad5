"""What `boot.py` has measured, as medians, ratios and tables."""

from __future__ import annotations

import platform
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

STOCK = "stock"
CONDITIONS = {"cold": "new profile", "again": "second visit", "slow": "new profile, 20 Mbit/s, 40 ms"}
NAMES = {"chromium": "Chromium", "firefox": "Firefox", "webkit": "WebKitGTK"}
RATIOS = {
    ("example", "snapshot", "cold"): 0.45,
    ("example", "snapshot", "again"): 0.35,
    ("example", "snapshot", "slow"): 0.9,
    ("scientific", "notebook, restored", "cold"): 0.2,
    ("scientific", "notebook, restored", "again"): 0.2,
}
"""Group, variant, condition -> the most that the ratio to stock is to be."""
SENT = {("example", "snapshot", "cold"): 9e6, ("example", "snapshot", "again"): 0.0}
"""The same for bytes until ready."""
STOP = 100
"""Milliseconds that a busy cell may go on after an interrupt."""


@dataclass(frozen=True)
class Sample:
    """One visit: ms since navigation started until Python was ready and the first output was to be seen;
    bytes by kind until ready; when each phase of the boot began, in ms since the worker started; the peak of
    the tab's memory in bytes."""

    engine: str
    condition: str
    group: str
    variant: str
    ready: float
    first_output: float | None
    requests: int
    kinds: dict[str, int]
    phases: dict[str, float]
    peak: int | None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What the samples have in common of which there is a median."""
        return self.engine, self.condition, self.group, self.variant

    @property
    def sent(self) -> int:
        """Bytes of bodies."""
        return sum(self.kinds.values())


Key = tuple[str, str, str, str]
Grouped = dict[Key, list[Sample]]


def grouped(samples: Iterable[Sample]) -> Grouped:
    """Return the samples of each key, in the order of runs."""
    found: Grouped = {}
    for sample in samples:
        found.setdefault(sample.key, []).append(sample)
    return found


def median(samples: Sequence[Sample], figure: Callable[[Sample], float | None]) -> float | None:
    """Return the median of a figure; None where it could not be measured."""
    known = [value for sample in samples if (value := figure(sample)) is not None]
    return statistics.median(known) if known else None


def ratio(every: Grouped, key: Key) -> float | None:
    """Return the median of a variant's times, each divided by that of the stock page in the same run."""
    stock = every.get((*key[:3], STOCK), [])
    pairs = zip(every[key], stock, strict=True) if stock else ()
    ratios = [sample.ready / other.ready for sample, other in pairs]
    return statistics.median(ratios) if ratios else None


def report(samples: Sequence[Sample], stops: Sequence[float], runs: int, engines: str) -> str:
    """Return everything in Markdown."""
    every = grouped(samples)
    lines = [
        "# How Python starts in an exported page",
        "",
        f"Medians of {runs} visits each, in turn, over loopback; native Python {platform.python_version()};",
        f"{engines}.",
        "*Stock* is a page whose worker does the stock `loadPyodide` with Pyodide's own files on the same",
        "kind of server, and prints one line; browsers keep these files for good, as they do with those of",
        "a CDN. *Bytecode* and *snapshot* are the example, exported with `--snapshot none` and `--snapshot",
        "kernel`: ready means that every cell is restored. Ratios are to stock in the same run; shown are",
        "their medians. A browser has three seconds to make its own windows before the first visit. A",
        "*second visit* is in the same browser, after the page was closed; as WebDriver starts it,",
        "WebKitGTK keeps no files for it. Made by `make bench`.",
    ]
    lines += section(every, "example", "The example, until ready")
    lines += section(
        every,
        "scientific",
        "numpy and pandas, until they are imported",
        "Pyodide 0.27.7. *Stock* does `loadPackage` and imports both. The pages",
        "are a notebook that imports both, exported with `--offline` and `--snapshot kernel` or `notebook`.",
        "*Run*: without stored results, ready when every cell has run in the page. *Restored*: with them;",
        "no cell runs, but both are imported in the snapshot.",
    )
    lines += kinds_table(every)
    lines += phases_table(every)
    lines += others(every, stops)
    return "\n".join([*lines, ""])


def section(every: Grouped, group: str, title: str, *words: str) -> list[str]:
    """Return the table of times and ratios of one group."""
    head = "| engine | visit | page | ms | / stock | target | requests | MB | target |"
    if not any(key[2] == group for key in every):
        return []
    lines = ["", f"## {title}", "", *words, *([""] if words else []), head, "|---|---|---|" + "---:|" * 6]
    for engine, name in NAMES.items():
        for condition, visit in CONDITIONS.items():
            for key in (key for key in every if key[:3] == (engine, condition, group)):
                variant = key[3]
                wanted, most = (targets.get((group, variant, condition)) for targets in (RATIOS, SENT))
                if engine == "webkit" and condition == "again":
                    most = None  # it keeps nothing
                found, sent = ratio(every, key), median(every[key], lambda sample: sample.sent)
                cells = [
                    name,
                    visit,
                    variant,
                    shown(median(every[key], lambda sample: sample.ready)),
                    "–" if found is None or variant == STOCK else f"{found:.2f}",
                    judged(found, wanted, 1, "≤ {:.2f}"),
                    shown(median(every[key], lambda sample: sample.requests)),
                    shown(sent, 1e6),
                    judged(sent, most, 1e6, "≤ {:.0f}"),
                ]
                lines.append(f"| {' | '.join(cells)} |")
    return lines


def kinds_table(every: Grouped) -> list[str]:
    """Return what Chromium was sent until ready, by kind of file."""
    keys = [key for key in every if key[0] == "chromium" and key[1] != "slow"]
    if not keys:
        return []
    kinds = list(every[keys[0]][0].kinds)
    lines = ["", "## MB sent until ready, by kind; Chromium", ""]
    lines += [f"| page | visit | {' | '.join(kinds)} |", "|---|---|" + "---:|" * len(kinds)]
    for condition, visit in CONDITIONS.items():
        for key in (key for key in keys if key[1] == condition):
            cells = [shown(median(every[key], lambda sample, k=kind: sample.kinds[k]), 1e6) for kind in kinds]  # type: ignore[misc]
            lines.append(f"| {key[2]}, {key[3]} | {visit} | {' | '.join(cells)} |")
    return lines


def phases_table(every: Grouped) -> list[str]:
    """Return when each phase of a boot began."""
    keys = [key for key in every if every[key][0].phases]
    names = list(dict.fromkeys(name for key in keys for name in every[key][0].phases))
    lines = ["", "## When phases begin, ms since the worker started", ""]
    lines += [f"| engine | page | visit | {' | '.join(names)} |", "|---|---|---|" + "---:|" * len(names)]
    for key in keys:
        cells = [shown(median(every[key], lambda sample, n=name: sample.phases.get(n))) for name in names]  # type: ignore[misc]
        page = f"{NAMES[key[0]]} | {key[2]}, {key[3]} | {CONDITIONS[key[1]]}"
        lines.append(f"| {page} | {' | '.join(cells)} |")
    return lines


def others(every: Grouped, stops: Sequence[float]) -> list[str]:
    """Return peaks of memory, first outputs, and how long a busy cell goes on."""
    if not any(key[0] == "chromium" for key in every):
        return []
    lines = ["", "## Memory and first output; Chromium", ""]
    lines += ["| page | visit | peak of the tab's process, MB | first output, ms |", "|---|---|---:|---:|"]
    for key in (key for key in every if key[0] == "chromium"):
        peak = median(every[key], lambda sample: sample.peak)
        first = median(every[key], lambda sample: sample.first_output)
        megabytes = shown(None if peak is None else peak / 1e6)
        lines.append(f"| {key[2]}, {key[3]} | {CONDITIONS[key[1]]} | {megabytes} | {shown(first)} |")
    if stops:
        took = statistics.median(stops)
        lines += ["", "## Interrupting `while True: pass`; Chromium, an isolated page", ""]
        lines.append(
            f"From `tiffin.interrupt()` to the cell's end: {took:.0f} ms, the median of {len(stops)}; "
            f"target {judged(took, STOP, 1, '≤ {:.0f}')} ms."
        )
    return lines


def judged(found: float | None, most: float | None, scale: float, text: str) -> str:
    """Return a target, and whether it is missed."""
    if most is None:
        return ""
    return text.format(most / scale) + (", missed" if found is None or found > most else "")


def shown(value: float | None, scale: float = 1) -> str:
    """Return a figure as the tables have it."""
    if value is None:
        return "–"
    return f"{value / scale:.2f}" if scale != 1 else f"{value:.0f}"
