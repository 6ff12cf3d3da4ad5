"""Which values of other cells a body changed: found out in one place, with consequences elsewhere."""

from __future__ import annotations

import pytest
from notebooks import Bench, text

from tiffin.run.lifecycle import CellContext, Decision, Outcome, Proceed


class Notes:
    """A lifecycle around the one under test: keeps what it noted of each cell."""

    def __init__(self) -> None:
        self.changed: dict[str, dict[str, str | None]] = {}

    async def setup(self, context: CellContext) -> Decision:
        return Proceed()

    async def teardown(self, context: CellContext, outcome: Outcome) -> Outcome:
        self.changed[context.cell.id] = dict(context.notes.changed)
        return outcome


async def changed(*cells: str, fields: dict[str, str] | None = None) -> dict[str, dict[str, str | None]]:
    """What each cell changed in a first run, where it changed anything."""
    notes = Notes()
    await Bench(*cells, fields=fields, lifecycles=(notes,)).restore()
    return {cell: found for cell, found in notes.changed.items() if found}


async def names(*cells: str) -> dict[str, list[str]]:
    return {cell: sorted(found) for cell, found in (await changed(*cells)).items()}


@pytest.mark.parametrize(
    "source",
    ["x.append(2)", "x[0] = 5", "x.clear()", "x.sort(reverse=True)", "del x[0]", "y = x\ny.append(2)"],
)
async def test_a_change_in_place_is_noted(source: str) -> None:
    assert await names("x = [1, 2]", source) == {"c2": ["x"]}


@pytest.mark.parametrize("source", ["x", "len(x)", "y = [*x]\ny.append(2)", "sorted(x)", "for v in x: pass"])
async def test_looking_at_a_value_is_no_change(source: str) -> None:
    assert await names("x = [1, 2]", source) == {}


async def test_a_change_that_is_taken_back_is_none() -> None:
    assert await names("x = [1]", "x.append(2)\nx.pop()") == {}


async def test_a_change_of_the_type_alone_is_one() -> None:
    assert await names("x = [1]", "x[0] = True") == {"c2": ["x"]}


async def test_the_identity_that_the_content_has_now_is_noted() -> None:
    found = await changed("x = [1]", "x.append(2)", "y = [1, 2]")
    bench = Bench("y = [1, 2]")
    await bench.restore()
    assert found == {"c2": {"x": bench.kernel.namespace.identity("y")}}


async def test_a_change_through_a_function_is_noted() -> None:
    assert await names("x = []", "def f(): x.append(1)", "f()") == {"c3": ["x"]}


async def test_a_change_of_a_private_value_behind_a_function_is_noted() -> None:
    found = await names("_x = []\ndef f(): _x.append(1)", "f()")
    assert [name.endswith("_x") for name in found["c2"]] == [True]


async def test_another_value_bound_by_a_function_is_noted() -> None:
    assert await names("n = 0\ndef f():\n    global n\n    n += 1", "f()") == {"c2": ["n"]}


async def test_an_argument_that_a_function_changes_is_noted() -> None:
    assert await names("x = []", "def f(v): v.append(1)", "f(x)") == {"c3": ["x"]}


async def test_an_iterator_is_changed_by_whoever_takes_it() -> None:
    assert await names("g = iter([1, 2])", "next(g)") == {"c2": ["g"]}


async def test_an_object_is_compared_by_its_pickle() -> None:
    point = "import types\np = types.SimpleNamespace(x=1)"
    assert await names(point, "p.x = 2") == {"c2": ["p"]}
    assert await names(point, "p.x") == {}
    assert await names(point, "vars(p)['x'] = 2") == {"c2": ["p"]}


async def test_a_big_value_is_changed_if_the_code_says_so() -> None:
    big = "x = [0] * 600_000"
    assert await names(big, "x.append(1)") == {"c2": ["x"]}
    assert await names(big, "len(x)") == {}


async def test_a_cell_that_fails_has_changed_what_it_changed() -> None:
    assert await names("x = [1]", "x.append(2)\n1 / 0") == {"c2": ["x"]}


async def test_own_values_are_no_matter() -> None:
    assert await names("x = [1]\nx.append(2)") == {}


async def test_a_moved_widget_is_no_change() -> None:
    notes = Notes()
    bench = Bench("import tiffin as tn\ns = tn.ui.slider(0, 9)", "s.value", lifecycles=(notes,))
    await bench.restore()
    await bench.set(s=5)
    assert notes.changed == {"c1": {}, "c2": {}}


async def test_in_document_order_a_change_is_noted_too() -> None:
    found = await changed("x = [1]", "x.append(2)", "x", fields={"order": "document"})
    assert {cell: sorted(names) for cell, names in found.items()} == {"c2": ["x"]}


async def test_what_follows_sees_the_change() -> None:
    runs = await Bench("x = [1]", "x.append(2)", "x").restore()
    assert text(runs["c3"]) == "[1, 2]"


async def test_who_only_reads_what_another_changed_is_not_taken_for_a_changer() -> None:
    bench = Bench("xs = []", "xs.append(object())", "len(xs)", "xs.append(1)")
    await bench.run()
    changers = {notice[:2] for notice in bench.notices if "it changes 'xs'" in notice}
    assert changers == {"c2", "c4"}
