"""Never stale: whatever was edited, moved or stored before, a notebook shows what a fresh one would."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from notebooks import Bench, how, text

from tiffin.events import CellEnded, RunCompleted
from tiffin.run.lifecycles.cached import CachePolicy
from tiffin.run.result import CellRun

BROWSER = CachePolicy(unreadable="recompute", check_blobs=False, large=False)
SLIDER = "import tiffin as tn\ns = tn.ui.slider(0, 9, value=8)"


async def test_a_name_that_a_run_leaves_unbound_does_not_keep_the_value_of_the_run_before() -> None:
    bench = Bench(
        SLIDER, "if s.value > 5:\n    x = 1", "try:\n    r = x\nexcept NameError:\n    r = 'none'\nr"
    )
    assert text((await bench.run())["c3"]) == "1"
    assert text((await bench.set(s=2))["c3"]) == "'none'"


async def test_a_class_and_those_made_of_it_are_of_one_making() -> None:
    bench = Bench(
        "class A: pass", "class B(A): pass", "b = B()", SLIDER, "s.value, issubclass(B, A), isinstance(b, A)"
    )
    assert text((await bench.run())["c5"]) == "(8, True, True)"
    await bench.run("c1", force=True)
    assert text((await bench.set(s=2))["c5"]) == "(2, True, True)"


async def test_a_class_that_comes_back_with_a_widget_takes_its_subclasses_along() -> None:
    bench = Bench(
        SLIDER,
        "n = s.value\nclass A: pass",
        "class B(A): pass",
        "u = tn.ui.slider(0, 9)",
        "u.value, n, issubclass(B, A)",
    )
    await bench.run()
    await bench.set(s=3)
    await bench.set(s=8)
    assert text((await bench.set(u=1))["c5"]) == "(1, 8, True)"


async def test_of_several_values_none_is_set_if_one_is_refused() -> None:
    bench = Bench(SLIDER, "u = tn.ui.slider(0, 9)", "s.value")
    await bench.run()
    assert await bench.set(s=2, u="bad") == {}
    assert bench.kernel.elements.find("s").front_end == 8
    assert isinstance(bench.events[-1], RunCompleted)
    assert text((await bench.set(s=2))["c3"]) == "2"


async def test_a_decorator_that_registers_does_not_register_twice() -> None:
    registry = (
        "found = []\ndef keep(f):\n    found.append(f.__name__)\n    return f\n@keep\ndef a(): return 1"
    )
    bench = Bench(registry, "a(), found")
    await bench.run()
    again = bench.again(registry, "a(), found, 0")
    assert text((await again.restore())["c2"]) == "(1, ['a'], 0)"


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (("seen = []\ndef add(x): seen.append(x)", "add(1)", "seen"), "[1]"),
        (("_seen = []\ndef add(x): _seen.append(x)\ndef get(): return _seen", "add(1)", "get()"), "[1]"),
        (("n = 0\ndef step():\n    global n\n    n += 1", "step()", "n"), "1"),
        (
            (
                "seen = []\ndef register(f):\n    seen.append(f.__name__)\n    return f",
                "@register\ndef a(): pass",
                "seen",
            ),
            "['a']",
        ),
        (("rest = iter([1, 2, 3])", "next(rest)", "next(rest)"), "2"),
    ],
)
async def test_a_change_through_a_function_or_of_an_iterator_is_made_in_every_session(
    cells: tuple[str, ...], shown: str
) -> None:
    bench = Bench(*cells)
    assert text((await bench.restore())["c3"]) == shown
    edited = bench.again(*cells[:2], f"({cells[2]})")
    edited_again = bench.again(*cells[:2], f"last = {cells[2]}\nlast")
    assert text((await edited.restore())["c3"]) == shown
    assert text((await edited_again.restore())["c3"]) == shown


async def test_a_change_is_seen_by_functions_that_read_what_was_changed() -> None:
    defining = "_seen = []\ndef add(x): _seen.append(x)\ndef count(): return len(_seen)"
    bench = Bench(defining, "add(1)", "count()")
    assert text((await bench.restore())["c3"]) == "1"
    assert text((await bench.again(defining, "add(1)\nadd(2)", "count()").restore())["c3"]) == "2"


async def test_a_chain_of_a_thousand_functions_needs_no_deep_stack() -> None:
    cells = ["def f0(): return 0", *(f"def f{i}(): return f{i - 1}" for i in range(1, 1000))]
    bench = Bench(*cells, "f999.__name__")
    assert text((await bench.restore())["c1001"]) == "'f999'"
    assert text((await bench.again(*cells, "f999.__name__ * 1").restore())["c1001"]) == "'f999'"


async def test_an_exception_whose_text_ends_the_process_is_only_its_cells_error() -> None:
    bench = Bench("class E(Exception):\n    def __str__(self): raise SystemExit(1)\nraise E", "2")
    runs = await bench.run()
    assert how(runs) == {"c1": "error", "c2": "run"}


async def test_what_depends_on_a_cell_that_failed_before_is_cancelled_not_run_without_it() -> None:
    bench = Bench(SLIDER, "sum = 1 / 0", "s.value, sum([1])")
    assert how(await bench.restore())["c3"] == "cancelled"
    assert how(await bench.set(s=2)) == {"c3": "cancelled"}
    assert how(await bench.run("c3")) == {"c3": "cancelled"}


async def test_what_was_never_run_runs_before_what_needs_it() -> None:
    bench = Bench("sum = len", "other = sum", "other([7])")
    runs = await bench.run("c3")
    assert how(runs) == {"c1": "run", "c2": "run", "c3": "run"}
    assert text(runs["c3"]) == "1"


# -- random notebooks -----------------------------------------------------------------------------------

NAMES = ("a", "b", "sum", "d", "e")


@st.composite
def cells(draw: st.DrawFn, index: int) -> str:
    """A cell that binds the name at `index`, of what stands before it, and shows something of it."""
    name = NAMES[index]
    before = draw(st.lists(st.sampled_from(NAMES[:index]), max_size=2)) if index else []
    number = draw(st.integers(0, 3))
    # `key` gives a number for whatever is bound, so that every kind of cell can follow every other.
    parts = " + ".join([*(f"key({other})" for other in before), str(number)])
    form = draw(
        st.sampled_from(
            (
                "{name} = {parts}\n{name}",
                "{name} = [{parts}, {number}]\n{name}",
                "{name} = ({parts}) % 2",
                "def {name}(x={number}): return x + {parts}",
                "_k = {number}\ndef _inner(): return _k + {parts}\ndef {name}(): return _inner()\n{name}()",
                "class {name}:\n    k = {number}\n    def go(self): return self.k + {parts}",
                "if ({parts}) % 2:\n    {name} = {number}",
                "{name} = lambda: {parts}\nprint({parts})",
                "{name} = max([1, 2])\nif {number} == 3:\n    raise ValueError({parts})",
                "{name} = tn.ui.slider(0, 9, value=({parts}) % 10)\n{name}.value",
                "try:\n    {name} = len(str(type({name2}))) + {parts}\nexcept NameError:\n    {name} = -1",
            )
        )
    )
    return form.format(name=name, parts=parts, number=number, name2=before[0] if before else "tn")


KEY = """import tiffin as tn
def key(value):
    if isinstance(value, type): return value().go()
    if isinstance(value, list): return len(value) + value[0]
    if hasattr(value, "front_end"): return value.value
    return value() if callable(value) and value is not max else value if isinstance(value, int) else 7"""

notebooks = st.tuples(*(cells(index) for index in range(len(NAMES))))
steps = st.lists(
    st.tuples(st.sampled_from(("edit", "set", "force", "open")), st.integers(0, 4), st.integers(0, 9)),
    max_size=4,
)


def _showing(events: list[Any]) -> dict[str, Any]:
    """What a page shows of each cell after `events`: a part that an event leaves out stays as it is."""
    shown: dict[str, Any] = {}
    for event in events:
        if isinstance(event, CellEnded):
            before = shown.get(event.cell, (None, None, None, None))
            output = before[1] if event.output is None and event.status == "idle" else event.output
            console = before[2] if event.console is None and event.status == "idle" else event.console
            error = None if event.error is None else (event.error.kind, event.error.message)
            shown[event.cell] = (event.status, output or {}, console or (), error)
    return shown


def _moved(bench: Bench) -> dict[str, Any]:
    elements: list[Any] = [bench.kernel.namespace.globals.get(name) for name in NAMES]
    return {e.name: e.front_end for e in elements if hasattr(e, "front_end") and e.front_end != e.initial}


async def _fresh(sources: tuple[str, ...], moved: Mapping[str, Any]) -> dict[str, Any]:
    bench = Bench(KEY, *sources)
    await bench.restore()
    for name in NAMES:  # in the order of dependency: a move resets the widgets below it
        if name in moved:
            await bench.set(**{name: moved[name]})
    return _showing(bench.events)


async def _live(sources: tuple[str, ...], edits: tuple[str, ...], todo: Any, policy: CachePolicy) -> None:
    bench = Bench(KEY, *sources, policy=policy)
    await bench.restore()
    for step, index, number in todo:
        runs: dict[str, CellRun] = {}
        if step == "edit":
            sources = (*sources[:index], edits[index], *sources[index + 1 :])
            bench = bench.again(KEY, *sources)
            runs = await bench.restore()
        elif step == "open":
            bench = bench.again()
            runs = await bench.restore()
        elif step == "force":
            runs = await bench.run(f"c{index + 2}", force=True)
        elif hasattr(bench.kernel.namespace.globals.get(NAMES[index]), "front_end"):
            runs = await bench.set(**{NAMES[index]: number})
        assert _showing(bench.events) == await _fresh(sources, _moved(bench)), (
            step,
            index,
            number,
            how(runs),
        )


@pytest.mark.parametrize("policy", [CachePolicy(), BROWSER], ids=["native", "browser"])
@settings(max_examples=75, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(sources=notebooks, edits=notebooks, todo=steps)
def test_random_notebooks_show_what_fresh_ones_would(
    policy: CachePolicy, sources: tuple[str, ...], edits: tuple[str, ...], todo: Any
) -> None:
    asyncio.run(_live(sources, edits, todo, policy))
