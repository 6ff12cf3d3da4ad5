"""Document order: a notebook shows what a run from top to bottom in plain Python shows, whatever was
edited."""

from __future__ import annotations

import ast
import asyncio
from typing import Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from notebooks import Bench

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


async def _follow(start: list[str], changes: list[tuple[str, int, str]]) -> None:
    bench = Bench(FIRST, *start, fields=DOCUMENT)
    cells = {f"c{i}": source for i, source in enumerate((FIRST, *start), 1)}
    await bench.restore()
    note(f"{cells}")
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
        note(f"{kind} {at}: {cells}")
        assert bench.shown == plain(cells)
