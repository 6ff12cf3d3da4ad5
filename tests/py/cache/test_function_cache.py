"""Cached functions: which calls are equal, and which results are not kept."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from programs import Place, run_program

from tiffin.cache.function_cache import CacheInfo, MemoryResults, cache_calls
from tiffin.cache.notebook_folder import NotebookFolder
from tiffin.cache.stored_calls import StoredResults
from tiffin.errors import UsageError

KINDS: dict[str, Callable[[], Any]] = {"memory": lambda: MemoryResults(None), "stored": StoredResults}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def place() -> Place:
    return Place()


def of(kind: str, place: Place) -> Callable[[Any], Any]:
    return place.caching(cache_calls, KINDS[kind])


@pytest.fixture
def cached(kind: str, place: Place) -> Callable[[Any], Any]:
    return of(kind, place)


def counts(function: Any) -> tuple[int, int]:
    """Hits and misses."""
    return function.cache_info()[:2]  # type: ignore[no-any-return]


def run(place: Place, cached: Callable[[Any], Any], text: str, **names: Any) -> dict[str, Any]:
    return run_program(text, into=place.namespace, cached=cached, **names)


def test_a_call_is_made_once(place: Place, cached: Callable[[Any], Any]) -> None:
    f = run(place, cached, "@cached\ndef f(a):\n  '''Doc.'''\n  return [a]")["f"]
    assert [f(1), f(1), f(2)] == [[1], [1], [2]]
    assert f.cache_info() == CacheInfo(1, 2, None, 2)
    assert (f.__name__, f.__doc__) == ("f", "Doc.")
    assert f.cache_bypass(1) == [1]
    assert counts(f) == (1, 2)
    f.cache_clear()
    assert f.cache_info() == CacheInfo(0, 0, None, 0)
    assert f(1) == [1]
    assert counts(f) == (0, 1)


def call(*args: Any, **kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return args, kwargs


EQUAL = {
    "default": ("a, b=2", call(1), call(1, 2)),
    "by name": ("a, b=2", call(1, b=2), call(a=1)),
    "order of names": ("a, b", call(a=1, b=2), call(b=2, a=1)),
    "keyword only": ("a, *, b=2", call(1), call(1, b=2)),
    "further ones": ("a=1, *args, **kw", call(1, 2, x=1, y=2), call(1, 2, y=2, x=1)),
    "nan": ("a", call(float("nan")), call(float("nan"))),
    "lists": ("a", call([1]), call([1])),
    "arrays": ("a", call(np.arange(200_000)), call(np.arange(200_000))),
    "surrogates": ("**kw", call(**{"\ud800": 1}), call(**{"\ud800": 1})),
    "big numbers": ("a", call(2**80), call(2**80)),
}
OTHER = {
    "truth": ("a", call(1), call(True)),
    "float": ("a", call(1), call(1.0)),
    "zero": ("a", call(0.0), call(-0.0)),
    "text": ("a", call("a"), call(b"a")),
    "text that looks like an identity": ("a", call("content:plain:1"), call([1])),
    "name": ("**kw", call(a=1), call(b=1)),
    "place": ("*a, b=None", call(1), call(b=1)),
    "further one": ("a=1, *b", call(1), call(1, 1)),
    "one tuple": ("*a", call((1, 2)), call(1, 2)),
    "list": ("a", call([1]), call((1,))),
    "order of a dict": ("a", call({1: 2, 3: 4}), call({3: 4, 1: 2})),
    "array": ("a", call(np.arange(4)), call(np.arange(4.0))),
    "its end": ("a", call(np.zeros(200_000)), call(np.r_[np.zeros(199_999), 1])),
}


@pytest.mark.parametrize(("equal", "name"), [*((1, n) for n in EQUAL), *((0, n) for n in OTHER)])
def test_which_calls_are_equal(place: Place, cached: Callable[[Any], Any], equal: int, name: str) -> None:
    parameters, *calls = (EQUAL if equal else OTHER)[name]
    f = run(place, cached, f"@cached\ndef f({parameters}): return 1")["f"]
    for args, kwargs in calls:
        f(*args, **kwargs)
    assert counts(f) == (equal, 2 - equal)


def test_arguments_that_do_not_fit(place: Place, cached: Callable[[Any], Any]) -> None:
    f = run(place, cached, "@cached\ndef f(a): return 1")["f"]
    for args, kwargs in (call(), call(1, 2), call(1, a=1), call(b=1)):
        with pytest.raises(TypeError, match=r"f\(\)"):
            f(*args, **kwargs)
    assert counts(f) == (0, 0)


NOT_KEPT: dict[str, tuple[str, list[list[int]], str]] = {
    "argument": ("def f(a): a.append(1)", [[]], "in place"),
    "global": ("x = []\n@cached\ndef f(): x.append(1)", [], "in place"),
    "global number": ("class A: n = 0\n@cached\ndef f(): A.n += 1", [], "in place"),
    "default": ("@cached\ndef f(a=[]): a.append(1)", [], "in place"),
    "attribute of itself": ("def g(): g.n += 1\ng.n = 0\n@cached\ndef f(): g()", [], "in place"),
    "iterator": ("@cached\ndef f(): return iter([1])", [], "only once"),
    "generator": ("@cached\ndef f(): return (n for n in 'ab')", [], "only once"),
    "coroutine": ("async def g(): ...\n@cached\ndef f(): c = g(); return c", [], "only once"),
}


@pytest.mark.parametrize("name", NOT_KEPT)
def test_what_is_not_kept(place: Place, cached: Callable[[Any], Any], name: str) -> None:
    text, args, reason = NOT_KEPT[name]
    f = run(place, cached, text if "@cached" in text else f"@cached\n{text}")["f"]
    for _ in range(2):
        result = f(*(a.copy() for a in args))
        if name == "coroutine":
            result.close()
    assert f.cache_info()[:1] + f.cache_info()[3:] == (0, 0)
    assert len(place.notices) == 1
    assert place.notices[0].startswith("f runs each time: ")
    assert reason in place.notices[0]


def test_failures_are_not_kept(place: Place, cached: Callable[[Any], Any]) -> None:
    f = run(place, cached, "@cached\ndef f(a): return 1 / a")["f"]
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            f(0)
    assert f.cache_info() == CacheInfo(0, 2, None, 0)
    assert place.notices == []


REFUSED = {
    "generator": ("@cached\ndef f(): yield 1", "return a list"),
    "asynchronous generator": ("@cached\nasync def f(): yield 1", "return a list"),
    "global": ("@cached\ndef f():\n  global x\n  x = 1", "sets the global 'x'"),
    "global further in": (
        "@cached\ndef f():\n  def g():\n    global x\n    x = 1\n  g()",
        "sets the global 'x'",
    ),
    "class": ("@cached\nclass f: pass", "goes around a function"),
    "builtin": ("cached(len)", "goes around a function"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(place: Place, cached: Callable[[Any], Any], name: str) -> None:
    text, reason = REFUSED[name]
    with pytest.raises(UsageError, match=reason):
        run(place, cached, text)


def test_what_cannot_be_told_is_run_each_time(place: Place, cached: Callable[[Any], Any]) -> None:
    text = "@cached\ndef f(a): return 1\n@cached\ndef g(): return lock is None"
    names = run(place, cached, text, lock=threading.Lock())
    for _ in range(3):
        assert names["f"](threading.Lock()) == 1
        assert names["g"]() is False
    assert len(place.notices) == 2
    assert all("it cannot be told what decides the call" in notice for notice in place.notices)


METHODS = (
    "class A:\n  def __init__(s, n): s.n = n\n  @cached\n  def m(s, k): return s.n + k\n"
    "  @cached\n  @staticmethod\n  def s(k): return k\n  @cached\n  @classmethod\n  def c(cls, k): return k\n"
    "  @staticmethod\n  @cached\n  def t(k): return k\n"
)


def test_methods(place: Place, cached: Callable[[Any], Any]) -> None:
    kind = run(place, cached, METHODS)["A"]
    assert [kind(1).m(2), kind(1).m(2), kind(2).m(2)] == [3, 3, 4]
    assert counts(kind.m) == (1, 2)
    for name in "sct":
        method = getattr(kind(1), name)
        assert [method(1), getattr(kind, name)(1), method(2)] == [1, 1, 2]
        assert counts(method) == (1, 2)


async def test_async_functions(place: Place, cached: Callable[[Any], Any]) -> None:
    text = "import asyncio\n@cached\nasync def f(a):\n  await asyncio.sleep(0)\n  return [a]"
    f = run(place, cached, text)["f"]
    assert [*await asyncio.gather(f(1), f(1), f(2))] == [[1], [1], [2]]
    assert [await f(1), await f(2)] == [[1], [2]]
    assert counts(f) == (2, 3)
    fails = run(place, cached, "@cached\nasync def f(): raise OSError('x')")["f"]
    for _ in range(2):
        with pytest.raises(OSError, match="x"):
            await fails()
    cancelled = run(place, cached, "import asyncio\n@cached\nasync def f(): await asyncio.Event().wait()")[
        "f"
    ]
    task = asyncio.ensure_future(cancelled())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cancelled.cache_info()[3] == 0


def test_recursion(place: Place, cached: Callable[[Any], Any]) -> None:
    fib = run(place, cached, "@cached\ndef fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)")["fib"]
    assert fib(30) == 832040
    assert counts(fib) == (28, 31)


def test_too_deep_a_recursion_is_what_it_always_was(place: Place, cached: Callable[[Any], Any]) -> None:
    deep = run(place, cached, "@cached\ndef f(n): return n and f(n - 1)")["f"]
    with pytest.raises(RecursionError):
        deep(sys.getrecursionlimit())
    assert deep(10) == 0


def test_nested_caches(place: Place, cached: Callable[[Any], Any]) -> None:
    text = "@cached\ndef g(a): return a * {}\n@cached\ndef f(a): return g(a) + {}"
    names = run(place, cached, text.format(2, 1))
    assert names["f"](3) == 7
    assert names["f"](3) == 7
    assert (counts(names["f"]), counts(names["g"])) == ((1, 1), (0, 1))
    assert run(place, cached, text.format(3, 1))["f"](3) == 10


def test_a_change_at_run_time_is_a_miss(place: Place, cached: Callable[[Any], Any]) -> None:
    text = "x = [1]\ndef g(): return x\n@cached\ndef f(): return list(g())"
    names = run(place, cached, text)
    assert [names["f"](), names["f"]()] == [[1], [1]]
    names["x"].append(2)
    assert names["f"]() == [1, 2]
    exec("def g(): return 'ab'", names)
    assert names["f"]() == ["a", "b"]
    assert counts(names["f"]) == (1, 3)


def test_threads(place: Place, cached: Callable[[Any], Any]) -> None:
    f = run(place, cached, "@cached\ndef f(a): return [a]")["f"]
    ready = threading.Barrier(8)
    wrong: list[int] = []

    def hammer() -> None:
        ready.wait(10)
        wrong.extend(n for n in range(400) if f(n % 7) != [n % 7])

    threads = [threading.Thread(target=hammer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert wrong == []
    assert f.cache_info()[3] == 7


@pytest.mark.parametrize("size", [0, 1, 2, None])
def test_the_least_recently_used_goes_first(place: Place, size: int | None) -> None:
    cached = place.caching(cache_calls, lambda: MemoryResults(size))
    f = run(place, cached, "@cached\ndef f(a): return a")["f"]

    def hits(calls: Iterable[int]) -> list[bool]:
        found = []
        for n in calls:
            before = f.cache_info().hits
            f(n)
            found.append(f.cache_info().hits > before)
        return found

    expected = {
        0: [False] * 6,
        1: [False, False, False, False, False, True],
        2: [False, False, True, False, True, True],
        None: [False, False, True, False, True, True],
    }
    assert hits([1, 2, 1, 3, 1, 1]) == expected[size]
    assert hits([2]) == [size is None]


def test_files(tmp_path: Path, kind: str) -> None:
    data = tmp_path / "data.csv"
    data.write_text("a")
    folder = NotebookFolder(tmp_path, tmp_path / "cache")
    place = Place(surroundings=folder)
    text = "def g(p): return open(p).read()\n@cached\ndef f(p):\n  with open(p) as file: return file.read()"
    f = run(place, of(kind, place), text)["f"]
    path = str(data)
    assert [f(path), f(path)] == ["a", "a"]
    data.write_text("b")
    assert [f(path), f(path)] == ["b", "b"]
    assert counts(f) == (2, 2)
    recording = folder.begin()
    f(path)
    assert [file.path for file in folder.end(recording, frozenset()).read] == ["data.csv"]
    data.unlink()
    with pytest.raises(FileNotFoundError):
        f(path)


def test_memory_gives_the_very_object(place: Place) -> None:
    f = run(place, of("memory", place), "@cached\ndef f(): return []")["f"]
    assert f() is f()


def test_what_is_stored_is_another_equal_one(place: Place) -> None:
    f = run(place, of("stored", place), "@cached\ndef f(): return []")["f"]
    f().append(1)
    assert f() == []


def test_files_that_a_library_opens_by_itself(tmp_path: Path, kind: str) -> None:
    data = tmp_path / "data.csv"
    data.write_text("a\n1\n")
    place = Place(surroundings=NotebookFolder(tmp_path, tmp_path / "cache"))
    text = "import polars\n@cached\ndef f(p):\n  return polars.read_csv(p)['a'].to_list()"
    f = run(place, of(kind, place), text)["f"]
    assert [f(str(data)), f(str(data))] == [[1], [1]]
    data.write_text("a\n2\n")
    assert [f(str(data)), f(str(data))] == [[2], [2]]
    assert counts(f) == (2, 2)
