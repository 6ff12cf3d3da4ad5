"""The page on outputs: its code is a notebook that runs."""

from __future__ import annotations

import re
from pathlib import Path

from notebooks import Bench

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "outputs.md").read_text("utf-8")


async def test_its_code_runs() -> None:
    cells = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    bench = Bench("import tiffin as tn", *cells)
    runs = await bench.run()
    assert {run.status for run in runs.values()} == {"idle"}, [run.error for run in runs.values()]
