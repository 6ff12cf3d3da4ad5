"""Which libraries that draw charts go with a site: those that one of its outputs can need."""

from __future__ import annotations

import re

from tiffin.host.export.cook import Cooked
from tiffin.notebook.notebook import Notebook
from tiffin.outputs.charts import kind_of

_WORDS = {
    "vega": re.compile(r"\b(altair|vega|vegalite|vegafusion)\b|vnd\.vega", re.IGNORECASE),
    "plotly": re.compile(r"plotly", re.IGNORECASE),
}
"""What code that makes such charts has in it, be it the name of a package or of a back end."""


def drawing_libraries(notebook: Notebook, cooked: Cooked | None) -> frozenset[str]:
    """Return `vega`, `plotly`, both or none, by the notebook's code and requirements, and by its results."""
    code = "\n".join(
        (*notebook.requirements, *(cell.source for cell in notebook.cells if cell.kind == "code"))
    )
    found = {library for library, words in _WORDS.items() if words.search(code)}
    for cell in cooked.cells.values() if cooked is not None else ():
        for bundle in (cell.output, *cell.displays):
            kinds = {kind_of(mime) for mime in bundle}
            found |= {library for library in _WORDS if kinds & {library, f"{library}lite"}}
            text = str(bundle.get("text/html", ""))
            found |= {library for library in _WORDS if f'<tn-chart data-kind="{library}' in text}
    return frozenset(found)
