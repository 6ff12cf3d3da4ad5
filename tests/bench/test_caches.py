"""The benchmark of the caches works, on data that is too small to measure anything."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "bench" / "caches.py"


def test_every_figure_is_measured() -> None:
    command = [sys.executable, str(SCRIPT), "--measure", "800000", "20"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert {group: set(figures) for group, figures in found.items()} == {
        "calls": {
            "functools.lru_cache",
            "tn.cache",
            "tn.cache, a dict among its globals",
            "tn.persistent_cache",
            "joblib.Memory",
            "diskcache",
        },
        "array": {
            "copy",
            "encode",
            "decode",
            "tn.persistent_cache, first",
            "tn.persistent_cache",
            "joblib.Memory",
            "diskcache",
        },
        "unchanged": {"first", "again", "command", "imports"},
    }
    assert all(value > 0 for figures in found.values() for value in figures.values())
