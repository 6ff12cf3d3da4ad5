"""Charts that a page draws: Altair's and Plotly's figures as bundles, and such bundles as HTML."""

from __future__ import annotations

import html
import json
import re
from typing import Any, TypeAlias

from tiffin.outputs.mime import Bundle

Json: TypeAlias = Any

_KIND = re.compile(r"application/vnd\.(vegalite|vega|plotly)\.v\d+\+json")
_MAJOR = re.compile(r"/v(\d+)")


def render_altair(chart: Any) -> dict[str, Json]:
    """Return an Altair chart as its Vega-Lite specification; the HTML that it gives has a script in it."""
    specification = chart.to_dict()
    major = _MAJOR.search(str(specification.get("$schema", "")))
    mime = f"application/vnd.vegalite.v{major[1] if major else 6}+json"
    said = _said("Chart", specification.get("title"), "Vega-Lite")
    return {mime: specification, "text/plain": said}


def render_plotly(figure: Any) -> dict[str, Json]:
    """Return a Plotly figure as its JSON."""
    drawn = json.loads(figure.to_json())
    said = _said("Figure", (drawn.get("layout") or {}).get("title"), "Plotly")
    return {"application/vnd.plotly.v1+json": drawn, "text/plain": said}


def _said(what: str, title: Json, library: str) -> str:
    title = title.get("text") if isinstance(title, dict) else title
    return f"{what}: {title}" if isinstance(title, str) and title else f"{what} ({library})"


def kind_of(mime: str) -> str | None:
    """Return which library draws what a MIME type holds: `vega`, `vegalite` or `plotly`; None for others."""
    found = _KIND.fullmatch(mime)
    return None if found is None else found[1]


def to_html(mime: str, bundle: Bundle) -> str:
    """Return the best chart of a bundle as HTML that the page's script draws, and that is its picture, or its
    text, until then and without one."""
    # Neither `</script` nor `<!--` may stand in a script element.
    data = json.dumps(bundle[mime], ensure_ascii=False).replace("<", "\\u003c")
    text = str(bundle.get("text/plain", "Chart"))
    picture = next((kind for kind in ("image/png", "image/jpeg", "image/webp") if kind in bundle), None)
    if picture is not None:
        address = f"data:{picture};base64,{bundle[picture]}"
        shown = f'<img class="tn-image" src="{address}" alt="{html.escape(text)}">'
    else:
        shown = f'<pre class="tn-text">{html.escape(text)}</pre>'
    script = f'<script type="application/json">{data}</script>'
    return f'<tn-chart data-kind="{kind_of(mime)}">{script}{shown}</tn-chart>'
