"""Whatever was edited, moved or made lazy before, a notebook ends as a fresh run of it would."""

from __future__ import annotations

import ast
import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from notebooks import Bench
from reactivity.driver import public_names

from tiffin.commands import CellSource
from tiffin.events import CellEnded, Event, RunCompleted
from tiffin.ids import CellId
from tiffin.notebook.notebook import Notebook
from tiffin.session.kernel import Kernel

UNKNOWN = {"'blob'", "'unavailable'", "'imported'"}
NAMES = ("a", "b", "c", "d")
FORMS = (
    "{x} = {k}",
    "{x} = {y} + {k}\n{x}",
    "{x} = {y} * {z}\n{x}",
    "{x} = {y} % 2",
    "{x} = {k}; {y} = {k} + 1",
    "{x} = {k}\nif {y} == {k}: 1 / 0\n{x}",
    "if {y} > {k}: {x} = {y}",
    "tn.stop({y} > {k}, 'enough')\n{x} = {y}",
    "_p = {y}\n{x} = _p + 1",
    "_p = {k}\ndef f(v): return v + _p",
    "def f(v): return v + {y}",
    "def f(v): return g(v) + 1",
    "def g(v, k={y}): return v * k",
    "{x} = f({y})\n{x}",
    "{x} = g({k})\nf({k})",
    "try:\n    {x} = {y}\nexcept NameError:\n    {x} = -1",
    "{x} = sum([{y}, {k}])",
    "def sum(v): return 7",
    "del {x}",
    "{x} = {k}; del {x}",
    "s = tn.ui.slider(0, 9, value={k})",
    "t = tn.ui.slider(0, 9, value={y} % 10)",
    "{x} = s.value\n{x}",
    "{x} = t.value + s.value",
    "class A:\n    k = {y}",
    "class B(A): pass",
    "{x} = B().k + A.k",
    "print({x})",
    "{x}",
    "({x}, {y})",
    "{x} = len(str({y}))",
    "{x} = [{y}, {k}]",
    "{x} = [s, {k}]",
    "{x} = {y}[0]\n{x}",
    "{x} = lambda v=1: {y} + v",
    "{x} = {y}()\n{x}",
    "{x} = B()",
    "{x} = {y}.k",
    "from math import floor as {x}",
    "{x} = {y}(2.5)\n{x}",
    "class B:\n    def __init__(self): self.k = f({k})",
    "{x} = {y}[-1]\n{x}",
    "for {x} in range({k}): pass",
    "",
    "# nothing",
    "{x} =",
)


@st.composite
def sources(draw: st.DrawFn) -> str:
    x, y, z = (draw(st.sampled_from(NAMES)) for _ in range(3))
    return draw(st.sampled_from(FORMS)).format(x=x, y=y, z=z, k=draw(st.integers(0, 3)))


places = st.integers(0, 9)
edits = st.one_of(
    st.tuples(st.just("put"), places, sources()),
    st.tuples(st.just("put"), places, sources()),
    st.tuples(st.just("insert"), places, sources()),
    st.tuples(st.just("remove"), places, st.none()),
    st.tuples(st.just("move"), places, places),
    st.tuples(st.just("disable"), places, st.none()),
    st.tuples(st.just("call"), places, st.none()),
    st.tuples(st.just("two"), places, st.tuples(sources(), sources())),
    st.tuples(st.just("set"), places, st.sampled_from(["s", "t"])),
    st.tuples(st.just("force"), places, st.none()),
    st.tuples(st.just("run"), places, st.none()),
    st.tuples(st.just("lazy"), places, st.booleans()),
)


def without_addresses(value: Any) -> Any:
    return ast.literal_eval(re.sub(r" at 0x[0-9a-f]+", "", repr(value)))


@dataclass
class Showing:
    """What a page shows of each cell: a part that an event leaves out stays as it is."""

    cells: dict[str, tuple[str, Any, Any, Any]] = field(default_factory=dict)
    reasons: dict[str, str | None] = field(default_factory=dict)

    def take(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, CellEnded):
                _, output, console, _ = self.cells.get(event.cell, ("", {}, [], None))
                if event.status != "idle" or event.output is not None:
                    output = without_addresses(event.output or {})
                    console = [without_addresses(piece.text) for piece in event.console or ()]
                elif event.origin == "none":
                    output, console = {}, []
                error = event.error and (event.error.kind, without_addresses(event.error.message))
                self.cells[event.cell] = (event.status, output, console, error)
                self.reasons[event.cell] = event.reason
        events.clear()

    def of(self, kernel: Kernel) -> dict[str, Any]:
        """What is shown of the cells that there are, by status, output, console and error."""
        return {
            cell.id: self.cells[cell.id]
            for cell in kernel.graph
            if cell.has_code or cell.problem is not None or cell.id in kernel.graph.problems
        }


def elements(kernel: Kernel) -> dict[str, Any]:
    """The widgets `s` and `t`, in the order of dependency: a move resets the widgets below it."""
    owners = {name: kernel.namespace.binding(name) for name in ("s", "t")}
    order = {cell: index for index, cell in enumerate(kernel.graph.sequence)}
    found = [name for name, binding in owners.items() if binding is not None and binding.owner in order]
    found.sort(key=lambda name: order[owners[name].owner])  # type: ignore[union-attr]
    return {name: kernel.elements.find(name) for name in found}


def moved_elements(kernel: Kernel) -> dict[str, Any]:
    return {n: e.front_end for n, e in elements(kernel).items() if e.front_end != e.initial}


async def fresh(
    notebook: Notebook, moved: dict[str, Any], stores: Bench | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """What a new session with empty stores, or those of a bench, shows of `notebook`, and its names."""
    bench, showing = Bench() if stores is None else stores.again(), Showing()
    lively = replace(notebook, settings={})
    bench.kernel = Kernel(lively, bench.kernel._services, bench.events.append)
    await bench.restore()
    for name, value in moved.items():
        await bench.set(**{name: value})
    showing.take(bench.events)
    return showing.of(bench.kernel), public_names(bench.kernel)


def differences(live: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Where two sessions differ; what a name stands for is not known where nobody has needed its value."""
    pairs = {key: (live.get(key), other.get(key)) for key in live.keys() | other.keys()}
    return {
        key: (mine, theirs)
        for key, (mine, theirs) in pairs.items()
        if mine != theirs and (None in (mine, theirs) or not UNKNOWN & {repr(mine), repr(theirs)})
    }


async def compare(bench: Bench, showing: Showing) -> None:
    showing.take(bench.events)
    kernel = bench.kernel
    shown, names = await fresh(kernel.notebook, moved_elements(kernel))
    assert differences(showing.of(kernel), shown) == {}
    assert differences(public_names(kernel), names) == {}
    for cell, reason in showing.reasons.items():
        blamed = re.match(r"(\S+), which it depends on", reason or "")
        if blamed and cell in kernel.graph.cells and showing.cells[cell][0] == "cancelled":
            assert blamed[1] in kernel.graph.ancestors([CellId(cell)])
            assert kernel.namespace.key_of(CellId(blamed[1])) is None


async def follow(start: list[str], changes: list[tuple[str, int, Any]]) -> None:
    bench, showing = Bench("import tiffin as tn", *start), Showing()
    await bench.restore()
    await compare(bench, showing)
    was_lazy = False
    for number, change in enumerate(changes):
        await apply(bench, f"n{number}", *change)
        completed = [event for event in bench.events if isinstance(event, RunCompleted)]
        assert len(completed) == 1
        assert bench.events[-1] is completed[0]
        showing.take(bench.events)
        was_lazy = was_lazy or change[0] == "lazy"
        note(f"{change}: {[(c.id, c.source, dict(c.settings)) for c in bench.kernel.notebook.cells]}")
        if not was_lazy:
            await compare(bench, showing)
    await bench.stale()
    await compare(bench, showing)
    notebook, moved = bench.kernel.notebook, moved_elements(bench.kernel)
    reopened, anew = await fresh(notebook, moved, bench), await fresh(notebook, moved)
    assert [differences(*both) for both in zip(reopened, anew, strict=True)] == [{}, {}]


async def apply(bench: Bench, fresh_id: str, kind: str, place: int, more: Any) -> None:
    """Do one thing to the notebook; the first cell, which imports tiffin, stays as it is."""
    cells = [cell.id for cell in bench.kernel.notebook.cells][1:]
    at = cells[place % len(cells)] if cells else None
    if kind == "set":
        await (bench.set(**{more: place}) if more in elements(bench.kernel) else bench.run("c1"))
    elif kind in ("run", "force"):
        await bench.run(at or "c1", force=kind == "force")
    else:
        await bench.edit(**edit_of(bench.kernel.notebook, fresh_id, kind, place, more))


def edit_of(notebook: Notebook, fresh_id: str, kind: str, place: int, more: Any) -> dict[str, Any]:
    """The arguments of `Bench.edit` for one of the edits."""
    by_id = {cell.id: cell for cell in notebook.cells}
    cells = list(by_id)[1:]
    at = cells[place % len(cells)] if cells else None
    if kind == "lazy":
        return {"settings": {"autorun": not more}}
    if kind == "insert" or at is None:
        order = ["c1", *cells]
        order.insert(1 + place % len(order), fresh_id)
        return {"put": {fresh_id: more if kind == "insert" else "a = 1"}, "order": order}
    before = by_id[at]
    match kind:
        case "put":
            return {"put": {at: more}}
        case "two":
            return {"put": {at: more[0], cells[(place + 1) % len(cells)]: more[1]}}
        case "remove":
            return {"remove": [at]}
        case "move":
            order = [cell for cell in ("c1", *cells) if cell != at]
            order.insert(1 + more % len(order), at)
            return {"order": order}
        case "disable":
            disabled = {"disabled": not before.settings.get("disabled")}
            return {"put": {at: CellSource(at, before.source, settings=disabled)}}
        case _:
            return {"put": {at: CellSource(at, before.source, name=fresh_id)}}


@given(st.lists(sources(), max_size=7), st.lists(edits, max_size=8))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_notebook_ends_as_a_fresh_run_would(start: list[str], changes: list[tuple[str, int, Any]]) -> None:
    asyncio.run(follow(start, changes))
