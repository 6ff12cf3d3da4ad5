"""The benchmark of the live kernel works, with too few requests to measure anything."""

from __future__ import annotations

import server


def test_every_figure_is_measured() -> None:
    found = server.measure(3, 3)
    kinds = {"state", "empty", "value", "printed", "edit", "at once"}
    assert set(found) == kinds | {"Jupyter, empty", "Jupyter, value", "Jupyter, printed"}
    assert all(value > 0 for value in found.values())
    table = server.report([found], 3)
    assert "each of 3 clients at once" in table
    assert table.count("| `POST execute` of") == 3
