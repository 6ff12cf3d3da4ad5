"""Which libraries that draw charts go with a site."""

from __future__ import annotations

from pathlib import Path

import pytest
from notebooks import notebook

from tiffin.host.export.charts import drawing_libraries
from tiffin.host.export.cook import cook
from tiffin.notebook.files import read_notebook


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import altair as alt", {"vega"}),
        ("from plotly import express", {"plotly"}),
        ("frame.plot(backend='plotly')", {"plotly"}),
        ("import altair, plotly", {"vega", "plotly"}),
        ("import matplotlib; las_vegas = 1", set()),
    ],
)
def test_code_that_names_one(source: str, expected: set[str]) -> None:
    assert drawing_libraries(notebook(source), None) == expected


def test_results_that_hold_a_chart(tmp_path: Path) -> None:
    path = tmp_path / "n.py"
    path.write_text(
        "# %%\nclass Own:\n    def _repr_mimebundle_(self, **_):\n"
        "        return {'application/vnd.' + 've' + 'ga.v6+json': {}}\n# %%\nOwn()\n"
    )
    book = read_notebook(path)
    assert drawing_libraries(book, None) == set()
    cooked = cook(book, path, tmp_path / "cache", lambda event: None, {})
    assert drawing_libraries(book, cooked) == {"vega"}
