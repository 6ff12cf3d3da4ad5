"""Document order: a notebook shows what a run from top to bottom in plain Python shows, whatever was
edited."""

from __future__ import annotations

import ast
import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, currently_in_test_context, given, note, settings
from hypothesis import strategies as st
from notebooks import Bench, how

from tiffin.ids import CellId

DOCUMENT = {"order": "document"}


def plain(cells: dict[str, str]) -> dict[str, str | None]:
    """What each cell shows in a run from top to bottom in plain Python."""
    scope: dict[str, Any] = {}
    shown: dict[str, str | None] = {}
    for cell, source in cells.items():
        tree = ast.parse(source)
        last = tree.body[-1] if tree.body else None
        tail = last.value if isinstance(last, ast.Expr) else None
        exec(compile(ast.Module(tree.body[:-1] if tail else tree.body, []), cell, "exec"), scope)
        value = None if tail is None else eval(compile(ast.Expression(tail), cell, "eval"), scope)
        shown[cell] = None if value is None else repr(value)
    return shown


FIRST = (
    "a = [1]\nb = [2, 3]\nc = []\ndef f(v): return v\ndef g(): return 0\n"
    "class Box:\n    def __init__(self, v): self.v = v\n    def put(self, k): self.v.append(k)\n"
    "box = Box([0])"
)
LISTS = ("a", "b", "c")
STATEMENTS = (
    "{x} = [{k}]",
    "{x} = {y}",
    "{x} = {y} + [{k}]",
    "{x} = [len({y}), {k}]",
    "{x} = {y}[:]",
    "{x}.append({k})",
    "{x} += [{k}]",
    "{x}[:1] = [{k}, {k}]",
    "del {x}[:1]",
    "if len({x}) > 1: {y} = [{k}]",
    "for {x}i in {x}: c = [{k}]",
    "def f(v): return [len({x})]",
    "def f(v):\n    v.append({k})\n    return v",
    "def f(v):\n    global {x}\n    {x} = [{k}]\n    return v",
    "def f(v):\n    {x}.append(len(v))\n    return {y}",
    "def g(): return len({x}) + {k}",
    "{x} = f({y})",
    "f({x})",
    "{x} = [g()]",
    "h = g\n{x} = [h()]",
    "box = Box({x})",
    "box.put({k})",
    "{x} = box.v",
    "box.v = {x}",
    "def f(v):\n    box.put({k})\n    return v",
    "{x} = list(map(lambda v: len({y}) + len({x}), [{k}]))",
)
TAILS = ("{x}", "len({x})", "({x}, {y})", "", "g()", "box.v", "f([])")


@st.composite
def sources(draw: st.DrawFn) -> str:
    lines = []
    for template in draw(st.lists(st.sampled_from(STATEMENTS), min_size=0, max_size=2)):
        x, y = draw(st.sampled_from(LISTS)), draw(st.sampled_from(LISTS))
        lines.append(template.format(x=x, y=y, k=draw(st.integers(4, 9))))
    x, y = draw(st.sampled_from(LISTS)), draw(st.sampled_from(LISTS))
    lines.append(draw(st.sampled_from(TAILS)).format(x=x, y=y))
    return "\n".join(lines)


def _note(text: str) -> None:
    if currently_in_test_context():
        note(text)


edits = st.one_of(
    st.tuples(st.just("put"), st.integers(0, 7), sources()),
    st.tuples(st.just("insert"), st.integers(0, 7), sources()),
    st.tuples(st.just("remove"), st.integers(0, 7), st.just("")),
    st.tuples(st.just("move"), st.integers(0, 7), st.integers(0, 7).map(str)),
    st.tuples(st.just("force"), st.integers(0, 7), st.just("")),
    st.tuples(st.just("session"), st.just(0), st.just("")),
)


@given(st.lists(sources(), min_size=1, max_size=6), st.lists(edits, max_size=6))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_shown_is_what_plain_python_shows(start: list[str], changes: list[tuple[str, int, str]]) -> None:
    asyncio.run(_follow(start, changes))


FOUND: list[tuple[list[str], list[tuple[str, int, str]]]] = [
    (["box = Box(a)\na", "a.append(4)\na", "a.append(4)\na"], []),
    (["b = [4]\na = a\na", "a.append(4)\na"], [("put", 0, "a")]),
    (["box = Box(a)\na", "a = [4]\ndef f(v):\n    box.put(4)\n    return v\nf([])", "a"], []),
    (["def f(v):\n    v.append(4)\n    return v\na", "a = box.v\na = f(a)\na"], [("put", 0, "a")]),
    (
        ["a", "a", "box.put(4)\nb.append(4)\na", "a = b\na", "a"],
        [("move", 4, "0"), ("session", 0, ""), ("move", 4, "0")],
    ),
    (["a", "a", "a", "b.append(4)\n", "a = b\na", "a"], [("move", 4, "0")]),
    (
        [
            "a = [4]\ndef f(v):\n    global a\n    a = [4]\n    return v\na",
            "a",
            "a = [4]\na = f(a)\na",
            "a",
            "a",
        ],
        [],
    ),
    (
        ["a", "a = b\na", "a.append(4)\na", "a = a\na", "box.v"],
        [("put", 0, "box.v = b\na"), ("session", 0, "")],
    ),
    (["a = [4]\na = b\na", "a", "a = [4]\na", "b.append(4)\n"], [("move", 3, "1")]),
    (["a", "b = [g()]\na", "a = [4]\nbox.v = b\na", "b"], [("remove", 0, "")]),
    (
        ["a", "a", "b = a\na", "f([])"],
        [
            ("session", 0, ""),
            ("insert", 0, "b = [4]\ndef f(v): return [len(b)]\na"),
            ("insert", 4, "a.append(4)\na"),
        ],
    ),
    (
        ["a", "a = [4]\ndef f(v):\n    box.put(4)\n    return v\na", "f([])", "a = [4]\nbox.v = b\na", "b"],
        [("move", 3, "0"), ("put", 3, "a = [4]\nf([])")],
    ),
    (["a", "a = [4]\na", "a.append(4)\nbox = Box(a)\na"], [("put", 1, "box.v = a\na"), ("force", 2, "")]),
    (
        ["b = a\na = [4]\na", "a = f(a)\ndef f(v):\n    b.append(len(v))\n    return a\na", "f([])"],
        [("put", 0, "a")],
    ),
    (
        ["a = [4]\nbox.v = a\na", "b.append(4)\na = [4]\na", "a = [4]\na = box.v\na"],
        [("session", 0, ""), ("insert", 1, "a = [4]\nb = box.v\na")],
    ),
    (
        ["a = [4]\na = b\na", "a", "box.put(4)\na", "box.put(4)\na"],
        [("put", 1, "box.v = a\na"), ("insert", 0, "a"), ("session", 0, "")],
    ),
    (
        ["box.v = a\na", "a"],
        [
            ("put", 1, "box.v"),
            ("insert", 0, "a = [4]\nb = box.v\na"),
            ("put", 1, "def f(v):\n    v.append(4)\n    return v\na = f(b)\na"),
        ],
    ),
    (["a = [4]\na = box.v\na", "box.v = a\na"], [("insert", 1, "box.put(4)\na")]),
]
"""What the property test has found over time."""


@pytest.mark.parametrize(("start", "changes"), FOUND, ids=range(len(FOUND)))
async def test_what_was_wrong_once(start: list[str], changes: list[tuple[str, int, str]]) -> None:
    await _follow(start, changes)


async def _follow(start: list[str], changes: list[tuple[str, int, str]]) -> None:
    bench = Bench(FIRST, *start, fields=DOCUMENT)
    cells = {f"c{i}": source for i, source in enumerate((FIRST, *start), 1)}
    await bench.restore()
    _note(f"{cells}")
    assert bench.shown == plain(cells)
    fresh = 100
    for kind, place, more in changes:
        movable = list(cells)[1:]
        at = movable[place % len(movable)] if movable else None
        if kind == "insert" or at is None:
            fresh += 1
            ids = list(cells)
            ids.insert(1 + place % len(ids), f"n{fresh}")
            source = more if kind in ("insert", "put") else "a"
            cells = {cell: cells.get(cell, source) for cell in ids}
            await bench.edit(put={f"n{fresh}": source}, order=ids)
        elif kind == "put":
            cells[at] = more
            await bench.edit(put={at: more})
        elif kind == "remove":
            del cells[at]
            await bench.edit(remove=[at])
        elif kind == "move":
            ids = [cell for cell in cells if cell != at]
            ids.insert(1 + int(more) % len(ids), at)
            cells = {cell: cells[cell] for cell in ids}
            await bench.edit(order=ids)
        elif kind == "force":
            await bench.run(at, force=True)
        else:
            notebook = bench.kernel.notebook
            bench = bench.again()
            bench.kernel = type(bench.kernel)(notebook, bench.kernel._services, bench.events.append)
            await bench.restore()
        _note(f"{kind} {at}: {cells}")
        assert bench.shown == plain(cells)


def document(*sources: str) -> Bench:
    return Bench(*sources, fields=DOCUMENT)


async def test_a_mutating_cell_runs_again_on_the_version_it_starts_from() -> None:
    bench = document("xs = [1]", "xs.append(2)\nxs", "xs")
    await bench.run()
    for _ in range(3):
        await bench.run("c2", force=True)
    assert bench.shown == {"c1": None, "c2": "[1, 2]", "c3": "[1, 2]"}
    await bench.edit(put={"c2": "xs.append(3)\nxs"})
    assert bench.shown["c3"] == "[1, 3]"
    await bench.edit(remove=["c2"])
    assert bench.shown == {"c1": None, "c3": "[1]"}


async def test_a_version_that_no_codec_takes_is_made_again_by_its_producer() -> None:
    bench = document("steps = (n * n for n in range(9))", "a = next(steps)\na", "b = next(steps)\nb")
    await bench.run()
    await bench.edit(put={"c3": "b = next(steps), next(steps)\nb"})
    assert bench.shown == {"c1": None, "c2": "0", "c3": "(1, 4)"}


@pytest.mark.parametrize("order", ["document", "graph"])
async def test_an_object_that_another_cell_changes_is_seen_changed_in_the_next_session(order: str) -> None:
    model = "class Model:\n    k = 0\n    def learn(self, k): self.k = k\nm = Model()"
    cells = (model, "m.learn(7)", "m.k")
    bench = Bench(*cells, fields={"order": order})
    await bench.restore()
    assert bench.shown["c3"] == "7"
    again = bench.again(*cells[:2], "m.k, 0")
    await again.restore()
    assert again.shown["c3"] == "(7, 0)"


async def test_redefinitions_run_only_what_sees_them() -> None:
    bench = document("x = 1", "x + 0", "x = 10", "x + 1")
    await bench.run()
    assert how(await bench.edit(put={"c1": "x = 2"})) == {"c1": "run", "c2": "run"}
    assert how(await bench.edit(put={"c3": "x = 20"})) == {"c3": "run", "c4": "run"}
    assert bench.shown == {"c1": None, "c2": "2", "c3": None, "c4": "21"}


async def test_a_change_that_only_running_shows_makes_a_version() -> None:
    bench = document("xs = [3, 1]", "import heapq\nheapq.heappush(xs, 0)", "xs", "ys = xs", "ys.sort()\nxs")
    await bench.run()
    assert bench.shown["c3"] == "[0, 1, 3]"
    assert bench.kernel.graph.observed == {"c2": {"xs"}, "c5": {"xs"}}
    assert how(await bench.edit(put={"c2": "heapq = None"}))["c3"] == "run"
    assert bench.shown["c3"] == "[3, 1]"


async def test_a_name_used_above_its_first_definition_is_an_error_on_its_cell() -> None:
    bench = document("print(x)", "x = 1", "x")
    runs = await bench.run()
    assert how(runs) == {"c1": "error", "c2": "run", "c3": "run"}
    error = runs["c1"].error
    assert error is not None
    assert error.message.startswith("'x' is used above its first definition, which is in c2")


async def test_an_error_stops_what_sees_the_version_and_nothing_else() -> None:
    bench = document("x = 1", "x = 1 / 0", "x", "x = 3", "x")
    runs = await bench.run()
    assert how(runs) == {"c1": "run", "c2": "error", "c3": "cancelled", "c4": "run", "c5": "run"}


async def test_widgets_and_states_in_several_versions() -> None:
    bench = document(
        "import tiffin as tn\ns = tn.ui.slider(0, 9, value=1)",
        "s.value",
        "s = tn.ui.slider(0, 9, value=5)",
        "s.value",
        "get, put = tn.state(0)",
        "get()",
        "get, put = tn.state(10)",
        "get()",
        "put(s.value)",
    )
    await bench.run()
    assert bench.shown["c8"] == "5"
    first, second = (bench.kernel.namespace.value(("s", CellId(cell))).id for cell in ("c1", "c3"))
    runs = await bench.set(**{first: 2})
    assert how(runs) == {"c2": "run"}
    runs = await bench.set(**{second: 6})
    assert how(runs) == {"c4": "run", "c9": "run", "c8": "run"}
    assert bench.shown["c6"] == "0"
    assert bench.shown["c8"] == "6"


async def test_a_cell_may_delete_a_name_of_another() -> None:
    bench = document("x = [1]\ny = x", "del x\ny", "y", "x = 2\nx")
    await bench.restore()
    shown = {"c1": None, "c2": "[1]", "c3": "[1]", "c4": "2"}
    assert bench.shown == shown
    for cell in ("c2", "c1", "c4"):
        await bench.run(cell, force=True)
        assert bench.shown == shown


async def test_widgets_in_two_versions_of_a_name_are_restored_each_by_itself() -> None:
    cells = (
        "import tiffin as tn\nk = tn.ui.slider(1, 9, value=3)",
        "k.value",
        "k = tn.ui.slider(1, 5)",
        "k.value",
    )
    await document(*cells).restore()
    bench = document(*cells)
    await bench.restore()
    later = bench.again()
    await later.restore()
    for _ in range(2):
        assert (later.shown["c2"], later.shown["c4"]) == ("3", "1")
        assert how(await later.run("c1")) == dict.fromkeys(("c1", "c2", "c3", "c4"), "cache")
        await later.edit(put={"c2": "k.value + 0", "c4": "k.value + 0"})


async def test_switching_the_order_of_a_notebook_runs_it_in_the_other() -> None:
    bench = Bench("x = 1", "x = 2", "x")
    assert how(await bench.run()) == {"c1": "error", "c2": "error", "c3": "cancelled"}
    await bench.edit(settings={"order": "document"})
    assert bench.shown == {"c1": None, "c2": None, "c3": "2"}
    await bench.edit(settings={"order": "graph"})
    assert bench.shown["c3"] is None


async def test_underscored_names_are_shared_as_in_jupyter() -> None:
    bench = document("_k = 1", "_k + 1", "_k = 5", "_k + 1")
    await bench.run()
    assert [bench.shown["c2"], bench.shown["c4"]] == ["2", "6"]


async def test_a_name_that_only_a_cell_below_has_handed_on_is_gone_with_its_definition() -> None:
    cells = ("_n = 1", "def a(n=_n): return n", "if hasattr(a, '__next__'): next(a, None)")
    bench = Bench(*cells, fields=DOCUMENT)
    await bench.restore()
    runs = await bench.edit(put={"c2": "a()"})
    assert how(runs) == {"c2": "error", "c3": "error"}
    assert how(await bench.again(cells[0], "a()", cells[2]).restore())["c2"] == "error"


@pytest.mark.parametrize("changed", [(1, 20), (2, 10), (3, 30)])
async def test_functions_are_made_again_with_the_versions_that_their_defaults_had(
    changed: tuple[int, int],
) -> None:
    def cells(first: int, second: int) -> tuple[str, ...]:
        return (f"_n = {first}\ndef a(n=_n): return n", f"_n = {second}\ndef b(n=_n): return n", "a() + b()")

    bench = document(*cells(1, 10))
    await bench.restore()
    later = bench.again(*cells(*changed))
    await later.restore()
    assert later.shown["c3"] == str(sum(changed))


@pytest.mark.parametrize("changed", [(1, 20), (2, 10), (3, 30)])
async def test_objects_are_restored_with_the_versions_of_their_classes(changed: tuple[int, int]) -> None:
    def cells(first: int, second: int) -> tuple[str, ...]:
        made = "class _P:\n    def go(self): return {}\n{} = _P()"
        return (made.format(first, "a"), made.format(second, "b"), "a.go() + b.go()")

    bench = document(*cells(1, 10))
    await bench.restore()
    later = bench.again(*cells(*changed))
    await later.restore()
    assert later.shown["c3"] == str(sum(changed))
