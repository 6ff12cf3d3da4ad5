"""Names over names: what code finds, binds and lists."""

from __future__ import annotations

import builtins
from typing import Any

from tiffin.run.scratch_names import ScratchNames


def names(**beneath: Any) -> ScratchNames:
    return ScratchNames({"__name__": "__main__", **beneath})


def test_it_binds_its_own_and_reads_through() -> None:
    given = names(x=1)
    exec("y = x\nx = 2\nz = x", given)
    assert (given["x"], given["y"], given["z"], given.beneath["x"]) == (2, 1, 2, 1)
    assert {"x", "y", "z"} <= given.keys()
    assert set(given.beneath) == {"__name__", "x"}


def test_it_sees_what_is_bound_beneath_later() -> None:
    given = names()
    exec("def f(): return x\nclass A:\n    def m(self): return x", given)
    given.beneath["x"] = 5
    assert (given["f"](), given["A"]().m()) == (5, 5)


def test_classes_and_nested_code_find_everything() -> None:
    given = names(x=1, len=lambda _: "not yours")
    exec(
        "class A:\n    y = x\n    n = len([])\n    z = [x for _ in range(2)]\nw = (lambda: (x, len('')))()",
        given,
    )
    kind = given["A"]
    assert (kind.y, kind.n, kind.z, given["w"]) == (1, "not yours", [1, 1], (1, "not yours"))
    assert len is builtins.len


def test_lists_each_name_once() -> None:
    given = names(x=1, y=2)
    given["x"] = 3
    assert sorted(given) == ["__builtins__", "__name__", "x", "y"]
    assert len(given) == 4
    assert dict(given.items())["x"] == 3
    assert sorted(value for value in given.values() if isinstance(value, int)) == [2, 3]
    assert (given.get("x"), given.get("y"), given.get("z"), given.get("z", 0)) == (3, 2, None, 0)
    assert ("y" in given, "z" in given) == (True, False)
