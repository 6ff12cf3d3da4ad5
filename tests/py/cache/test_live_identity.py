"""What decides a call: pairs of programs between which it differs, or does not."""

# ruff: noqa: E501 (two programs of a pair stand one under the other)

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest
from programs import Place, own_module, run_program

from tiffin.cache.live_identity import Unidentified
from tiffin.ui.inputs import Slider
from tiffin.ui.state import State


def decides(text: str, **names: Any) -> tuple[Any, ...]:
    """What decides a call of `f` in a program."""
    namespace = run_program(text, **names)
    identities = Place(namespace).identities
    references = identities.references(namespace["f"])
    return (references.static, *identities.moving(references))


DIFFERENT = {
    "body": ("def f(): return 1", "def f(): return 2"),
    "helper": ("def g(): return 1\ndef f(): return g()", "def g(): return 2\ndef f(): return g()"),
    "helper of a helper": (
        "def h(): return 1\ndef g(): return h()\ndef f(): return g()",
        "def h(): return 2\ndef g(): return h()\ndef f(): return g()",
    ),
    "global": ("x = 1\ndef f(): return x", "x = 2\ndef f(): return x"),
    "type of a global": ("x = 1\ndef f(): return x", "x = True\ndef f(): return x"),
    "sign of zero": ("x = 0.0\ndef f(): return x", "x = -0.0\ndef f(): return x"),
    "list": ("x = [1]\ndef f(): return x", "x = [2]\ndef f(): return x"),
    "order of a dict": ("x = {1: 2, 3: 4}\ndef f(): return x", "x = {3: 4, 1: 2}\ndef f(): return x"),
    "absent global": ("def f(): return x", "x = 2\ndef f(): return x"),
    "shadowed builtin": ("def f(): return len(())", "def len(_): return 5\ndef f(): return len(())"),
    "global used by a nested function": (
        "x = 1\ndef f():\n  def g(): return x\n  return g()",
        "x = 2\ndef f():\n  def g(): return x\n  return g()",
    ),
    "global used by a comprehension": (
        "x = 1\ndef f(): return [x for _ in 'ab']",
        "x = 2\ndef f(): return [x for _ in 'ab']",
    ),
    "closure": (
        "def m(n):\n  def f(): return n\n  return f\nf = m(1)",
        "def m(n):\n  def f(): return n\n  return f\nf = m(2)",
    ),
    "function in a closure": (
        "def m(n):\n  def f(): return n()\n  return f\nf = m(lambda: 1)",
        "def m(n):\n  def f(): return n()\n  return f\nf = m(lambda: 2)",
    ),
    "unbound closure": (
        "def m():\n  def f(): return n\n  return f\n  n = 1\nf = m()",
        "def m():\n  n = 1\n  def f(): return n\n  return f\nf = m()",
    ),
    "default": ("n = 1\ndef f(a=n): return a", "n = 2\ndef f(a=n): return a"),
    "default that is gone": ("n = 1\ndef f(a=n): return a\ndel n", "n = 2\ndef f(a=n): return a\ndel n"),
    "keyword default": ("n = 1\ndef f(*, a=n): return a", "n = 2\ndef f(*, a=n): return a"),
    "function as a default": ("def f(a=lambda: 1): return a()", "def f(a=lambda: 2): return a()"),
    "class attribute": ("class A:\n  x = 1\ndef f(): return A.x", "class A:\n  x = 2\ndef f(): return A.x"),
    "private class attribute": (
        "class A:\n  __x = 1\n  def g(self): return self.__x\ndef f(): return A().g()",
        "class A:\n  __x = 2\n  def g(self): return self.__x\ndef f(): return A().g()",
    ),
    "base class": (
        "class B: x = 1\nclass A(B): pass\ndef f(): return A.x",
        "class B: x = 2\nclass A(B): pass\ndef f(): return A.x",
    ),
    "other base class": (
        "class B: x = 1\nclass C: x = 2\nclass A(B): pass\ndef f(): return A.x",
        "class B: x = 1\nclass C: x = 2\nclass A(C): pass\ndef f(): return A.x",
    ),
    "metaclass": (
        "class M(type):\n  def __call__(c): return 1\nclass A(metaclass=M): pass\ndef f(): return A()",
        "class M(type):\n  def __call__(c): return 2\nclass A(metaclass=M): pass\ndef f(): return A()",
    ),
    "method": (
        "class A:\n  def g(self): return 1\ndef f(): return A().g()",
        "class A:\n  def g(self): return 2\ndef f(): return A().g()",
    ),
    "static method": (
        "class A:\n  @staticmethod\n  def g(): return 1\ndef f(): return A.g()",
        "class A:\n  @staticmethod\n  def g(): return 2\ndef f(): return A.g()",
    ),
    "kind of method": (
        "class A:\n  @staticmethod\n  def g(x=1): return x\ndef f(): return A.g()",
        "class A:\n  @classmethod\n  def g(x=1): return x\ndef f(): return A.g()",
    ),
    "operator": (
        "class A:\n  def __add__(self, o): return 1\ndef f(): return A() + 1",
        "class A:\n  def __add__(self, o): return 2\ndef f(): return A() + 1",
    ),
    "operator that is no function": (
        "import functools\nclass A:\n  @functools.lru_cache\n  def __call__(self): return 1\ndef f(): return A()()",
        "import functools\nclass A:\n  @functools.lru_cache\n  def __call__(self): return 2\ndef f(): return A()()",
    ),
    "property": (
        "class A:\n  @property\n  def g(self): return 1\ndef f(): return A().g",
        "class A:\n  @property\n  def g(self): return 2\ndef f(): return A().g",
    ),
    "cached property": (
        "import functools\nclass A:\n  @functools.cached_property\n  def g(self): return 1\ndef f(): return A().g",
        "import functools\nclass A:\n  @functools.cached_property\n  def g(self): return 2\ndef f(): return A().g",
    ),
    "partial method": (
        "import functools\nclass A:\n  def h(s, n): return n\n  g = functools.partialmethod(h, 1)\n"
        "def f(): return A().g()",
        "import functools\nclass A:\n  def h(s, n): return n\n  g = functools.partialmethod(h, 2)\n"
        "def f(): return A().g()",
    ),
    "helper of a method": (
        "def h(): return 1\nclass A:\n  def g(self): return h()\ndef f(): return A().g()",
        "def h(): return 2\nclass A:\n  def g(self): return h()\ndef f(): return A().g()",
    ),
    "nested class": (
        "class A:\n  class B:\n    x = 1\ndef f(): return A.B.x",
        "class A:\n  class B:\n    x = 2\ndef f(): return A.B.x",
    ),
    "dataclass default": (
        "from dataclasses import dataclass\n@dataclass\nclass A:\n  x: int = 1\ndef f(): return A().x",
        "from dataclasses import dataclass\n@dataclass\nclass A:\n  x: int = 2\ndef f(): return A().x",
    ),
    "dataclass default in a slot": (
        "from dataclasses import dataclass\n@dataclass(slots=True)\nclass A:\n  x: int = 1\ndef f(): return A().x",
        "from dataclasses import dataclass\n@dataclass(slots=True)\nclass A:\n  x: int = 2\ndef f(): return A().x",
    ),
    "dataclass factory": (
        "from dataclasses import *\n@dataclass\nclass A:\n  x: list = field(default_factory=lambda: [1])\n"
        "def f(): return A().x",
        "from dataclasses import *\n@dataclass\nclass A:\n  x: list = field(default_factory=lambda: [2])\n"
        "def f(): return A().x",
    ),
    "dataclass field option": (
        "from dataclasses import *\n@dataclass\nclass A:\n  x: int = field(default=1, compare=True)\n"
        "def f(): return A(1) == A(2)",
        "from dataclasses import *\n@dataclass\nclass A:\n  x: int = field(default=1, compare=False)\n"
        "def f(): return A(1) == A(2)",
    ),
    "dataclass option": (
        "from dataclasses import *\n@dataclass(eq=True)\nclass A:\n  x: int\ndef f(): return A(1) == A(1)",
        "from dataclasses import *\n@dataclass(eq=False)\nclass A:\n  x: int\ndef f(): return A(1) == A(1)",
    ),
    "named tuple default": (
        "from typing import NamedTuple\nclass A(NamedTuple):\n  x: int = 1\ndef f(): return A()",
        "from typing import NamedTuple\nclass A(NamedTuple):\n  x: int = 2\ndef f(): return A()",
    ),
    "named tuple fields": (
        "from collections import namedtuple\nA = namedtuple('A', 'x y')\ndef f(): return A(1, 2)",
        "from collections import namedtuple\nA = namedtuple('A', 'y x')\ndef f(): return A(1, 2)",
    ),
    "enum value": (
        "import enum\nclass A(enum.Enum):\n  X = 1\ndef f(): return A.X.value",
        "import enum\nclass A(enum.Enum):\n  X = 2\ndef f(): return A.X.value",
    ),
    "enum value in a list": (
        "import enum\nclass A(enum.Enum):\n  X = [1]\ndef f(): return A.X.value",
        "import enum\nclass A(enum.Enum):\n  X = [2]\ndef f(): return A.X.value",
    ),
    "partial": (
        "import functools\ndef g(n): return n\nh = functools.partial(g, 1)\ndef f(): return h()",
        "import functools\ndef g(n): return n\nh = functools.partial(g, 2)\ndef f(): return h()",
    ),
    "partial of a keyword": (
        "import functools\ndef g(n=0, m=0): return n, m\nh = functools.partial(g, n=1)\ndef f(): return h()",
        "import functools\ndef g(n=0, m=0): return n, m\nh = functools.partial(g, m=1)\ndef f(): return h()",
    ),
    "bound method": (
        "class A:\n  def __init__(s, x): s.x = x\n  def g(s): return s.x\nh = A(1).g\ndef f(): return h()",
        "class A:\n  def __init__(s, x): s.x = x\n  def g(s): return s.x\nh = A(2).g\ndef f(): return h()",
    ),
    "bound method of a builtin": ("h = [1].copy\ndef f(): return h()", "h = [2].copy\ndef f(): return h()"),
    "state of an instance": (
        "class A: pass\na = A(); a.x = 1\ndef f(): return a.x",
        "class A: pass\na = A(); a.x = 2\ndef f(): return a.x",
    ),
    "class of an instance": (
        "class A:\n  def g(s): return 1\na = A()\ndef f(): return a.g()",
        "class A:\n  def g(s): return 2\na = A()\ndef f(): return a.g()",
    ),
    "class of an instance in a list": (
        "class A:\n  def g(s): return 1\na = [A()]\ndef f(): return a[0].g()",
        "class A:\n  def g(s): return 2\na = [A()]\ndef f(): return a[0].g()",
    ),
    "monkeypatched method": (
        "class A:\n  def g(s): return 1\ndef f(): return A().g()",
        "class A:\n  def g(s): return 1\nA.g = lambda s: 2\ndef f(): return A().g()",
    ),
    "added method": (
        "class A: pass\ndef f(): return A().g()",
        "class A: pass\nA.g = lambda s: 2\ndef f(): return A().g()",
    ),
    "attribute of a function": (
        "def g(): return g.n\ng.n = 1\ndef f(): return g()",
        "def g(): return g.n\ng.n = 2\ndef f(): return g()",
    ),
    "own decorator": (
        "def twice(g): return lambda: g() * 2\n@twice\ndef h(): return 1\ndef f(): return h()",
        "def twice(g): return lambda: g() * 3\n@twice\ndef h(): return 1\ndef f(): return h()",
    ),
    "own decorator with wraps": (
        "import functools\ndef twice(g):\n  @functools.wraps(g)\n  def w(): return g() * 2\n  return w\n"
        "@twice\ndef h(): return 1\ndef f(): return h()",
        "import functools\ndef twice(g):\n  @functools.wraps(g)\n  def w(): return g() * 3\n  return w\n"
        "@twice\ndef h(): return 1\ndef f(): return h()",
    ),
    "class of an own decorator": (
        "class D:\n  def __init__(s, g): s.__wrapped__ = g\n  def __call__(s): return 1\n"
        "@D\ndef h(): pass\ndef f(): return h()",
        "class D:\n  def __init__(s, g): s.__wrapped__ = g\n  def __call__(s): return 2\n"
        "@D\ndef h(): pass\ndef f(): return h()",
    ),
    "state of an own decorator": (
        "class D:\n  def __init__(s, g): s.__wrapped__ = g; s.n = 1\n  def __call__(s): return s.n\n"
        "@D\ndef h(): pass\ndef f(): return h()",
        "class D:\n  def __init__(s, g): s.__wrapped__ = g; s.n = 2\n  def __call__(s): return s.n\n"
        "@D\ndef h(): pass\ndef f(): return h()",
    ),
    "inside lru_cache": (
        "import functools\n@functools.lru_cache\ndef g(): return 1\ndef f(): return g()",
        "import functools\n@functools.lru_cache\ndef g(): return 2\ndef f(): return g()",
    ),
    "inside singledispatch": (
        "import functools\n@functools.singledispatch\ndef g(x): return 0\n@g.register\ndef _(x: int): return 1\n"
        "def f(): return g(1)",
        "import functools\n@functools.singledispatch\ndef g(x): return 0\n@g.register\ndef _(x: int): return 2\n"
        "def f(): return g(1)",
    ),
    "inside a context manager": (
        "import contextlib\n@contextlib.contextmanager\ndef g(): yield 1\ndef f():\n  with g() as x: return x",
        "import contextlib\n@contextlib.contextmanager\ndef g(): yield 2\ndef f():\n  with g() as x: return x",
    ),
    "functions in a dict": (
        "t = {'a': lambda: 1}\ndef f(): return t['a']()",
        "t = {'a': lambda: 2}\ndef f(): return t['a']()",
    ),
    "installed function": (
        "from math import floor as g\ndef f(): return g(1.5)",
        "from math import ceil as g\ndef f(): return g(1.5)",
    ),
    "installed class": (
        "from collections import OrderedDict as D\ndef f(): return D()",
        "from collections import Counter as D\ndef f(): return D()",
    ),
    "installed module": ("import math as m\ndef f(): return m", "import cmath as m\ndef f(): return m"),
    "lambdas of one line": (
        "f, g = (lambda: 1), (lambda: 2)",
        "g, f = (lambda: 1), (lambda: 2)",
    ),
    "mutual recursion": (
        "def f(n): return n and g(n - 1)\ndef g(n): return n and f(n - 1)",
        "def f(n): return n and g(n - 1)\ndef g(n): return n and f(n - 2)",
    ),
    "instance of a class that refers to the function": (
        "class A:\n  def g(s): return f\na = A()\ndef f(): return a, 1",
        "class A:\n  def g(s): return f, 2\na = A()\ndef f(): return a, 1",
    ),
    "a nested cached function": (
        "import tiffin as tn\n@tn.cache\ndef g(): return 1\ndef f(): return g()",
        "import tiffin as tn\n@tn.cache\ndef g(): return 2\ndef f(): return g()",
    ),
    "an f-string that shows its name": (
        "def f():\n  a = 1\n  return f'{a=}'",
        "def f():\n  b = 1\n  return f'{b=}'",
    ),
    "locals()": ("def f():\n  a = 1\n  return locals()", "def f():\n  b = 1\n  return locals()"),
    "docstring that is read": (
        "def f():\n  '''one'''\n  return f.__doc__",
        "def f():\n  '''two'''\n  return f.__doc__",
    ),
}

SAME = {
    "comment": ("def f(): return 1", "# new\ndef f():\n    # why\n    return 1  # that"),
    "formatting": ("def f(): return (1 +\n  2)", "def f():\n\n  return 1 + 2"),
    "docstring": ("def f():\n  '''one'''\n  return 1", "def f():\n  '''two'''\n  return 1"),
    "local": ("def f():\n  a = 1\n  return a", "def f():\n  b = 1\n  return b"),
    "local of a helper": (
        "def g():\n  a = 1\n  return a\ndef f(): return g()",
        "def g():\n  b = 1\n  return b\ndef f(): return g()",
    ),
    "other functions": ("def g(): return 1\ndef f(): return 1", "def f(): return 1\ndef g(): return 2"),
    "other globals": ("x = 1\ndef f(): return 1", "x = 2\ndef f(): return 1"),
    "equal list": ("x = [1, 2]\ndef f(): return x", "x = [1] + [2]\ndef f(): return x"),
    "comment in a method": (
        "class A:\n  def g(self): return 1\ndef f(): return A().g()",
        "class A:\n  '''Doc.'''\n  def g(self):\n    # why\n    return 1\ndef f(): return A().g()",
    ),
    "abstract class": (
        "import abc\nclass A(abc.ABC):\n  @abc.abstractmethod\n  def g(self): ...\ndef f(): return A",
        "import abc\nclass A(abc.ABC):\n  @abc.abstractmethod\n  def g(self): ...\ndef f(): return A",
    ),
    "enum": (
        "import enum\nclass A(enum.Flag):\n  X = enum.auto()\n  Y = enum.auto()\ndef f(): return A.X | A.Y",
        "import enum\nclass A(enum.Flag):\n  X = enum.auto()\n  Y = enum.auto()\ndef f(): return A.X | A.Y",
    ),
    "class that holds itself": (
        "class A:\n  def g(s): return A\nA.me = A\na = A()\nA.one = a\ndef f(): return A, a",
        "class A:\n  def g(s): return A\nA.me = A\na = A()\nA.one = a\ndef f(): return A, a",
    ),
    "recursion": ("def f(n): return f(n)", "def f(n):\n  return f(n)"),
    "own generic class": (
        "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass A(Generic[T]): pass\ndef f(): return A()",
        "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass A(Generic[T]): pass\ndef f(): return A()",
    ),
    "slots": (
        "class A:\n  __slots__ = ('x',)\ndef f(): return A()",
        "class A:\n  __slots__ = ('x',)\ndef f(): return A()",
    ),
    "set of text": ("x = {'a', 'b'}\ndef f(): return x", "x = {'b', 'a'}\ndef f(): return x"),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_different(name: str) -> None:
    one, other = DIFFERENT[name]
    assert decides(one) != decides(other)
    assert decides(one) == decides(one), "and each is itself"


@pytest.mark.parametrize("name", SAME)
def test_same(name: str) -> None:
    one, other = SAME[name]
    assert decides(one) == decides(other)


# -- values ------------------------------------------------------------------------------------------------


class Thing:
    def __init__(self, size: Any) -> None:
        self.size = size


def slider(value: int) -> Slider:
    return Slider(1, 9, value=value)


TELLS: dict[str, tuple[Any, Any]] = {
    "a widget's value": (slider(1), slider(2)),
    "a widget in a list": ([slider(1)], [slider(2)]),
    "what stands beside a widget": ([slider(1), 5], [slider(1), 6]),
    "the key of a widget": ({"a": slider(1)}, {"b": slider(1)}),
    "deep beside a widget": ([[[1, slider(1)]]], [[[2, slider(1)]]]),
    "a container of a widget": ([slider(1)], (slider(1),)),
    "a function in a list": ([lambda: 1], [lambda: 2]),
    "what is the same of a list": ([[len], x := [len], x], [[len], [len], [len]]),
    "numbers": (1, 1.0),
    "truth": (1, True),
    "state": (Thing(1), Thing(2)),
}


@pytest.mark.parametrize("name", TELLS)
def test_values_that_differ(name: str) -> None:
    of = Place(vars()).identities.of
    one, other = TELLS[name]
    assert of(one) != of(other)
    assert of(one) == of(one)


def test_a_list_that_holds_itself_and_a_function() -> None:
    first: list[Any] = [len]
    first.append(first)
    second: list[Any] = [len]
    second.append(second)
    of = Place().identities.of
    assert of(first) == of(second)


def test_a_state_is_its_value() -> None:
    of = Place().identities.of
    state = State(1, identify=lambda value: f"content:{value}")
    before = of([state])
    assert of([state]) == before
    state.set(2)
    assert of([state]) != before


class Broken:
    def __reduce__(self) -> Any:
        raise RuntimeError("in no mood")


def endless() -> list[Any]:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value", [socket.socket, threading.Lock, lambda: (n for n in "ab"), Broken, endless], ids=str
)
def test_what_nothing_tells_apart(value: Any) -> None:
    made = value()
    with pytest.raises(Unidentified):
        Place().identities.of(made)
    with pytest.raises(Unidentified):
        decides("def f(): return x", x=made)
    if isinstance(made, socket.socket):
        made.close()


# -- what moves ----------------------------------------------------------------------------------------------


CHANGES = {
    "list": ("x = []\ndef f(): return x", "x.append(1)"),
    "nested": ("x = {'a': [1]}\ndef f(): return x", "x['a'].append(1)"),
    "default": ("def f(a=[]): return a", "f.__defaults__[0].append(1)"),
    "global": ("x = 1\ndef f(): return x", "x = 2"),
    "new global": ("def f(): return x", "x = 2"),
    "shadowed builtin": ("def f(): return len", "len = 2"),
    "helper": ("def g(): return 1\ndef f(): return g()", "def g(): return 2"),
    "class attribute": ("class A: x = 1\ndef f(): return A.x", "A.x = 2"),
    "class attribute of its own": ("class A: x = []\ndef f(): return A.x", "A.x.append(2)"),
    "new class attribute": ("class A: pass\ndef f(): return A.x", "A.x = 2"),
    "deleted class attribute": ("class A: x = 2\ndef f(): return A.x", "del A.x"),
    "method": ("class A:\n  def g(s): return 1\ndef f(): return A().g()", "A.g = lambda s: 2"),
    "attribute of a function": ("def g(): return 1\ng.n = 1\ndef f(): return g.n", "g.n = 2"),
    "state": ("class A: pass\na = A(); a.x = 1\ndef f(): return a.x", "a.x = 2"),
    "closure": (
        "def m():\n  n = 1\n  def f(): return n\n  def set(): nonlocal n; n = 2\n  return f, set\nf, set = m()",
        "set()",
    ),
    "dispatch": (
        "import functools\n@functools.singledispatch\ndef g(x): return 0\ndef f(): return g(1)",
        "g.register(int, lambda x: 1)",
    ),
    "function in a dict": ("t = {1: len}\ndef f(): return t[1]('')", "t[1] = str"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_seen(name: str) -> None:
    text, change = CHANGES[name]
    namespace = run_program(text)
    identities = Place(namespace).identities
    references = identities.references(namespace["f"])
    before = identities.moving(references)
    assert references.hold()
    assert identities.moving(references) == before
    exec(change, namespace)
    assert not references.hold() or identities.moving(references) != before


# -- own modules ---------------------------------------------------------------------------------------------

HELPER = "FACTOR = 2\nTABLE = {}\ndef g(): return FACTOR\ndef other(): return 1"


def of_module(change: str = "", text: str = HELPER, source: str = "1", use: str = "return h.g()") -> Any:
    module = own_module("helper", text)
    exec(change, {"h": module})
    namespace = run_program(f"def f(): {use}", h=module)
    identities = Place(namespace, modules={"helper": source * 64}).identities
    references = identities.references(namespace["f"])
    return [references.static, *identities.moving(references)]


def test_of_an_own_module_its_source_and_what_is_used_of_it() -> None:
    assert of_module() == of_module()
    assert of_module() != of_module(source="2")
    assert of_module() != of_module("h.FACTOR = 3")
    assert of_module() != of_module("h.g = lambda: 5")
    assert of_module() == of_module("h.other = lambda: 5")
    assert of_module(use="return h.TABLE") != of_module("h.TABLE['a'] = 1", use="return h.TABLE")


def test_modules_that_refer_to_each_other() -> None:
    one, other = own_module("helper", "x = 1"), own_module("helper2", "x = 2")
    vars(one)["mate"], vars(other)["mate"] = other, one
    namespace = run_program("def f(): return h.mate.mate.x", h=one)
    identities = Place(namespace, modules={"helper": "1" * 64, "helper2": "2" * 64}).identities
    before = identities.references(namespace["f"])
    vars(other)["x"] = 3
    assert not before.hold()


def test_a_module_that_a_function_imports_itself() -> None:
    def static(source: str, use: str) -> str:
        namespace = run_program(f"def f():\n  {use}\n  return g()")
        identities = Place(namespace, modules={"helper": source * 64}).identities
        return identities.references(namespace["f"]).static

    for use in ("from helper import g", "import helper as h; g = h.g", "from helper.deep import g"):
        assert static("1", use) != static("2", use)
    assert static("1", "from math import floor as g") == static("2", "from math import floor as g")


# -- lineage -------------------------------------------------------------------------------------------------


def test_what_content_does_not_tell_is_known_by_the_run_that_made_it() -> None:
    lock = threading.Lock()
    namespace = run_program("def f(): return lock", lock=lock)
    identities = Place(namespace, lineages={"lock": "lineage:1"}).identities
    assert identities.moving(identities.references(namespace["f"])) == ["lineage:1"]


def test_another_value_of_that_name_is_not() -> None:
    text = "def m(lock):\n  def f(): return lock\n  return f"
    namespace = run_program(text, lock=threading.Lock())
    identities = Place(namespace, lineages={"lock": "lineage:1"}).identities
    references = identities.references(namespace["m"](threading.Lock()))
    with pytest.raises(Unidentified):
        identities.moving(references)
