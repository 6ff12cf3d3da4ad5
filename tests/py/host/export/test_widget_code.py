"""The code of anywidgets becomes files, and leaves the page."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
from notebooks import notebook

from tiffin.host.export.cook import Cooked, cook
from tiffin.host.export.widget_code import leave_out, take_code
from tiffin.ids import CellId, digest

ESM = 'export default { render({ el }) { el.textContent = "*a* <b> & \\\'"; } }'
CSS = ".a { color: red; }"
TN = "import tiffin as tn, anywidget"
CLASS = f"class W(anywidget.AnyWidget):\n    _esm = {ESM!r}\n    _css = {CSS!r}"
FILES = {f"{digest(text.encode())[:20]}{end}": text.encode() for text, end in ((ESM, ".js"), (CSS, ".css"))}


@pytest.fixture
def cooked(tmp_path: Path) -> Cooked:
    cells = (
        "tn.ui.anywidget(W())",
        "tn.md(f'Take {tn.ui.anywidget(W())} of it')",
        "tn.vstack([tn.hstack([tn.ui.anywidget(W()), 'and **text**'])])",
        "stored = tn.ui.array([tn.ui.anywidget(W())])",
    )
    return cook(notebook(TN, CLASS, *cells), tmp_path / "nb.py", tmp_path / "cache", lambda _: None)


def test_wherever_it_is_shown_or_stored_its_code_is_found(cooked: Cooked) -> None:
    assert cooked.summary.success
    for cell in map(CellId, ("c3", "c4", "c5", "c6")):
        one = Cooked(cooked.graph, cooked.summary, {cell: cooked.cells[cell]}, {}, {})
        assert take_code(one).files == FILES, cell
    assert take_code(cooked).digests == {digest(ESM.encode()), digest(CSS.encode())}
    assert take_code(None).files == {}


def test_a_page_has_no_code_left(cooked: Cooked) -> None:
    code = take_code(cooked)
    shown = cooked.cells[CellId("c3")].output["text/html"]
    left = leave_out(shown, code)
    assert "data-code" not in left
    (arguments,) = re.findall(r'data-args="([^"]*)"', left)
    assert json.loads(html.unescape(arguments))["css"] == digest(CSS.encode())
    assert leave_out(shown, take_code(None)) == shown
