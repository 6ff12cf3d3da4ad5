"""The benchmark of the kernel works, on notebooks that are too small to measure anything."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "bench" / "kernel.py"


@pytest.mark.parametrize("shape", ["chain", "star", "random"])
def test_every_figure_of_a_run_is_measured(shape: str) -> None:
    command = [sys.executable, str(SCRIPT), "--measure", "runs", shape, "500"]
    figures = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert figures.keys() == {"compile", "graph", "first", "hit", "forced", "exec", "edit"}
    assert all(value > 0 for name, value in figures.items() if name != "edit")


def test_moving_a_slider_is_measured() -> None:
    command = [sys.executable, str(SCRIPT), "--measure", "widget", "3"]
    figures = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert figures.keys() == {"new", "known"}
