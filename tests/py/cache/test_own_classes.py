"""Values made of the notebook's own classes: kept by the plain codec, never known by their content alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from notebooks import Bench, how, text

from tiffin.host.export.cook import cook
from tiffin.notebook.files import read_notebook

IMPORTS = "import enum\nfrom dataclasses import dataclass\nfrom collections import namedtuple"
POINT = "@dataclass(frozen=True)\nclass Point:\n    x: int\n    def area(self):\n        return self.x * {}"
COLOR = "class Color(enum.Enum):\n    RED = 1\n    def label(self):\n        return '{}'"
PAIR = (
    "class Pair(namedtuple('Pair', 'x y')):\n    __slots__ = ()\n"
    "    def total(self):\n        return self.x + {}"
)

CASES = [
    (POINT, "p = Point(3)", "p.area()", ("2", "5"), ("6", "15")),
    (COLOR, "p = [Color.RED]", "p[0].label()", ("a", "b"), ("'a'", "'b'")),
    (PAIR, "p = {'k': Pair(1, 2)}", "p['k'].total()", ("2", "5"), ("3", "6")),
]


@pytest.mark.parametrize(
    ("source", "made", "used", "versions", "shows"), CASES, ids=["data", "enum", "tuple"]
)
async def test_an_edited_method_is_called_anew(
    source: str, made: str, used: str, versions: tuple[str, str], shows: tuple[str, str]
) -> None:
    bench = Bench(IMPORTS, source.format(versions[0]), made, used)
    runs = await bench.run()
    assert text(runs["c4"]) == shows[0]
    runs = await bench.edit(put={"c2": source.format(versions[1])})
    assert how(runs) == {"c2": "run", "c3": "run", "c4": "run"}
    assert text(runs["c4"]) == shows[1]
    later = bench.again(IMPORTS, source.format(versions[0]), made, used)
    runs = await later.restore()
    assert how(runs) == dict.fromkeys(["c1", "c2", "c3", "c4"], "cache")
    assert text(runs["c4"]) == shows[0]


@pytest.mark.parametrize(
    ("source", "made", "used", "versions", "shows"), CASES, ids=["data", "enum", "tuple"]
)
async def test_they_are_restored_without_running_what_made_them(
    source: str, made: str, used: str, versions: tuple[str, str], shows: tuple[str, str]
) -> None:
    bench = Bench(IMPORTS, source.format(versions[0]), made, "1")
    await bench.run()
    definition = bench.kernel.namespace.binding("p")
    assert definition is not None
    assert (definition.definition.kind, definition.definition.identity[:8]) == ("inline", "lineage:")
    assert len(definition.definition.needs) == 1
    later = bench.again(IMPORTS, source.format(versions[0]), made, used)
    runs = await later.restore()
    assert (how(runs), text(runs["c4"])) == (
        {"c1": "cache", "c2": "cache", "c3": "cache", "c4": "run"},
        shows[0],
    )


async def test_a_change_in_place_is_seen() -> None:
    cells = (
        IMPORTS,
        "@dataclass\nclass Box:\n    items: list",
        "box = Box([])",
        "box.items.append(1)\nlen(box.items)",
        "box.items",
    )
    bench = Bench(*cells)
    await bench.run()
    assert any("it changes 'box'" in notice for notice in bench.notices)


async def test_members_stay_the_same_objects_when_their_class_is_made_anew() -> None:
    cells = (IMPORTS, COLOR.format("a"), "p = Color.RED", "p is Color.RED")
    bench = Bench(*cells)
    await bench.run()
    runs = await bench.edit(put={"c2": COLOR.format("b")})
    assert text(runs["c4"]) == "True"
    later = bench.again(*cells[:3], "(p is Color.RED, 2)")
    assert text((await later.restore())["c4"]) == "(True, 2)"


async def test_what_holds_one_is_released_with_its_class() -> None:
    bench = Bench(IMPORTS, COLOR.format("a"), "p = {1: Color.RED}", "n = 1", "(p[1] is Color.RED, n)")
    await bench.run()
    later = bench.again(IMPORTS, COLOR.format("a"), "p = {1: Color.RED}", "n = 2", "(p[1] is Color.RED, n)")
    await later.restore()
    runs = await later.edit(put={"c2": COLOR.format("a") + "\nother = 1"})
    runs = await later.edit(put={"c4": "n = 3"})
    assert text(runs["c5"]) == "(True, 3)"


def test_modules_beside_the_notebook_count_as_its_own(tmp_path: Path) -> None:
    module = tmp_path / "shapes.py"
    source = f"from dataclasses import dataclass\n{POINT}\n"
    path = tmp_path / "nb.py"
    path.write_text("# %%\nimport shapes\n# %%\np = shapes.Point(3)\n# %%\np.area()\n")
    shown = []
    for factor in (2, 5):
        module.write_text(source.format(factor))
        cooked = cook(read_notebook(path), path, tmp_path / "cache", lambda event: None)
        assert cooked.summary.success
        shown.append(cooked.cells["c3"].output["text/plain"])  # type: ignore[index]
        manifest = cooked.cells["c2"].manifest  # type: ignore[index]
        assert manifest is not None
        definition = manifest.definitions["p"]
        assert (definition.kind, definition.modules) == ("inline", ("shapes",))
        assert definition.identity.startswith("lineage:")
    assert shown == ["6", "15"]


async def test_private_classes_are_restored_with_their_values() -> None:
    cells = (
        "from dataclasses import dataclass\n_k = 2\n@dataclass\nclass _Point:\n    x: int\n"
        "    def area(self):\n        return self.x * _k\np = _Point(3)",
        "p.area()",
    )
    bench = Bench(*cells)
    await bench.run()
    later = bench.again(cells[0], "p.area() + 1")
    runs = await later.restore()
    assert (how(runs), text(runs["c2"])) == ({"c1": "cache", "c2": "run"}, "7")


async def test_members_of_an_enum_are_no_common_part_in_document_order() -> None:
    cells = (IMPORTS, COLOR.format("a"), "a = Color.RED", "b = Color.RED", "a is b")
    bench = Bench(*cells, fields={"settings": {"order": "document"}})
    await bench.run()
    binding = bench.kernel.namespace.binding("b")
    assert binding is not None
    assert binding.definition.shares == ()
    later = bench.again(*cells[:4], "(a is b, 1)")
    runs = await later.restore()
    assert (how(runs)["c4"], text(runs["c5"])) == ("cache", "(True, 1)")
