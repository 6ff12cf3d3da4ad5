"""What flows through a cell in document order."""

from __future__ import annotations

import pytest

from tiffin.cells.cell import Flow
from tiffin.cells.compile import compile_cell
from tiffin.ids import CellId
from tiffin.notebook.notebook import NotebookCell


def flow(source: str) -> Flow:
    return compile_cell(NotebookCell(CellId("c"), "code", source), "nb.py", "document").flow


@pytest.mark.parametrize(
    ("source", "reads", "changes", "kept"),
    [
        ("x = 1", "", "", ""),
        ("x = y", "y", "", ""),
        ("x = x + 1", "x", "", ""),
        ("x += 1", "x", "x", ""),
        ("x = 1\nx += 1", "", "", ""),
        ("d['k'] = v", "d v", "d", ""),
        ("d['k'].a[0] = 1", "d", "d", ""),
        ("o.a = 1", "o", "o", ""),
        ("del d['k']", "d", "d", ""),
        ("xs.append(y)", "xs y", "xs", ""),
        ("xs.items.append(1)", "xs", "xs", ""),
        ("df.head()", "df", "", ""),
        ("df.drop('a', inplace=True)", "df", "df", ""),
        ("y = xs.pop()", "xs", "xs", ""),
        ("if c: x = 1", "c", "", "x"),
        ("if c: x = 1\nelse: x = 2\nx", "c", "", ""),
        ("for i in r: t = i", "r", "", "i t"),
        ("for i in r: t = i\nt", "r t", "", "i t"),
        ("while c(): x = 1", "c", "", "x"),
        ("try: x = f()\nexcept OSError: x = 0\nx", "f OSError", "", ""),
        ("try: x = f()\nfinally: g()\nx", "f g", "", ""),
        ("with f() as h: x = h.read()\nx", "f", "", ""),
        ("match v:\n    case 1: x = 1", "v", "", "x"),
        ("c and (x := 1)\nx", "c x", "", "x"),
        ("[y for y in xs if (z := y)]\nz", "xs z", "", "z"),
        ("def f(): return x", "", "", ""),
        ("def f(): return x\nf()", "x", "", ""),
        ("def f(): return g()\ndef g(): return x\nf()", "x", "", ""),
        ("x = 1\ndef f(): return x\nf()", "", "", ""),
        ("def f(): return x\nf()\nx = 1", "x", "", ""),
        ("def f():\n    global n\n    n = 1", "", "", ""),
        ("def f():\n    global n\n    n = 1\nf()", "", "n", ""),
        ("def f(): xs.append(1)\nf()", "xs", "xs", ""),
        ("def f(a=x): return a", "x", "", ""),
        ("g = lambda: x", "", "", ""),
        ("y = map(lambda v: v + x, xs)", "map x xs", "", ""),
        ("_t = 1\n_t", "", "", ""),
    ],
)
def test_what_a_cell_takes_changes_and_keeps(source: str, reads: str, changes: str, kept: str) -> None:
    found = flow(source)
    assert found.reads == set(reads.split())
    assert found.changes == set(changes.split())
    assert found.kept == set(kept.split())


def test_what_a_value_may_use_and_hold() -> None:
    found = flow("def f(): return g(x)\ny = [f, z]")
    assert found.latent == {"f": {"g", "x"}, "y": {"g", "x"}}
    assert found.carriers == {"y": {"f", "z"}}


def test_what_a_function_of_the_cell_has_made_may_use_what_that_uses() -> None:
    found = flow("def _make(k):\n    return lambda: k + x\n_first = _make(0)\nc = [_first, z]")
    assert found.latent["c"] == {"x"}
    assert found.carriers["c"] == {"_first", "_make", "z"}


def test_what_a_function_may_write_is_not_what_its_cell_binds() -> None:
    found = flow("def f():\n    global n\n    n = 1\n    seen[0] = n")
    assert found.binds == {"f"}
    assert found.writes == {"f": {"n", "seen"}}


def test_a_name_is_needed_where_nothing_leads_around_it() -> None:
    assert flow("y = 1\nx + y").needed == {"x": 2}
    assert flow("if c: x").needed == {"c": 1}
    assert flow("try: x\nexcept NameError: x = 1").needed == {}
