"""Never stale: whatever is edited, moved, evicted, damaged, or written by another host, a notebook shows
what it would without any cache."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import random
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, currently_in_test_context, given, note, settings
from hypothesis import strategies as st
from notebooks import Bench

from tiffin.cache.notebook_folder import NotebookFolder
from tiffin.cache.surroundings import Surroundings
from tiffin.commands import CellSource
from tiffin.events import CellEnded, ErrorReport, Event
from tiffin.run.lifecycles.cached import CachePolicy
from tiffin.session.kernel import Kernel, KernelServices
from tiffin.stores.file import FileStore
from tiffin.stores.memory import MemoryStore
from tiffin.stores.tiered import TieredStore
from tiffin.ui.element import Element

NATIVE = CachePolicy(unreadable="recompute")
ALWAYS = CachePolicy(unreadable="recompute", cost="always")
BROWSER = CachePolicy(large=False, check_blobs=False, unreadable="recompute", cost="always")

HEAD = """import abc, dataclasses, enum, threading, pathlib, tiffin as tn, numpy as np, helper
def key(v):
    if isinstance(v, np.ndarray): return int(v.ravel()[0]) + v.size
    if isinstance(v, enum.Enum): return v.value
    if isinstance(v, type): return key(v())
    if hasattr(v, 'go'): return v.go()
    if hasattr(v, 'front_end'): return v.value
    if isinstance(v, (list, tuple)): return len(v) + key(v[0])
    if isinstance(v, dict): return key(list(v.values()))
    if hasattr(v, '__next__'): return 11
    if hasattr(v, 'locked'): return int(v.locked())
    if hasattr(v, 'readline'): return 12
    if callable(v): return v()
    return v if isinstance(v, int) else 7"""

NAMES = ("a", "b", "c", "d", "e")
FORMS = (
    "{x} = {p}\n{x}",
    "{x} = ({p}) % 2",
    "{x} = [{p}, {k}]\n{x}",
    "{x} = np.arange({k} + 1, {k} + 9) + ({p})\nint({x}[0])",
    "{x} = np.full(140_000, float({p}))\nprint({p})",
    "@dataclasses.dataclass\nclass _P:\n    n: int\n    def go(self): return self.n + {k}\n{x} = _P({p})",
    "@dataclasses.dataclass\nclass {x}:\n    n: int = {k}\n    def go(self): return self.n + {p}",
    "{x} = [{y}, threading.Lock()]\nkey({x})",
    "class _E(enum.Enum):\n    A = {k}\n    B = 9\n{x} = _E.A",
    "def {x}(v={k}): return v + {p}",
    "def _make(k):\n    return lambda: k + {p}\n{x} = _make({k})\n{x}()",
    "_k = {k}\ndef _inner(): return _k + {p}\ndef {x}(): return _inner()",
    "{x} = lambda: {p}",
    "{x} = (i + {p} for i in range({k}))",
    "{x} = threading.Lock()",
    "class {x}:\n    k = {k}\n    def go(self): return self.k + {p}",
    "class _C:\n    def __init__(self, k): self.k = k\n    def go(self): return self.k * 2\n{x} = _C({p})",
    "{x} = [lambda: {p}, {k}]",
    "{x} = {{'v': {p}, 'f': key}}",
    "if ({p}) % 2: {x} = {k}",
    "{x} = {p}\nif {k} == 3: raise ValueError({p})",
    "tn.stop(({p}) % 3 == 0, 'enough')\n{x} = {k}",
    "{x} = tn.ui.slider(0, 9, value=({p}) % 10)\n{x}.value",
    "{x} = [tn.ui.slider(0, 9, value={k}), {k}]",
    "with open('data{f}') as _f: {x} = int(_f.read()) + {p}\n{x}",
    "with open('data{f}') as _f: {x} = np.full(140_000, float(_f.read())) + {p}",
    "with open('data{f}') as _f: _n = int(_f.read())\ndef {x}(n=_n): return n + {p}",
    "with open('out-{x}', 'w') as _f: _f.write(str({p}))\n{x} = {k}",
    "{x} = open('data{f}')",
    "{x} = helper.number() + {p}\n{x}",
    "from helper import number as {x}",
    "@tn.cache\ndef {x}(v={k}): return v + {p}",
    "@tn.persistent_cache\ndef {x}(v={k}): return v + {p}\n{x}()",
    "@tn.persistent_cache\ndef _load(): return int(open('data{f}').read())\n{x} = _load() + {p}",
    "with tn.persistent_cache('b'):\n    {x} = {p} + {k}\n{x}",
    "try:\n    {x} = len(str(type({y}))) + {p}\nexcept NameError:\n    {x} = -1",
    "{x} = ({y}, {k})",
    "{x} = {y}\nkey({x})",
    "print({p})\n{x} = {k}",
    "# tiffin-cache {mode}\n{x} = {p} + 1\n{x}",
)
FILES = tuple(form for form in FORMS if "'data{f}'" in form)
ITERATORS = ("{x} = (i + {p} for i in range({k}))", "{x} = open('data{f}')")
CHANGES = (  # of values that other cells made, in document order
    "{y} = [{p}, {k}]",
    "{y} = {p} + 1\n{y}",
    "if isinstance({y}, list): {y}.append({k})\nkey({y})",
    "if isinstance({y}, np.ndarray): {y}[0] = {k}\nkey({y})",
    "{x} = [{y}]\nkey({x})",
    "if hasattr({y}, 'n'): {y}.n = {k}\nkey({y})",
    "if hasattr({y}, '__next__'): next({y}, None)\n{k}",
)
WRITTEN_FIRST = (
    "with open('out-{x}', 'w') as _f: _f.write('{k}')\nwith open('out-{x}') as _f: {x} = int(_f.read())\n{x}"
)


@st.composite
def sources(draw: st.DrawFn, index: int, order: str) -> str:
    """A cell that binds the name at `index`, of what stands before it, and shows something of it."""
    before = draw(st.lists(st.sampled_from(NAMES[:index]), max_size=2)) if index else []
    k = draw(st.integers(0, 3))
    forms: tuple[str, ...] = (*FORMS, *FILES * 3, WRITTEN_FIRST)
    if order == "document":
        # What an iterator that is part of another value brings about there is a matter of reactivity.
        forms = (*(form for form in forms if form not in ITERATORS), *CHANGES * 3)
    return draw(st.sampled_from(forms)).format(
        x=NAMES[index],
        y=before[0] if before else ("tn" if order == "graph" else NAMES[index]),
        p=" + ".join([*(f"key({name})" for name in before), str(k)]),
        k=k,
        f=draw(st.integers(0, 1)),
        mode=draw(st.sampled_from(("always", "never", "auto", "odd"))),
    )


def notebooks(order: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.tuples(*(sources(index, order) for index in range(len(NAMES))))


STEPS = (
    "edit", "edit", "data", "data", "data", "set", "open", "evict", "damage", "browser", "slow", "always",
    "two", "module", "remove", "swap", "set", "force", "run", "edit",
)  # fmt: skip
steps = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, len(NAMES) - 1), st.integers(0, 9)),
    min_size=2,
    max_size=6,
)


@dataclass
class Showing:
    """What a page shows of each cell: a part that an event leaves out stays as it is."""

    cells: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    def take(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, CellEnded):
                before = self.cells.get(event.cell, (None, {}, (), None))
                output = before[1] if event.output is None and event.status == "idle" else event.output
                console = before[2] if event.console is None and event.status == "idle" else event.console
                if event.origin == "none" and event.status == "idle":
                    output, console = {}, ()
                texts = "".join(piece if isinstance(piece, str) else piece.text for piece in console or ())
                error = None if event.error is None else (event.error.kind, said(event.error))
                if event.status == "cancelled" or (error is not None and not error[0]):
                    # Of several reasons not to run, which one is given is no matter of the cache.
                    self.cells[event.cell] = ("blocked", "", "", None)
                    continue
                self.cells[event.cell] = (event.status, plain(output or {}), plain(texts), error)
        events.clear()

    def of(self, kernel: Kernel) -> dict[str, Any]:
        return {cell.id: self.cells.get(cell.id) for cell in kernel.graph}


def said(error: ErrorReport) -> str:
    """What an error says; where Python gave up recursing depends on how deep it began."""
    return "" if error.kind == "RecursionError" else plain(error.message)


def plain(value: Any) -> str:
    """Without what differs from one run to the next."""
    text = re.sub(
        r" at 0x[0-9a-f]+|id=\"[^\"]*\"|element=[^ >]*", "", value if isinstance(value, str) else repr(value)
    )
    return re.sub(r"e-[0-9a-f]+-\d+", "", text)


class World:
    """A folder with data, a module, and a cache; a session at a time; and what it shows."""

    _count = itertools.count()

    def __init__(self, folder: Path, order: str) -> None:
        self.folder, self.order = folder, order
        self.manifests = FileStore(folder / "public/cache/manifests", ".json")
        self.blobs = FileStore(folder / "public/cache/blobs", by_content=True)
        self.bench = Bench()
        self.policy = NATIVE
        for number in range(2):
            self.data(number, number)
        self.module(1)

    def data(self, number: int, value: int) -> None:
        (self.folder / f"data{number}").write_text(str(value))

    def module(self, number: int) -> None:
        (self.folder / "helper.py").write_text(f"def number(): return {number}\n")
        sys.modules.pop("helper", None)
        for cached in self.folder.glob("__pycache__/*"):
            cached.unlink()

    def open(self, sources: Any, policy: CachePolicy, *, slow: bool = False, kept: bool = True) -> Bench:
        """A new session on what is stored, or on nothing."""
        sys.modules.pop("helper", None)
        surroundings: Surroundings = NotebookFolder(self.folder, self.folder / "public/cache")
        stores: tuple[Any, Any] = (MemoryStore(), MemoryStore())
        if kept:
            stores = (self.manifests, self.blobs)
        if kept and not policy.large:
            stores = (TieredStore([MemoryStore(), self.manifests]), TieredStore([MemoryStore(), self.blobs]))
        bench = Bench(*(() if not isinstance(sources, tuple) else sources), fields={"order": self.order})
        services = KernelServices(*stores, policy=policy, surroundings=surroundings)
        notebook = bench.kernel.notebook if isinstance(sources, tuple) else sources
        bench.kernel = Kernel(notebook, services, bench.events.append)
        if slow:
            bench.kernel._snapshots._clock = lambda: float(next(self._count))
        return bench


def moved(kernel: Kernel) -> dict[str, Any]:
    """Front-end values of named widgets that were moved, in the order of dependency."""
    found = {}
    for cell in kernel.graph.sequence:
        for name in sorted(kernel.graph.made[cell]):
            with contextlib.suppress(KeyError):
                value = kernel.namespace.value((name, cell))
                if isinstance(value, Element) and value.front_end != value.initial:
                    found[name] = value.front_end
    return found


async def fresh(world: World, kernel: Kernel) -> dict[str, Any]:
    bench, showing = world.open(kernel.notebook, NATIVE, kept=False), Showing()
    await bench.restore()
    for name, value in moved(kernel).items():
        await bench.set(**{name: value})
    showing.take(bench.events)
    return showing.of(bench.kernel)


async def follow(world: World, start: tuple[str, ...], other: tuple[str, ...], todo: Any) -> None:
    bench, showing = world.open((HEAD, *start), NATIVE), Showing()
    await bench.restore()
    for step, index, number in [("", 0, 0), *todo]:
        cells = [cell.id for cell in bench.kernel.notebook.cells][1:]
        cell = cells[index % len(cells)]
        notebook = None
        if step == "edit":
            await bench.edit(put={f"c{index + 2}": with_settings(f"c{index + 2}", other[index])})
        elif step == "two":
            await bench.edit(
                put={f"c{i + 2}": with_settings(f"c{i + 2}", other[i]) for i in (index, number % 5)}
            )
        elif step == "remove" and len(cells) > 1:
            await bench.edit(remove=[cell])
        elif step == "swap":
            order = list(cells)
            order.insert(number % len(cells), order.pop(index % len(cells)))
            await bench.edit(order=["c1", *order])
        elif step in ("data", "module"):
            world.data(number % 2, index + 10) if step == "data" else world.module(index)
            notebook = bench.kernel.notebook
        elif step == "set":
            names = [
                name for name, value in bench.kernel.namespace.globals.items() if isinstance(value, Element)
            ]
            if names:
                await bench.set(**{sorted(names)[index % len(names)]: number})
        elif step in ("force", "run"):
            await bench.run(cell, force=step == "force")
        elif step in ("evict", "damage"):
            await harm(world, step, index, number)
            notebook = bench.kernel.notebook
        elif step:
            notebook = bench.kernel.notebook
        if notebook is not None:
            policy = {"browser": BROWSER, "always": ALWAYS}.get(step, NATIVE)
            bench, showing = world.open(notebook, policy, slow=step == "slow"), Showing()
            await bench.restore()
        showing.take(bench.events)
        seen, wanted = showing.of(bench.kernel), await fresh(world, bench.kernel)
        leave_out_blocked_by_memory(seen, wanted)
        assert seen == wanted, (step, index, number, [c.source for c in bench.kernel.notebook.cells][1:])


def leave_out_blocked_by_memory(seen: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Forget cells that wait for one that fails, or waits, in a fresh session, too, where they do not wait
    for it.

    In document order a session remembers which names a cell was seen to change; a fresh one, in which an
    earlier cell fails, cannot know. What waits shows nothing.
    """
    failed = any(seen[cell][0] == wanted[cell][0] and seen[cell][0] in ("error", "blocked") for cell in seen)
    for cell, shown in list(seen.items()):
        if failed and shown[0] == "blocked":
            del seen[cell], wanted[cell]


def with_settings(cell: str, source: str) -> CellSource:
    """A cell, with the setting that its first line stands for."""
    mode = re.match("# tiffin-cache ([a-z]+)", source)
    return CellSource(cell, source, settings={"cache": mode[1]} if mode else {})


async def harm(world: World, step: str, index: int, number: int) -> None:
    """Take entries away, or damage them, each third or so."""
    chosen = random.Random(index * 10 + number)
    stores = (
        [world.manifests, world.blobs] if number % 3 == 0 else [(world.manifests, world.blobs)[number % 2]]
    )
    for store in stores:
        for key in sorted(await store.keys()):
            if chosen.random() < 0.4:
                data = bytearray(store.path(key).read_bytes())
                if step == "evict":
                    store.path(key).unlink()
                elif index % 2 or not data:
                    store.path(key).write_bytes(data[: len(data) // 2])
                else:
                    data[chosen.randrange(len(data))] ^= 1 << chosen.randrange(8)
                    if store is world.blobs:
                        store.path(key).write_bytes(data)
                    else:  # a bit of a manifest that makes it no JSON: nothing tells a wrong number
                        store.path(key).write_bytes(b"{" + bytes(data) + b"}")


@contextlib.contextmanager
def a_world(order: str) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as name, contextlib.chdir(name):
        sys.path.insert(0, name)
        sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
        try:
            yield World(Path(name), order)
        finally:
            sys.dont_write_bytecode = before
            sys.path.remove(name)
            sys.path_importer_cache.pop(name, None)
            sys.modules.pop("helper", None)


def check(order: str, start: tuple[str, ...], other: tuple[str, ...], todo: Any) -> None:
    if currently_in_test_context():
        note(f"{order} {start!r} {other!r} {todo!r}")
    with a_world(order) as world:
        asyncio.run(follow(world, start, other, todo))


EXAMPLES = 250


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """What cells left open is closed where its warnings are expected, not at the end of the session."""
    yield
    gc.collect()


pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(start=notebooks("graph"), other=notebooks("graph"), todo=steps)
def test_in_graph_order(start: tuple[str, ...], other: tuple[str, ...], todo: Any) -> None:
    check("graph", start, other, todo)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(start=notebooks("document"), other=notebooks("document"), todo=steps)
def test_in_document_order(start: tuple[str, ...], other: tuple[str, ...], todo: Any) -> None:
    check("document", start, other, todo)


P = "@dataclasses.dataclass\nclass _P:\n    n: int\n    def go(self): return self.n + 0\n"
FILE = "with open('{}') as _f: _n = int(_f.read())\ndef {}(n=_n): return n + 0"
WRONG_ONCE: dict[str, tuple[tuple[str, ...], tuple[str, ...], list[tuple[str, int, int]]]] = {
    "a name is gone that a cell was seen to change": (
        (f"{P}a = _P(0)", "b = 0", f"{P}c = _P(key(a) + 0)", "d = 0", "e = 0"),
        ("a = 0", "b = 0", "c = 0", "a = [key(a) + 0, 0]", "e = 0"),
        [("edit", 3, 0), ("remove", 0, 0)],
    ),
    "a cell was seen to change what another, now blocked, makes": (
        ("a = [0, 0]", "b = (a, 0)", "c = 0", "d = 0", "e = 0"),
        ("a = 0", "b = 0", "c = 0", "d = 0", "a = [key(a) + 0, 0]"),
        [("edit", 4, 0), ("remove", 0, 0)],
    ),
    "what a function of the same cell has made uses a name": (
        (
            "a = 0",
            "b = 0",
            "def _make(k):\n    return lambda: k + key(a) + 0\nc = _make(0)\nc()",
            "a = [key(a) + 0, 0]",
            "e = key(c) + 0\ne",
        ),
        ("a = 0", "b = 0", "c = 0", "d = 0\nd", "e = 0"),
        [("edit", 3, 0)],
    ),
    "a function calls one that is its cell's own": (
        (
            "a = 0",
            "def _h(): return key(a)\ndef c(): return _h()",
            "def _h(): return 5\nb = _h()",
            "a = [key(a) + 0, 0]",
            "e = key(c) + 0\ne",
        ),
        ("a = 0", "b = 0", "c = 0", "d = 0\nd", "e = 0"),
        [("edit", 3, 0)],
    ),
    "two functions have defaults of one name": (
        ("a = 0", "b = 0", "c = 0", "d = 0", "e = key(a) + key(c) + 0\ne"),
        (FILE.format("data1", "a"), "b = 0", FILE.format("data0", "c"), "d = 0", "e = 0"),
        [("edit", 0, 0), ("edit", 2, 0), ("data", 0, 0)],
    ),
}


@pytest.mark.parametrize("case", WRONG_ONCE.values(), ids=WRONG_ONCE)
def test_what_was_wrong_once(
    case: tuple[tuple[str, ...], tuple[str, ...], list[tuple[str, int, int]]],
) -> None:
    check("document", *case)
