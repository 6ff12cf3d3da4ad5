"""The inputs lifecycle: one batch, only what is needed, and packages first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest
from notebooks import Bench, how, text

from tiffin.run.lifecycles.inputs import names_attribute
from tiffin.stores.memory import MemoryStore


class Counting(MemoryStore):
    """A store that notes its batches."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    async def get_many(self, keys: Iterable[str]) -> Mapping[str, bytes | memoryview]:
        wanted = list(keys)
        if wanted:
            self.batches.append(len(wanted))
        return await super().get_many(wanted)


class Installer:
    """Packages that notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[frozenset[str]] = []

    async def ensure(self, modules: frozenset[str]) -> None:
        self.asked.append(modules)


CELLS = ("a = 'a' * 5000", "b = 'b' * 5000", "unused = 'c' * 5000", "def f():\n    return len(b)", "n = 1")


async def test_what_a_body_needs_comes_in_one_batch_through_functions_too() -> None:
    blobs = Counting()
    bench = Bench(*CELLS, "len(a) + f() + n", blobs=blobs)
    await bench.restore()
    blobs.batches.clear()
    second = bench.again(*CELLS[:-1], "n = 2", "len(a) + f() + n")
    runs = await second.restore()
    assert how(runs)["c6"] == "run"
    assert text(runs["c6"]) == "10002"
    assert blobs.batches == [2]
    assert not second.kernel.namespace.is_live("unused")


async def test_imports_of_a_hit_happen_when_something_live_needs_them() -> None:
    installer = Installer()
    cells = (
        "import colorsys",
        "import json as unused",
        "def f(x):\n    return colorsys.rgb_to_hsv(x, 0, 0)",
        "n = 1",
    )
    bench = Bench(*cells, "f(n)")
    await bench.restore()
    second = bench.again(*cells[:-1], "n = 0", "f(n)", packages=installer)
    runs = await second.restore()
    assert how(runs) == {"c1": "cache", "c2": "cache", "c3": "cache", "c4": "run", "c5": "run"}
    assert installer.asked == [frozenset({"colorsys"})]
    assert not second.kernel.namespace.is_live("unused")


async def test_a_producer_that_fails_when_it_runs_again_cancels_who_needs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cells = ("import os\ng = (c for c in os.environ['TN_THERE'])", "n = 1", "len(list(g)) + n")
    monkeypatch.setenv("TN_THERE", "abc")
    bench = Bench(*cells)
    assert text((await bench.restore())["c3"]) == "4"
    monkeypatch.delenv("TN_THERE")
    runs = await bench.again(cells[0], "n = 2", cells[2]).restore()
    assert how(runs) == {"c2": "run", "c1": "error", "c3": "cancelled"}
    assert runs["c3"].reason == "c1, which it depends on, failed"


async def test_methods_of_restored_objects_find_what_their_cells_use() -> None:
    cells = (
        "factor = 3",
        "class Scale:\n    def of(self, x):\n        return x * factor",
        "made = [Scale(), object()]",
        "n = 1",
    )
    bench = Bench(*cells, "made[0].of(n)")
    await bench.restore()
    second = bench.again(*cells[:-1], "n = 2", "made[0].of(n)")
    runs = await second.restore()
    assert how(runs) == {"c1": "cache", "c2": "cache", "c3": "cache", "c4": "run", "c5": "run"}
    assert text(runs["c5"]) == "6"


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("w.widget.count", True),
        ("[each.widget for each in ws]", True),
        ("def f(w):\n    return lambda: w.widget", True),
        ("w.value['widget']", False),
        ("w.widgets", False),
    ],
)
def test_code_that_names_an_attribute_is_seen(source: str, named: bool) -> None:
    assert names_attribute(compile(source, "c", "exec"), "widget") is named
