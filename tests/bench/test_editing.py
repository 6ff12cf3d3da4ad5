"""The benchmark of writing works, with too few cells to measure anything, and says what is missed."""

from __future__ import annotations

from pathlib import Path

import editing
import pytest


@pytest.mark.browser
def test_every_figure_is_measured(tmp_path: Path) -> None:
    found = editing.measure(tmp_path, 1, 2)
    table = editing.report(found, 2, "Chromium 1")
    assert all(value > 0 for value in found[0].values())
    assert table.count("\n| ") == len(editing.ROWS) + 1
    assert "a key in the last of 2 cells" in table


def test_a_target_that_is_missed_says_so() -> None:
    figures = {name: 1.0 for _, name, _, _ in editing.ROWS}
    figures |= {baseline: 2.0 for _, _, baseline, _ in editing.ROWS if baseline is not None}
    figures["run, last cell, many"] = 61.0
    table = editing.report([figures], 200, "Chromium 1")
    assert "| 61.0 | 2.0 | 30.50 | ≤ 60, missed |" in table
    assert table.count("missed") == 1


def test_each_cell_refers_to_the_one_before() -> None:
    text = editing.notebook(3)
    assert text.count("# %%") == 3
    assert "x2 = x1 + 1" in text
