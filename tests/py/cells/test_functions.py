"""The source of live code: which functions say the same, and what they refer to."""

# ruff: noqa: E501 (programs stand in one line)

from __future__ import annotations

import importlib
import linecache
import sys
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from programs import run_program

from tiffin.cells.functions import LiveSource, read_code


def read(text: str, name: str = "f") -> LiveSource:
    function = run_program(text)[name]
    assert isinstance(function, FunctionType)
    return read_code(function.__code__)


SAME = {
    "locals": ("def f(a):\n  b = a\n  c = b\n  return c", "def f(a):\n  x = a\n  y = x\n  return y"),
    "formatting": ("def f(a): return (a,\n 1)", "def f( a ) :\n\n  # why\n  return a, 1"),
    "docstring": ("def f():\n  '''One.'''\n  return 1", "def f(): return 1"),
    "decorator": ("def d(g): return g\n@d\ndef f(): return 1", "def f(): return 1"),
    "comprehension": ("def f(a): return [b for b in a]", "def f(a): return [c for c in a]"),
    "nonlocal": (
        "def f():\n  a = 1\n  def g():\n    nonlocal a\n    a = 2\n  g()\n  return a",
        "def f():\n  b = 1\n  def g():\n    nonlocal b\n    b = 2\n  g()\n  return b",
    ),
    "local of a nested function": (
        "def f():\n  def g():\n    a = 1\n    return a\n  return g",
        "def f():\n  def g():\n    b = 1\n    return b\n  return g",
    ),
    "walrus": ("def f(a): return [b := a, b]", "def f(a): return [c := a, c]"),
    "walrus in a comprehension": (
        "def f(a): return [b := c for c in a], b",
        "def f(a): return [x := y for y in a], x",
    ),
    "match": (
        "def f(a):\n  match a:\n    case [b, *c] if b: return c\n    case {'k': b, **c}: return b, c\n    case str() as b: return b",
        "def f(a):\n  match a:\n    case [x, *y] if x: return y\n    case {'k': x, **y}: return x, y\n    case str() as x: return x",
    ),
    "handler": (
        "def f():\n  try: return 1\n  except OSError as e: return e",
        "def f():\n  try: return 1\n  except OSError as error: return error",
    ),
    "import": ("def f():\n  import math as m\n  return m", "def f():\n  import math as n\n  return n"),
    "with": ("def f(a):\n  with a as b: return b", "def f(a):\n  with a as c: return c"),
    "async": (
        "async def f(a):\n  async for b in a: await b",
        "async def f(a):\n  async for c in a: await c",
    ),
    "generator": ("def f(a):\n  b = yield a\n  return b", "def f(a):\n  c = yield a\n  return c"),
}
OTHER = {
    "constant": ("def f(): return 1", "def f(): return 1.0"),
    "name": ("def f(): return 1\n", "def f_(): return 1\nf = f_"),
    "parameter": ("def f(a): return a", "def f(b): return b"),
    "default": ("def f(a=1): return a", "def f(a=2): return a"),
    "kind of parameter": ("def f(a, b): return a", "def f(a, *, b): return a"),
    "positional": ("def f(a, b): return a", "def f(a, b, /): return a"),
    "locals swapped": (
        "def f():\n  a, b = 1, 2\n  return a",
        "def f():\n  a, b = 1, 2\n  return b",
    ),
    "global": ("def f(): return a", "def f(): return b"),
    "local for global": ("def f():\n  a = 1\n  return b", "def f():\n  a = 1\n  return a"),
    "nonlocal": (
        "def f():\n  a = 1\n  b = 2\n  def g():\n    nonlocal a\n    a = 3\n  g()\n  return a, b",
        "def f():\n  a = 1\n  b = 2\n  def g():\n    nonlocal b\n    b = 3\n  g()\n  return a, b",
    ),
    "nonlocal or not": (
        "def f():\n  a = 1\n  def g():\n    nonlocal a\n    a = 3\n  g()\n  return a",
        "def f():\n  a = 1\n  def g():\n    a = 3\n  g()\n  return a",
    ),
    "class body": (
        "def f():\n  class A: x = 1\n  return A",
        "def f():\n  class A: y = 1\n  return A",
    ),
    "keyword of a call": ("def f(g): return g(a=1)", "def f(g): return g(b=1)"),
    "attribute": ("def f(g): return g.a", "def f(g): return g.b"),
    "async": ("def f(): return 1", "async def f(): return 1"),
    "handler": (
        "def f():\n  try: return 1\n  except OSError: return 2",
        "def f():\n  try: return 1\n  except KeyError: return 2",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_same(name: str) -> None:
    one, other = SAME[name]
    assert read(one).digest == read(other).digest


@pytest.mark.parametrize("name", OTHER)
def test_different(name: str) -> None:
    one, other = OTHER[name]
    assert read(one).digest != read(other).digest
    assert read(one).digest == read(one).digest


@pytest.mark.parametrize("name", OTHER)
def test_different_without_any_source(name: str) -> None:
    def bytecode(text: str) -> LiveSource:
        names: dict[str, Any] = {}
        exec(compile(text, "<nowhere>", "exec"), names)
        return read_code(names["f"].__code__)

    one, other = OTHER[name]
    if name not in ("default", "name"):  # the one is of the function, and not of its code
        assert bytecode(one).digest != bytecode(other).digest
    assert bytecode(one) == bytecode(one)
    assert bytecode(one).digest != read(one).digest


REFERENCES = {
    "def f(a): return a + b": ["b"],
    "def f():\n  a = 1\n  return a": [],
    "def f(): return [x for x in y if z]": ["y", "z"],
    "def f():\n  def g(): return h\n  return g": ["h"],
    "def f(): return f()": ["f"],
    "def f():\n  class A(b):\n    x = y\n    def g(self): return self.x, z": ["b", "y", "z"],
    "def f(a=b) -> c: return a": ["b", "c"],
    "f = lambda a: a + b": ["b"],
    "def f():\n  for i in a: i\n  else: b": ["a", "b"],
    "def f():\n  print(len)": ["len", "print"],
    "class A:\n  def f(self): return __class__, b\nf = A.f": ["__class__", "b"],
}


@pytest.mark.parametrize("text", REFERENCES)
def test_references(text: str) -> None:
    function = run_program(text, b=object, c=1)["f"]
    assert list(read_code(function.__code__).references) == REFERENCES[text]


def test_what_it_binds_outside() -> None:
    assert read("def f():\n  global a\n  a = 1").binds == ("a",)
    assert read("def f():\n  def g():\n    global a\n    del a").binds == ("a",)
    assert read("def f(): a = 1").binds == ()


def test_what_it_imports() -> None:
    text = "def f():\n  import a.b, c\n  def g():\n    from d.e import x\n    from . import y\n  return g"
    assert read(text).imports == (".", "a.b", "c", "d.e")


def test_lambdas_of_one_line() -> None:
    names = run_program("a, b, c = (lambda: 1), (lambda x: [lambda: 2, x]), (lambda: 2)")
    digests = [read_code(names[name].__code__).digest for name in "abc"]
    inner = names["b"](0)[0]
    assert len({*digests}) == 3
    assert read_code(inner.__code__).digest == digests[2]


def test_functions_of_one_name_and_line() -> None:
    names = run_program("if 1: f = lambda: 1; g = f; f = lambda: 2")
    assert read_code(names["f"].__code__).digest != read_code(names["g"].__code__).digest


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.delitem(sys.modules, "written_module", raising=False)
    return tmp_path / "written_module.py"


@pytest.mark.parametrize("looked", [False, True])
def test_a_file_that_was_edited_and_not_imported_again(module: Path, looked: bool) -> None:
    module.write_text("def f(): return 1\n")
    loaded = importlib.import_module("written_module")
    if looked:
        linecache.getlines(str(module))
    before = read_code(loaded.f.__code__) if looked else None
    module.write_text("def f(): return 2\n")
    linecache.checkcache()
    now = read_code(loaded.f.__code__)
    assert now.digest != read("def f(): return 2").digest
    if before is not None:
        assert before.digest == read("def f(): return 1").digest


def test_a_file_that_was_edited_and_imported_again(module: Path) -> None:
    module.write_text("def f(): return 1\n")
    loaded = importlib.import_module("written_module")
    assert read_code(loaded.f.__code__).digest == read("def f(): return 1").digest
    module.write_text("def f(): return 2  # longer\n")
    importlib.invalidate_caches()
    importlib.reload(loaded)
    assert read_code(loaded.f.__code__).digest == read("def f(): return 2").digest


@pytest.mark.parametrize("text", ["def f(:", "\0", "(" * 5000])
def test_text_that_is_no_code(text: str) -> None:
    code = compile("def f(): return 1", "/programs/broken.py", "exec").co_consts[0]
    assert isinstance(code, CodeType)
    linecache.cache["/programs/broken.py"] = (len(text), None, [text], "/programs/broken.py")
    assert read_code(code).digest != read("def f(): return 1").digest
