"""Variables, told without running any of the notebook's code."""

from __future__ import annotations

import pytest
from notebooks import Bench

from tiffin.host.native.variables import LONGEST, list_variables

LOUD = """class Loud:
    def __repr__(self): raise SystemExit
    def __len__(self): raise SystemExit
loud = Loud()"""


async def preview(source: str) -> str | None:
    bench = Bench(f"v = {source}")
    await bench.run()
    [variable] = list_variables(bench.kernel.namespace)
    assert (variable.name, variable.cell, variable.live) == ("v", "c1", True)
    return variable.preview


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("7", "7"),
        ("1.5", "1.5"),
        ("None", "None"),
        ("True", "True"),
        ("'tea'", "'tea'"),
        ("b'x'", "b'x'"),
        ("[1]", "1 item"),
        ("{}", "0 items"),
        ("range(12_345)", "12,345 items"),
        ("10 ** 5000", None),
        ("object()", None),
    ],
)
async def test_previews(source: str, text: str | None) -> None:
    assert await preview(source) == text


async def test_a_long_text_is_cut() -> None:
    text = await preview("'x' * 10_000_000")
    assert text is not None
    assert (len(text), text[-1]) == (LONGEST, "…")


async def test_code_of_the_values_is_not_called() -> None:
    bench = Bench(LOUD)
    await bench.run()
    found = {variable.name: variable for variable in list_variables(bench.kernel.namespace)}
    assert found["loud"].preview is None
    assert found["loud"].type.endswith("Loud")


async def test_what_is_only_known_from_the_cache() -> None:
    bench = Bench("a = 3", "b = [1, 2]", "c = a")
    await bench.run()
    again = bench.again()
    await again.run()
    found = {
        variable.name: (variable.live, variable.preview)
        for variable in list_variables(again.kernel.namespace)
    }
    assert found == {"a": (False, "3"), "b": (False, None), "c": (False, "3")}
