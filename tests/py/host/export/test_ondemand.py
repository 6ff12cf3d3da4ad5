"""Whether a notebook uses modules on demand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tiffin.host.export.cook import cook
from tiffin.host.export.ondemand import uses_modules_on_demand
from tiffin.ids import CellId
from tiffin.notebook.files import read_notebook
from tiffin.notebook.notebook import Notebook, NotebookCell


def notebook(*sources: str) -> Notebook:
    cells = (NotebookCell(CellId(f"c{i}"), "code", text) for i, text in enumerate(sources))
    return Notebook("n", "n.py", tuple(cells))


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["import tiffin as tn", "k = tn.ui.slider(1, 2)"], False),
        (["import tiffin as tn", "k = tn.ui.switch()"], True),
        (["import tiffin", "k = tiffin.ui.switch()"], True),
        (["from tiffin import ui as w", "k = w.switch()"], True),
        (["import tiffin as tn", "@tn.cache\ndef f(): ..."], True),
        (["from tiffin import lru_cache"], True),
        (["import tiffin as tn", "tn.callout('salt')"], True),
        (["import PIL.Image as pi", "pi.image('salt')"], False),
        (["import functools", "functools.lru_cache(f); x.dt.date; y.switch()"], False),
        (["def broken(:"], False),
        ([], False),
    ],
)
def test_code_that_names_one(sources: list[str], expected: bool) -> None:
    assert uses_modules_on_demand(notebook(*sources), None) is expected


def test_results_that_hold_one(tmp_path: Path) -> None:
    path = tmp_path / "n.py"
    hidden = "# %%\nimport tiffin as tn\n# %%\nk = getattr(tn.ui, 'swi' + 'tch')()\n"
    path.write_text(hidden)
    book = read_notebook(path)
    assert not uses_modules_on_demand(book, None)
    cooked = cook(book, path, tmp_path / "cache", lambda event: None, {})
    assert uses_modules_on_demand(book, cooked)
