"""Cached blocks: what is skipped, what is bound, and what is not kept."""

# ruff: noqa: E501 (programs stand in one line)

from __future__ import annotations

import asyncio
import builtins
import linecache
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest
from programs import Place, run_program

from tiffin.errors import UsageError
from tiffin.session import caches
from tiffin.stores.store import at_once

noted: list[Any] = []
"""What programs have noted: by a builtin, which no key is made of."""


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    place = Place()
    monkeypatch.setattr(caches, "_call_services", place)
    monkeypatch.setattr(builtins, "note", noted.append, raising=False)
    yield place
    noted.clear()


def run(place: Place, text: str, **names: Any) -> list[Any]:
    """Run a program; return what it noted."""
    noted.clear()
    place.namespace = {}
    run_program(text, into=place.namespace, cached=caches.persistent_cache, **names)
    return noted.copy()


def twice(place: Place, text: str, other: str | None = None, **names: Any) -> list[Any]:
    """Run a program and then it or another one; return what both have noted."""
    before = run(place, text, **names)
    return before + run(place, text if other is None else other, **names)


BLOCK = "with cached('b') as b:\n  note('ran')\n  x = [a, 2]\n  y = 'z'\nnote(repr((b.hit, x, y)))"


def test_a_block_is_skipped_and_its_names_are_bound(place: Place) -> None:
    assert twice(place, BLOCK, a=1) == ["ran", "(False, [1, 2], 'z')", "(True, [1, 2], 'z')"]
    assert place.notices == []
    assert len(set(place.used)) == 1
    assert len(place.used) == 2


HITS = {
    "comment": BLOCK.replace("  y =", "  # why\n  y  ="),
    "further code": f"1\n{BLOCK}\n2",
}
MISSES = {"body": BLOCK.replace("2]", "3]"), "global": f"a = 2\n{BLOCK}"}


@pytest.mark.parametrize("name", HITS)
def test_hits(place: Place, name: str) -> None:
    assert twice(place, BLOCK, HITS[name], a=1).count("ran") == 1


@pytest.mark.parametrize("name", MISSES)
def test_misses(place: Place, name: str) -> None:
    assert twice(place, BLOCK, MISSES[name], a=1).count("ran") == 2


def test_a_helper_that_changed_is_a_miss(place: Place) -> None:
    text = "def g(): return {}\nwith cached('b'):\n  x = g()\nnote(str(x))"
    assert twice(place, text.format(1), text.format(2)) == ["1", "2"]


IN = {
    "function": "def h(a):\n  with cached('b') as b:\n    note('ran')\n    x = a + 1\n  return b.hit, x\nnote(h(1))",
    "method": "class A:\n  def h(s, a):\n    with cached('b') as b:\n      note('ran')\n      x = a + 1\n"
    "    return b.hit, x\nnote(A().h(1))",
    "closure": "def h(a):\n  with cached('b') as b:\n    note('ran')\n    x = a + 1\n"
    "  return (lambda: (b.hit, x))()\nnote(h(1))",
    "class": "class A:\n  a = 1\n  with cached('b') as b:\n    note('ran')\n    x = a + 1\n"
    "note((A.b.hit, A.x))",
    "generator": "def h(a):\n  with cached('b') as b:\n    note('ran')\n    x = a + 1\n  yield b.hit, x\n"
    "note(*h(1))",
    "head of several lines": "a = 1\nwith (\n  cached(\n  'b')\n  as b\n):\n  note('ran')\n  x = a + 1\nnote((b.hit, x))",
    "loop": "for a in [1]:\n  with cached('b') as b:\n    note('ran')\n    x = a + 1\nnote((b.hit, x))",
    "try": "try:\n  a = 1\n  with cached('b') as b:\n    note('ran')\n    x = a + 1\nfinally: note((b.hit, x))",
}


@pytest.mark.parametrize("name", IN)
def test_it_works_in(place: Place, name: str) -> None:
    assert twice(place, IN[name]) == ["ran", (False, 2), (True, 2)]
    assert place.notices == []


def test_async_tasks_with_one_cache(place: Place) -> None:
    text = (
        "import asyncio\none = cached('b')\nasync def h(a):\n  with one as b:\n    note('ran')\n"
        "    await asyncio.sleep(0 if a else 0.001)\n    x = a + 1\n  return b.hit, x\n"
        "async def main(): return await asyncio.gather(h(0), h(1))\nnote(asyncio.run(main()))"
    )
    assert twice(place, text) == ["ran", "ran", [(False, 1), (False, 2)], [(True, 1), (True, 2)]]


def test_nested_blocks(place: Place) -> None:
    text = (
        "with cached('o') as o:\n  note('o')\n  with cached('i'):\n    note('i')\n    x = {}\n"
        "  y = x + {}\nnote((o.hit, y))"
    )
    assert twice(place, text.format(1, 1)) == ["o", "i", (False, 2), (True, 2)]
    assert run(place, text.format(1, 2)) == ["o", (False, 3)]


def test_what_a_block_may_leave_as_it_was_decides_it(place: Place) -> None:
    text = "x = {}\nwith cached('b'):\n  if a: x = 5\nnote(x)"
    assert twice(place, text.format(1), text.format(2), a=False) == [1, 2]
    held = "import contextlib\nx = {}\nwith cached('b'):\n  with contextlib.suppress(KeyError):\n    x = a['x']\nnote(x)"
    assert twice(place, held.format(1), held.format(2), a={}) == [1, 2]
    empty = "x = {}\nwith cached('b'):\n  for x in a: pass\nnote(x)"
    assert twice(place, empty.format(1), empty.format(2), a=[]) == [1, 2]


def test_a_block_that_deletes_runs_each_time(place: Place) -> None:
    text = "x = 1\nwith cached('b'):\n  note('ran')\n  del x\nnote('x' in globals())"
    assert twice(place, text) == ["ran", False, "ran", False]
    assert "deletes 'x'" in place.notices[0]


def test_a_block_that_defines_a_function_runs_each_time(place: Place) -> None:
    text = "with cached('b'):\n  note('ran')\n  def g(): return {}\nnote(g())"
    assert run(place, text.format(1)) == ["ran", 1]
    assert run(place, text.format(2)) == ["ran", 2]
    assert run(place, text.format(1)) == ["ran", 1]
    assert "it defines 'g'" in place.notices[0]


def test_another_context_manager_with_it(place: Place) -> None:
    text = "from contextlib import nullcontext as n\nwith cached('b'), n({}) as v:\n  x = v\nnote(x)"
    assert twice(place, text.format(1), text.format(2)) == [1, 2]
    assert "give it a `with` of its own" in place.notices[0]


def test_one_line(place: Place) -> None:
    assert twice(place, "with cached('b'): note('ran')") == ["ran", "ran"]
    assert "lines of their own" in place.notices[0]


def test_no_source(place: Place) -> None:
    for _ in range(2):
        exec("with cached('b'):\n  note('ran')", {"cached": caches.persistent_cache})
    assert noted == ["ran", "ran"]
    assert "its code cannot be found" in place.notices[0]


def test_imports_inside(place: Place) -> None:
    text = (
        "with cached('b'):\n  note('ran')\n  import math as m\n  from math import floor as g\nnote(g(m.pi))"
    )
    assert twice(place, text) == ["ran", 3, 3]


@pytest.mark.parametrize("word", ["return", "yield", "yield from ()", "break", "continue"])
def test_leaving_early_is_refused(place: Place, word: str) -> None:
    text = f"def f():\n  for _ in 'ab':\n    with cached('b'):\n      if a: {word}\nlist(f() or ())"
    with pytest.raises(UsageError, match=f"'b' holds '{word.split()[0]}'"):
        run(place, text, a=1)


def test_leaving_a_loop_of_its_own_is_not(place: Place) -> None:
    text = "with cached('b'):\n  note('ran')\n  for i in 'ab': break\n  g = [*(lambda: (yield))()] and 1\nnote(i)"
    assert twice(place, text) == ["ran", "a", "a"]


def test_a_failed_block_is_not_kept(place: Place) -> None:
    text = (
        "try:\n  with cached('b'):\n    note('ran')\n    x = 1 / 0\nexcept ZeroDivisionError: note('failed')"
    )
    assert twice(place, text) == ["ran", "failed", "ran", "failed"]
    assert at_once(place.manifests.keys()) == frozenset()


def test_changing_what_it_uses_is_not_kept(place: Place) -> None:
    assert twice(place, "a = []\nwith cached('b'):\n  a.append(1)\nnote(len(a))") == [1, 1]
    assert "in place" in place.notices[0]


def test_what_cannot_be_told_runs_each_time(place: Place) -> None:
    text = "import threading\nlock = threading.Lock()\nwith cached('b'):\n  note(lock.locked())"
    assert twice(place, text) == [False, False]
    assert "cannot be told what decides it" in place.notices[0]
    assert twice(place, "with cached('b'):\n  note('ran')\n  x = (i for i in 'ab')") == ["ran", "ran"]


@pytest.mark.parametrize("hit", [False, True])
def test_tracing_is_as_before(place: Place, hit: bool) -> None:
    lines: list[int] = []

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_globals is place.namespace:
            lines.append(frame.f_lineno)
            return trace
        return None

    text = "def h(a):\n  with cached('b') as b:\n    x = a\n  return b.hit\nnote(h(1))\nh\nnote(1)"
    if hit:
        run(place, text)
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        found = run(place, text)
        assert sys.gettrace() is trace
    finally:
        sys.settrace(before)
    assert found == [hit, 1]
    assert lines[-3:] == [6, 7, 7]
    assert lines.count(3) == (not hit)


def test_nothing_is_traced_afterwards(place: Place) -> None:
    before = sys.gettrace()
    twice(place, BLOCK, a=1)
    assert sys.gettrace() is before


def test_a_cell_that_is_in_no_graph(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    filename = "<scratchpad>"
    lines = BLOCK.splitlines(keepends=True)
    monkeypatch.setitem(linecache.cache, filename, (len(BLOCK), None, lines, filename))
    for _ in range(2):
        names = {"cached": caches.persistent_cache, "a": 1}
        exec(compile(BLOCK, filename, "exec"), names)
    assert noted == ["ran", "(False, [1, 2], 'z')", "(True, [1, 2], 'z')"]


async def test_a_block_around_an_await(place: Place) -> None:
    hits = []
    for _ in range(2):
        value = 0
        with caches.persistent_cache("b") as block:
            await asyncio.sleep(0)
            value = 5
        assert value == 5
        hits.append(block.hit)
    assert hits == [False, True]
