"""Private names in a shared namespace."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tiffin.cells.names import is_private, mangle, unmangle
from tiffin.ids import CellId

ids = st.text(min_size=1, max_size=12).map(CellId)
private = st.from_regex(r"_[a-z_]{0,5}[a-z]", fullmatch=True)


@given(ids, private)
def test_mangling_can_be_undone(cell: CellId, name: str) -> None:
    assert unmangle(mangle(name, cell)) == name
    assert mangle(name, cell).isidentifier()


@given(ids, ids, private, private)
def test_two_cells_never_share_a_mangled_name(left: CellId, right: CellId, a: str, b: str) -> None:
    assert (mangle(a, left) == mangle(b, right)) == ((left, a) == (right, b))


def test_which_names_are_private() -> None:
    assert [name for name in ("_", "_x", "__x", "__x__", "x_", "____", "__") if is_private(name)] == [
        "_",
        "_x",
        "__x",
        "____",
        "__",
    ]
