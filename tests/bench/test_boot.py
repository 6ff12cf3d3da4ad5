"""What the benchmark of boots makes of its visits: medians, ratios, kinds of files; the slow line is slow."""

from __future__ import annotations

import time
import urllib.request
from pathlib import Path

import pytest
from boot_report import Sample, grouped, judged, ratio, report
from served import LATENCY, RATE, STOCK, Server, add_stock, bytes_by_kind, kind_of, wheels_of

from tiffin.host.export.runtime import DEFAULT_PYODIDE


def sample(
    variant: str, ready: float, condition: str = "cold", *, sent: int = 0, group: str = "example"
) -> Sample:
    stock = variant == "stock"
    return Sample(
        "chromium",
        condition,
        group,
        variant,
        ready,
        None if stock else ready / 10,
        3,
        {"script": sent, "wasm": 0},
        {} if stock else {"fetching": 1.0, "started": ready - 10},
        300_000_000,
    )


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "document"),
        ("/?boot=eager", "document"),
        ("/bare.html?runtime=stock/314.0.7/", "document"),
        ("/assets/page-ABCDEFGH.js", "script"),
        ("/runtime/314.0.7/0123456789abcdef0123.mjs", "script"),
        ("/runtime/314.0.7/0123456789abcdef0123.wasm.gz", "wasm"),
        ("/runtime/314.0.7/0123456789abcdef0123.snapshot", "snapshot"),
        ("/kernel/0123456789abcdef0123.zip", "archive"),
        ("/runtime/314.0.7/numpy-2.0.2-cp312-cp312-pyodide_2024_0_wasm32.whl", "archive"),
        ("/assets/page-ABCDEFGH.css", "font, style"),
        ("/public/cache/index.json", "cache"),
        ("/public/cache/blobs/5f/5f6d", "cache"),
        ("/notebook.json", "other"),
    ],
)
def test_files_have_kinds(path: str, kind: str) -> None:
    assert kind_of(path) == kind


def test_bytes_are_added_up_by_kind() -> None:
    lines = ["200 GET / 10", "200 GET /a.js 5", "200 GET /b.mjs 7", "304 GET /c.wasm 0"]
    found = bytes_by_kind(lines)
    assert {kind: size for kind, size in found.items() if size} == {"document": 10, "script": 12}


def test_a_ratio_is_the_median_of_those_of_each_run() -> None:
    samples = [sample("stock", ready) for ready in (100.0, 200.0, 1000.0)]
    samples += [sample("snapshot", ready) for ready in (50.0, 60.0, 400.0)]
    every = grouped(samples)
    assert ratio(every, ("chromium", "cold", "example", "snapshot")) == 0.4
    del every["chromium", "cold", "example", "stock"]
    assert ratio(every, ("chromium", "cold", "example", "snapshot")) is None


def test_a_target_that_is_missed_says_so() -> None:
    assert judged(0.4, 0.45, 1, "≤ {:.2f}") == "≤ 0.45"
    assert judged(0.5, 0.45, 1, "≤ {:.2f}") == "≤ 0.45, missed"
    assert judged(None, 9e6, 1e6, "≤ {:.0f}") == "≤ 9, missed"
    assert judged(0.5, None, 1, "≤ {:.2f}") == ""


def test_the_report_has_every_visit() -> None:
    samples = [
        sample("stock", 1000),
        sample("snapshot", 400, sent=9_500_000),
        sample("stock", 800, "again"),
        sample("snapshot", 300, "again"),
        sample("stock", 9000, group="scientific"),
        sample("notebook, restored", 1500, group="scientific"),
    ]
    lines = report(samples, [12.0, 20.0, 14.0], 1, "Chromium 156").splitlines()
    assert "| Chromium | new profile | stock | 1000 | – |  | 3 | 0.00 |  |" in lines
    assert "| Chromium | new profile | snapshot | 400 | 0.40 | ≤ 0.45 | 3 | 9.50 | ≤ 9, missed |" in lines
    assert "| Chromium | second visit | snapshot | 300 | 0.38 | ≤ 0.35, missed | 3 | 0.00 | ≤ 0 |" in lines
    assert "| Chromium | new profile | notebook, restored | 1500 | 0.17 | ≤ 0.20 | 3 | 0.00 |  |" in lines
    assert "| example, snapshot | new profile | 9.50 | 0.00 |" in lines
    assert "| Chromium | example, snapshot | second visit | 1 | 290 |" in lines
    assert "| example, snapshot | new profile | 300 | 40 |" in lines
    assert any("14 ms, the median of 3; target ≤ 100 ms" in line for line in lines)


def test_wheels_come_with_those_that_they_need() -> None:
    lock = {
        "pandas": {"name": "pandas", "file_name": "pandas.whl", "depends": ["numpy", "six"]},
        "numpy": {"name": "numpy", "file_name": "numpy.whl", "depends": []},
        "six": {"name": "six", "file_name": "six.whl", "depends": []},
        "other": {"name": "other", "file_name": "other.whl", "depends": []},
    }
    assert wheels_of(lock, ["pandas", "numpy"]) == ["numpy.whl", "pandas.whl", "six.whl"]


def test_the_slow_line_is_slow_and_alters_nothing(tmp_path: Path) -> None:
    content = bytes(range(256)) * 1000
    (tmp_path / "data.bin").write_bytes(content)
    server = Server(tmp_path)
    try:
        started = time.monotonic()
        with urllib.request.urlopen(f"{server.slow_url}data.bin") as answer:
            assert answer.read() == content
        assert time.monotonic() - started >= LATENCY + len(content) / RATE
        assert server.counts() == (1, len(content))
        server.reset()
        assert server.counts() == (0, 0)
    finally:
        server.stop()


def test_stock_files_lie_under_their_own_names_and_may_be_kept(tmp_path: Path) -> None:
    address = add_stock(tmp_path, DEFAULT_PYODIDE)
    assert address == f"bare.html?runtime={STOCK}/{DEFAULT_PYODIDE}/"
    server = Server(tmp_path)
    try:
        kept = {}
        for name in (f"{STOCK}/{DEFAULT_PYODIDE}/pyodide.mjs", address):
            with urllib.request.urlopen(server.url + name) as answer:
                kept[name] = "immutable" in answer.headers["Cache-Control"]
        assert list(kept.values()) == [True, False]
    finally:
        server.stop()
