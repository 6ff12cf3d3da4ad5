"""The scientific distribution: numpy, pandas and matplotlib, cooked natively, restored in Chromium."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Served, View
from test_page import native, plain, words

pytestmark = pytest.mark.browser


@pytest.mark.slow
def test_frames_are_restored_and_recomputed(
    sites: Callable[..., Path],
    serve: Callable[[Path], Served],
    visit: Callable[..., View],
    tmp_path: Path,
) -> None:
    served = serve(sites("frames.py", "--pyodide", "0.27.7", "--offline"))
    view = visit(served.url)
    view.wait_ready()
    assert view.page.evaluate("document.documentElement.dataset.python").startswith("3.12")
    assert view.stats["cellsRun"] == 0
    assert set(view.origins().values()) <= {"export", "cache"}
    assert view.page.locator("[data-cell=c6] img").evaluate("image => image.naturalWidth") > 100
    assert view.page.locator("[data-cell=c4] [role=grid]").get_attribute("aria-rowcount") == "21"
    assert not any(path.endswith(".whl") and "/runtime/" in path for path in served.paths())
    view.set("rows", 9)
    expected = native("frames.py", tmp_path / "cache", rows=9)
    assert view.stats["cellsRun"] == 2
    for cell in ("c7", "c8"):
        assert words(view.output(cell)) == plain(expected[cell][0])
    assert "'int64'" in view.output("c8")
    assert served.paths(404) == []
