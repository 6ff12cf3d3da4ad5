"""Enum members, dataclass instances, named tuples: exact, by the name of their class, and without its
code."""

from __future__ import annotations

import collections
import dataclasses
import enum
import http
import json
import re
import sys
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

import pytest
from codec_cases import OWN, Color, Deeper, Flags, Frozen, Pair, Point, Triple, Word
from codec_contract import CodecContract

from tiffin.cache.manifest import FileRead
from tiffin.codecs.classes import Classes
from tiffin.codecs.plain import PlainCodec, plain_text
from tiffin.codecs.registry import NotEncodable
from tiffin.codecs.standard import standard_codecs
from tiffin.errors import CodecError


def codec(importable: Any = (), **more: Any) -> PlainCodec:
    return PlainCodec(Classes(lambda: {**OWN, **more}, importable.__contains__))


def unset() -> Point:
    point = Point(1, [2])
    point.late = 3
    return point


class TestClasses(CodecContract):
    cases: ClassVar[dict[str, Any]] = {
        "member": Color.RED,
        "word": Word.YES,
        "flag": Flags.A,
        "flags": Flags.A | Flags.B | Flags.C,
        "none of the flags": Flags(0),
        "unnamed bits": Flags(128 | 1),
        "library's": http.HTTPStatus.NOT_FOUND,
        "library's flags": re.IGNORECASE | re.MULTILINE,
        "instance": Point(1, [2, {3}]),
        "instance with all": unset(),
        "frozen": Frozen("a", Frozen("b")),
        "inherited": Deeper(1, [], 2.5),
        "tiffin's": FileRead("a", "b"),  # type: ignore[arg-type]
        "pair": Pair([1], Pair(2)),
        "triple": Triple(1, 2, 3),
        "library's tuple": urllib.parse.urlparse("https://host.example/path"),
        "as keys": {Color.RED: {Frozen("a"): 1}, Pair(1): 2},
        "ordered": collections.OrderedDict([("b", 1), ("a", [2])]),
        "counter": collections.Counter("hello"),
        "default": collections.defaultdict(list, {1: [2]}),
        "no default": collections.defaultdict(None, {1: 2}),
        "deque": collections.deque([1, [2]], maxlen=5),
    }

    def make(self) -> PlainCodec:
        return codec()

    def equal(self, left: Any, right: Any) -> bool:
        if isinstance(right, enum.Enum):
            return left is right
        if isinstance(right, collections.defaultdict):
            return bool(left == right) and left.default_factory is right.default_factory
        if isinstance(right, collections.deque):
            return bool(left == right) and left.maxlen == right.maxlen
        if type(right) in (Point, Deeper):
            return type(left) is type(right) and vars(left) == vars(right)
        return type(left) is type(right) and bool(left == right)


def test_what_decoding_takes_is_told() -> None:
    needs_and_modules = {
        name: (encoding.needs, encoding.modules)
        for name, value in {
            "own": [Color.RED, Point(1)],
            "library": http.HTTPStatus.OK,
            "outside": pytest.ExitCode.OK,
            "plain": [1],
        }.items()
        for encoding in [codec().encode(value)]
    }
    none: frozenset[str] = frozenset()
    assert needs_and_modules == {
        "own": ({"Color", "Point"}, none),
        "library": (none, none),
        "outside": (none, {"_pytest"}),
        "plain": (none, none),
    }


T = TypeVar("T")


@dataclasses.dataclass
class WithState:
    x: int = 0

    def __getstate__(self) -> Any:
        return {}


@dataclasses.dataclass
class WithReduce:
    x: int = 0

    def __reduce__(self) -> Any:
        return WithReduce, ()


@dataclasses.dataclass
class WithEnd:
    x: int = 0

    def __del__(self) -> None: ...


@dataclasses.dataclass
class OfList(list[int]):
    x: int = 0


@dataclasses.dataclass
class Box(Generic[T]):
    x: T


class NoDataclass(Point):
    pass


class Odd(NamedTuple):
    x: int


class OddChild(Odd):
    def __reduce__(self) -> Any:
        return OddChild, (1,)


class Loose(Odd):
    pass


def with_more() -> Any:
    point = Point(1)
    vars(point)["extra"] = 1
    return point


def loose() -> Any:
    value = Loose(1)
    vars(value)["extra"] = 1
    return value


def local() -> Any:
    class Local(enum.Enum):
        A = 1

    return Local.A


def counter_with_more() -> Any:
    counter = collections.Counter("a")
    counter.extra = 1  # type: ignore[attr-defined]
    return counter


SHARED = Point(1)
CYCLE = Point(1)
CYCLE.y.append(CYCLE)


@pytest.mark.parametrize(
    "value",
    [
        WithState(),
        WithReduce(),
        WithEnd(),
        OfList(),
        Box[int](1),
        NoDataclass(1),
        with_more(),
        OddChild(1),
        loose(),
        local(),
        counter_with_more(),
        [SHARED, SHARED],
        CYCLE,
        Point(1, [object()]),
        collections.defaultdict(lambda: 1),
        sys.version_info,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_says_itself_how_it_is_copied_or_has_more_is_refused(value: Any) -> None:
    here: dict[str, Any] = {name: kind for name, kind in globals().items() if isinstance(kind, type)}
    with pytest.raises(NotEncodable):
        codec(**here).encode(value)


def test_a_class_that_is_not_where_it_says_is_refused() -> None:
    with pytest.raises(NotEncodable, match=r"__main__.Color is not reachable"):
        codec(Color=Flags).encode(Color.RED)


def test_identity_falls_to_pickle() -> None:
    codecs = standard_codecs(lambda: OWN)
    encoded = codecs.encode([SHARED, SHARED])
    assert encoded is not None
    assert encoded.codec == "pickle"
    assert encoded.needs == {"Point"}
    back = codecs.decode("pickle", encoded.data)
    assert back[0] is back[1]
    cycle = codecs.encode(CYCLE)
    assert cycle is not None
    again = codecs.decode("pickle", cycle.data)
    assert again.y[0] is again


class Tripwire:
    """Notes every way in which code of a class can run."""

    ran: ClassVar[list[str]] = []

    def __init_subclass__(cls) -> None:
        Tripwire.ran.clear()

    def __new__(cls, *arguments: Any) -> Any:
        Tripwire.ran.append("__new__")
        return object.__new__(cls)

    def __getattribute__(self, name: str) -> Any:
        Tripwire.ran.append(f"get {name}")
        return object.__getattribute__(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        Tripwire.ran.append(f"set {name}")
        object.__setattr__(self, name, value)


@dataclasses.dataclass
class Trapped(Tripwire):
    x: int
    y: int = 3

    def __post_init__(self) -> None:
        Tripwire.ran.append("__post_init__")


class Strict(enum.Flag):
    A = 1

    @classmethod
    def _missing_(cls, value: object) -> Any:
        Tripwire.ran.append("_missing_")
        return None


def test_no_code_of_the_class_runs() -> None:
    here = codec(Trapped=Trapped, Strict=Strict)
    for kind in (Trapped, Strict):
        kind.__module__ = "__main__"
    Tripwire.ran.clear()
    back = here.decode(b'["dataclass",null,"Trapped",["x",1],["y",2]]')
    with pytest.raises(CodecError):
        here.decode(b'["enum",null,"Strict","0x8"]')
    with pytest.raises(CodecError):
        here.decode(b'["enum",null,"Strict","nope"]')
    assert Tripwire.ran == []
    assert (back.x, back.y) == (1, 2)


@pytest.fixture
def unloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    (tmp_path / "unloaded_colors.py").write_text("import enum\nclass Hue(enum.Enum):\n    RED = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "unloaded_colors"
    sys.modules.pop("unloaded_colors", None)


def test_modules_are_imported_only_if_the_notebook_does(unloaded: str) -> None:
    data = json.dumps(["enum", unloaded, "Hue", "RED"]).encode()
    with pytest.raises(CodecError, match="the notebook does not import"):
        codec().decode(data)
    assert unloaded not in sys.modules
    assert codec((unloaded,)).decode(data).name == "RED"


@pytest.mark.parametrize(
    "form",
    [
        ["enum", "os", "system", "true"],
        ["enum", "os", "path.join", "true"],
        ["enum", None, "Point", "x"],
        ["enum", None, "Color", "BLUE"],
        ["enum", None, "Color", "0x1"],
        ["enum", None, "Color", ["list"]],
        ["enum", None, "Flags", "-0xfffffffffff"],
        ["enum", None, "Nothing", "A"],
        ["enum", "no.such.module", "A", "A"],
        ["enum", "", "A", "A"],
        ["enum", "__main__", "Color", "RED"],
        ["enum", 3, "A", "A"],
        ["enum", None, "Color"],
        ["dataclass", None, "Color", ["x", 1]],
        ["dataclass", None, "Point", ["x", 1]],
        ["dataclass", None, "Point", ["x", 1], ["y", 2], ["late", 3], ["extra", 4]],
        ["dataclass", None, "Point", ["x", 1], ["x", 2], ["late", 3]],
        ["dataclass", None, "Point", ["__class__", 1], ["y", 2], ["late"]],
        ["dataclass", "subprocess", "Popen"],
        ["dataclass", "builtins", "object"],
        ["namedtuple", None, "Pair", 1],
        ["namedtuple", None, "Pair", 1, 2, 3],
        ["namedtuple", "builtins", "tuple", 1],
        ["namedtuple", None, "Point", 1],
        ["defaultdict", "eval"],
        ["Counter", [1]],
        ["ZoneInfo", "../../etc/passwd"],
        ["ZoneInfo", "No/Where"],
        ["deque", "x"],
    ],
    ids=plain_text,
)
def test_forms_that_name_something_else_are_errors(form: Any) -> None:
    outcome: Any
    try:
        outcome = codec(("builtins", "subprocess", "os")).decode(plain_text(form).encode())
    except CodecError:
        return
    assert isinstance(outcome, Flags), outcome  # negative flags are those that are not
