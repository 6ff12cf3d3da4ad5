"""The plain codec: exact types, canonical bytes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
import os
import pathlib
import subprocess
import sys
import uuid
import zoneinfo
from collections import OrderedDict, defaultdict, deque
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any, ClassVar

import pytest
from codec_cases import OWN, Color, Flags, Frozen, Pair, Point, Word
from codec_contract import CodecContract
from hypothesis import given
from hypothesis import strategies as st

from tiffin.codecs.classes import Classes
from tiffin.codecs.plain import PlainCodec, from_plain, to_plain
from tiffin.codecs.registry import NotEncodable
from tiffin.errors import CodecError

CASES: dict[str, Any] = {
    "none": None,
    "true": True,
    "one": 1,
    "one float": 1.0,
    "one text": "1",
    "one bytes": b"1",
    "one complex": 1 + 0j,
    "one decimal": Decimal(1),
    "one fraction": Fraction(1),
    "big": 2**70,
    "edge": 2**53 - 1,
    "beyond the edge": 2**53,
    "negative big": -(2**64),
    "tenth": 0.1,
    "minus zero": -0.0,
    "infinity": math.inf,
    "complex": complex(-0.0, math.inf),
    "surrogate": "a\ud800b",
    "text": 'né "quoted"\n\0',
    "list of one": [1],
    "tuple of one": (1,),
    "set of one": {1},
    "frozenset of one": frozenset({1}),
    "nested": [(), [], {}, set(), {"a": [1, (2, {3.0, "3", (3,)})]}],
    "mixed keys": {1: "int", "1": "text", (1, 2): "tuple", None: "none", 2.5: "float", b"1": "bytes"},
    "ordered": {"b": 1, "a": 2},
    "ordered otherwise": {"a": 2, "b": 1},
    "range": range(1, 10, 3),
    "slice": slice(None, 5, None),
    "ellipsis": ...,
    "date": dt.date(2026, 11, 21),
    "datetime": dt.datetime(2026, 11, 21, 3, 9, 0, 5),  # noqa: DTZ001
    "aware": dt.datetime(2026, 11, 21, 3, 9, tzinfo=dt.UTC),
    "fold": dt.datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=dt.timezone(dt.timedelta(hours=1, minutes=30))),
    "time": dt.time(3, 9, tzinfo=dt.timezone(dt.timedelta(hours=-5))),
    "timedelta": dt.timedelta(days=-1, microseconds=7),
    "timezone": dt.timezone(dt.timedelta(hours=2)),
    "uuid": uuid.UUID(int=7),
    "path": pathlib.Path("data") / "a.csv",
    "bytearray": bytearray(b"\x00\xff"),
}


class TestPlainCodec(CodecContract):
    cases = CASES
    foreign: ClassVar[tuple[Any, ...]] = (object(), len, print, type, iter([]), type("Sub", (int,), {})(3))
    digests: ClassVar[dict[str, str]] = json.loads(
        (pathlib.Path(__file__).parent.parent.parent / "contracts" / "plain_digests.json").read_text("utf-8")
    )

    def make(self) -> PlainCodec:
        return PlainCodec()

    def equal(self, left: Any, right: Any) -> bool:
        if isinstance(right, float | complex):
            return type(left) is type(right) and repr(left) == repr(right)
        if isinstance(right, dict):
            return type(left) is dict and list(left.items()) == list(right.items())
        if isinstance(right, dt.datetime):
            return (left, left.fold, left.utcoffset()) == (right, right.fold, right.utcoffset())
        return type(left) is type(right) and bool(left == right)

    def guards_itself(self, data: bytes) -> bool:
        return data.startswith(b"[")  # the first half of a number is a number

    def test_the_golden_digests_cover_every_case(self) -> None:
        assert self.digests.keys() == CASES.keys()


def test_different_values_have_different_encodings() -> None:
    encodings = {name: PlainCodec().encode(value).data for name, value in CASES.items()}
    same = [(a, b) for a, b in combinations(encodings, 2) if encodings[a] == encodings[b]]
    assert same == []


def test_not_a_number_comes_back() -> None:
    back = from_plain(to_plain(math.nan))
    assert isinstance(back, float)
    assert math.isnan(back)


def test_sets_encode_alike_under_every_hash_seed() -> None:
    code = (
        "from tiffin.codecs.plain import PlainCodec;"
        "print(PlainCodec().encode({'a', 'b', 'c', 1, 2.5, (1, 'x'), frozenset({'p', 'q'})}).data.decode())"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(printed) == 1


def shared_list() -> Any:
    inner = [1]
    return [inner, inner]


def cyclic_dict() -> Any:
    cycle: dict[str, Any] = {}
    cycle["self"] = cycle
    return cycle


def deep_list() -> Any:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        shared_list(),
        cyclic_dict(),
        deep_list(),
        [object()],
        type("Sub", (dict,), {})(),
        {"k": print},
    ],
    ids=["shared", "cyclic", "deep", "object", "subclass", "function"],
)
def test_what_would_not_come_back_the_same_is_refused(value: Any) -> None:
    with pytest.raises(NotEncodable):
        to_plain(value)


@pytest.mark.parametrize(
    "form", [[], [1], ["nothing"], {"a": 1}, 1.5, ["int", "zz"], ["dict", [1]], ["Path"], ["set", ["list"]]]
)
def test_what_is_no_plain_form_is_an_error(form: Any) -> None:
    with pytest.raises(CodecError):
        from_plain(form)


ZONES = st.none() | st.builds(
    dt.timezone, st.timedeltas(dt.timedelta(hours=-23), dt.timedelta(hours=23)), st.just("X") | st.just("Yé")
)
HASHABLE = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(0, 9).map(lambda number: 7 ** (6000 + number))
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text()
    | st.text(st.characters(categories=["Cs"]), max_size=2)
    | st.binary()
    | st.dates()
    | st.datetimes(timezones=ZONES)
    | st.times(timezones=ZONES)
    | st.timedeltas()
    | st.decimals(allow_nan=False)
    | st.fractions()
    | st.uuids()
    | st.builds(range, st.integers(-9, 9), st.integers(-9, 9), st.integers(1, 3))
    | st.sampled_from([Color.RED, Color.GREEN, Word.YES, Flags.A | Flags.C, ...])
)
KEYS = (
    HASHABLE
    | st.tuples(HASHABLE, HASHABLE)
    | st.frozensets(HASHABLE, max_size=3)
    | st.builds(Frozen, st.text(), HASHABLE)
)
plain_values = st.recursive(
    HASHABLE | st.binary().map(bytearray),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.sets(KEYS, max_size=3)
        | st.builds(Pair, inner, inner)
        | st.builds(Point, inner, st.lists(inner, max_size=2))
        | st.builds(OrderedDict, st.dictionaries(KEYS, inner, max_size=3))
        | st.builds(deque, st.lists(inner, max_size=3), st.none() | st.integers(3, 5))
        | st.builds(defaultdict, st.sampled_from([None, int, list]), st.dictionaries(KEYS, inner, max_size=2))
    ),
    max_leaves=20,
)
OWN_CODEC = PlainCodec(Classes(lambda: OWN, lambda root: False))


@given(plain_values)
def test_any_plain_value_comes_back(value: Any) -> None:
    encoding = OWN_CODEC.encode(value)
    back = OWN_CODEC.decode(encoding.data)
    assert exact(back) == exact(value)
    assert OWN_CODEC.encode(back) == encoding


@given(plain_values, plain_values)
def test_equal_encodings_mean_equal_values(left: Any, right: Any) -> None:
    same = OWN_CODEC.encode(left).data == OWN_CODEC.encode(right).data
    assert same == (exact(left) == exact(right))


def exact(value: Any) -> Any:
    """What tells values apart that `==` does not: types and signs; the order of sets is none."""
    kind = type(value).__qualname__
    if isinstance(value, set | frozenset):
        return kind, sorted((exact(item) for item in value), key=repr)
    if isinstance(value, dict):
        pairs = [(exact(key), exact(item)) for key, item in value.items()]
        return kind, pairs, getattr(value, "default_factory", None)
    if isinstance(value, list | tuple | deque):
        return kind, [exact(item) for item in value], getattr(value, "maxlen", None)
    if isinstance(value, Point | Frozen):
        return kind, [exact(getattr(value, field.name, None)) for field in dataclasses.fields(value)]
    if isinstance(value, int):
        return kind, hex(value)
    return kind, repr(value), getattr(value, "fold", None)


def test_zones_by_their_key(tmp_path: pathlib.Path) -> None:
    zone = zoneinfo.ZoneInfo("Europe/Berlin")
    moment = dt.datetime(2026, 10, 25, 2, 30, tzinfo=zone, fold=1)
    back = PlainCodec().decode(PlainCodec().encode([moment, zone, dt.time(1, tzinfo=zone)]).data)
    assert back[0].tzinfo is zone
    assert (back[0], back[0].fold, back[0].utcoffset()) == (moment, 1, moment.utcoffset())
    assert back[1] is zone
    for other in (zoneinfo.ZoneInfo.no_cache("Europe/Berlin"), dt.datetime(2026, 1, 1, tzinfo=Odd())):
        with pytest.raises(NotEncodable):
            PlainCodec().encode(other)


class Odd(dt.tzinfo):
    def utcoffset(self, moment: Any) -> dt.timedelta:
        return dt.timedelta(0)

    dst = utcoffset

    def tzname(self, moment: Any) -> str:
        return "odd"


@pytest.mark.parametrize(
    "data", [b"[" * 200_000, b'["list",' * 50_000 + b"1" + b"]" * 50_000, b"1" * 5000, b"NaN"]
)
def test_json_that_goes_too_far_is_an_error(data: bytes) -> None:
    with pytest.raises(CodecError):
        PlainCodec().decode(data)
