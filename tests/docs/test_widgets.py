"""The page on widgets: its code is a notebook that runs, and its table knows every kind."""

from __future__ import annotations

import re
from pathlib import Path

from notebooks import Bench

from tiffin.ui.kinds import MODULES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "widgets.md").read_text("utf-8")


async def test_its_code_runs() -> None:
    cells = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    bench = Bench(*cells)
    runs = await bench.run()
    assert {run.status for run in runs.values()} == {"idle"}
    await bench.set(cups=3, level=2)
    assert bench.shown["c3"] == "6"


def test_its_table_has_every_kind() -> None:
    named = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| `.*$", PAGE, re.MULTILINE))))
    assert set(MODULES) - {"batch"} <= named
