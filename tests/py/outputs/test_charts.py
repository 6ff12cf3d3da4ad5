"""Charts as bundles, and as HTML."""

from __future__ import annotations

import json
import re

import pytest

from tiffin.outputs.charts import kind_of, to_html
from tiffin.outputs.render import render


def test_an_altair_chart_is_its_specification_without_a_script() -> None:
    altair = pytest.importorskip("altair")
    chart = altair.Chart(altair.Data(values=[{"a": 1}]), title="Pots").mark_bar().encode(x="a:Q")
    bundle = render(chart)
    assert bundle.keys() == {"application/vnd.vegalite.v6+json", "text/plain"}
    assert bundle["application/vnd.vegalite.v6+json"]["mark"] == {"type": "bar"}
    assert bundle["text/plain"] == "Chart: Pots"
    assert render(chart & chart)["text/plain"] == "Chart (Vega-Lite)"


def test_a_plotly_figure_is_its_json() -> None:
    objects = pytest.importorskip("plotly.graph_objects")
    bundle = render(objects.Figure(objects.Bar(y=[1, 2]), layout={"title": {"text": "Pots"}}))
    assert bundle.keys() == {"application/vnd.plotly.v1+json", "text/plain"}
    assert bundle["application/vnd.plotly.v1+json"]["data"][0]["type"] == "bar"
    assert bundle["text/plain"] == "Figure: Pots"


@pytest.mark.parametrize(
    ("mime", "kind"),
    [
        ("application/vnd.vegalite.v6+json", "vegalite"),
        ("application/vnd.vega.v5+json", "vega"),
        ("application/vnd.plotly.v1+json", "plotly"),
        ("application/json", None),
        ("text/html", None),
    ],
)
def test_who_draws_what(mime: str, kind: str | None) -> None:
    assert kind_of(mime) == kind


def test_the_data_stands_in_a_script_that_nothing_can_end() -> None:
    data = {"a": "</script><!--", "b": [1, None]}
    markup = to_html(
        "application/vnd.plotly.v1+json", {"application/vnd.plotly.v1+json": data, "text/plain": "a < b"}
    )
    found = re.fullmatch(
        r'<tn-chart data-kind="plotly"><script type="application/json">(.*?)</script>'
        r'<pre class="tn-text">a &lt; b</pre></tn-chart>',
        markup,
    )
    assert found is not None
    assert json.loads(found[1]) == data


def test_a_picture_stands_for_it_where_there_is_one() -> None:
    markup = to_html(
        "application/vnd.vega.v6+json", {"application/vnd.vega.v6+json": {}, "image/png": "AAAA"}
    )
    assert '<img class="tn-image" src="data:image/png;base64,AAAA" alt="Chart">' in markup
