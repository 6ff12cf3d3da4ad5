"""The plain codec: Python's own values as JSON, with their exact types.

None, bool, str, and ints that JSON readers hold exactly are themselves; every other value is a list whose
first item names its type: `["float", "0x1.8p+1"]`, `["tuple", ...]`. Sets are sorted by the JSON text of
their items, so that equal sets have equal encodings under every hash seed. A mutable value that stands in
two places, or in itself, is refused, since it would come back as two.
"""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import json
import pathlib
import uuid
from collections.abc import Callable
from typing import Any

from tiffin.codecs.registry import NotEncodable
from tiffin.errors import CodecError

_SAFE_INT = 2**53 - 1
_MUTABLE = (list, dict, set, bytearray)
_SIZED = (list, tuple, dict, set, frozenset, bytes, bytearray)


def to_plain(value: Any) -> Any:
    """Return `value` as JSON with exact types; `NotEncodable` if part of it is not plain."""
    try:
        return _Encoder().encode(value)
    except RecursionError:
        raise NotEncodable("nested too deeply") from None


def from_plain(form: Any) -> Any:
    """Return the value whose plain form is `form`; `CodecError` if it is none."""
    try:
        return _decode(form)
    except CodecError:
        raise
    except RecursionError:
        raise CodecError("plain value is nested too deeply") from None
    except Exception as error:
        raise CodecError(f"not a plain value: {type(error).__name__}: {error}") from error


plain_text: Callable[[Any], str] = json.JSONEncoder(
    separators=(",", ":"), ensure_ascii=True, allow_nan=False
).encode
"""Returns a plain form as compact JSON in ASCII: the codec's bytes."""


def _str(value: str) -> Any:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:  # lone surrogates are not Unicode text, and not canonical JSON
        return ["str", value.encode("utf-8", "surrogatepass").hex()]
    return value


class _Encoder:
    """Encodes one value; remembers the mutable parts it has met."""

    def __init__(self) -> None:
        self._met: set[int] = set()

    def encode(self, value: Any) -> Any:
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is str:
            return _str(value)
        if kind is int:
            return value if -_SAFE_INT <= value <= _SAFE_INT else ["int", hex(value)]
        if kind in _MUTABLE:
            if id(value) in self._met:
                raise NotEncodable("a mutable value stands in two places")
            self._met.add(id(value))
        encode = _ENCODERS.get(kind)
        if encode is not None:
            return encode(self, value)
        if isinstance(value, pathlib.PurePath):
            name = "PurePath" if not isinstance(value, pathlib.Path) else "Path"
            return [name, _str(value.as_posix())]
        raise NotEncodable(f"{kind.__module__}.{kind.__qualname__} is not plain")

    def items(self, name: str, values: Any) -> Any:
        return [name, *map(self.encode, values)]

    def unordered(self, name: str, values: Any) -> Any:
        return [name, *sorted(map(self.encode, values), key=plain_text)]

    def mapping(self, value: dict[Any, Any]) -> Any:
        return ["dict", *([self.encode(k), self.encode(v)] for k, v in value.items())]

    def parts(self, name: str, *values: Any) -> Any:
        return self.items(name, values)


def _offset(value: Any) -> Any:
    """A time zone as plain data: None, or a fixed offset in seconds; others go to another codec."""
    if value is None:
        return None
    if type(value) is dt.timezone:
        return value.utcoffset(None) / dt.timedelta(seconds=1)
    raise NotEncodable("only fixed time zones are plain")


def _datetime(e: _Encoder, v: dt.datetime) -> Any:
    naive = v.replace(tzinfo=None, fold=0)
    return e.parts("datetime", naive.isoformat(), _offset(v.tzinfo), v.fold)


def _time(e: _Encoder, v: dt.time) -> Any:
    return e.parts("time", v.replace(tzinfo=None, fold=0).isoformat(), _offset(v.tzinfo), v.fold)


def _range(e: _Encoder, v: range) -> Any:
    return e.parts("range", v.start, v.stop, v.step)


_ENCODERS: dict[type, Callable[[_Encoder, Any], Any]] = {
    float: lambda e, v: ["float", v.hex()],
    complex: lambda e, v: ["complex", v.real.hex(), v.imag.hex()],
    bytes: lambda e, v: ["bytes", v.hex()],
    bytearray: lambda e, v: ["bytearray", v.hex()],
    list: lambda e, v: e.items("list", v),
    tuple: lambda e, v: e.items("tuple", v),
    set: lambda e, v: e.unordered("set", v),
    frozenset: lambda e, v: e.unordered("frozenset", v),
    dict: lambda e, v: e.mapping(v),
    range: _range,
    slice: lambda e, v: e.parts("slice", v.start, v.stop, v.step),
    type(Ellipsis): lambda e, v: ["ellipsis"],
    dt.date: lambda e, v: ["date", v.isoformat()],
    dt.datetime: _datetime,
    dt.time: _time,
    dt.timedelta: lambda e, v: ["timedelta", v.days, v.seconds, v.microseconds],
    dt.timezone: lambda e, v: e.parts("timezone", _offset(v)),
    decimal.Decimal: lambda e, v: ["Decimal", str(v)],
    fractions.Fraction: lambda e, v: e.parts("Fraction", v.numerator, v.denominator),
    uuid.UUID: lambda e, v: ["UUID", v.hex],
}


def _decode(form: Any) -> Any:
    if form is None or isinstance(form, bool | str):
        return form
    if type(form) is int:
        return form
    if not isinstance(form, list) or not form or not isinstance(form[0], str):
        raise CodecError(f"not a plain value: {str(form)[:60]!r}")
    decode = _DECODERS.get(form[0])
    if decode is None:
        raise CodecError(f"plain values have no type {form[0]!r}")
    return decode(form[1:])


def _all(parts: list[Any]) -> list[Any]:
    return [_decode(part) for part in parts]


def _zone(offset: Any) -> dt.timezone | None:
    seconds = _decode(offset)
    return None if seconds is None else dt.timezone(dt.timedelta(seconds=seconds))


_DECODERS: dict[str, Callable[[list[Any]], Any]] = {
    "int": lambda p: int(p[0], 16),
    "str": lambda p: bytes.fromhex(p[0]).decode("utf-8", "surrogatepass"),
    "float": lambda p: float.fromhex(p[0]),
    "complex": lambda p: complex(float.fromhex(p[0]), float.fromhex(p[1])),
    "bytes": lambda p: bytes.fromhex(p[0]),
    "bytearray": lambda p: bytearray.fromhex(p[0]),
    "list": _all,
    "tuple": lambda p: tuple(_all(p)),
    "set": lambda p: set(_all(p)),
    "frozenset": lambda p: frozenset(_all(p)),
    "dict": lambda p: {_decode(k): _decode(v) for k, v in p},
    "range": lambda p: range(*_all(p)),
    "slice": lambda p: slice(*_all(p)),
    "ellipsis": lambda p: Ellipsis,
    "date": lambda p: dt.date.fromisoformat(p[0]),
    "datetime": lambda p: dt.datetime.fromisoformat(p[0]).replace(tzinfo=_zone(p[1]), fold=p[2]),
    "time": lambda p: dt.time.fromisoformat(p[0]).replace(tzinfo=_zone(p[1]), fold=p[2]),
    "timedelta": lambda p: dt.timedelta(*p),
    "timezone": lambda p: _zone(p[0]),
    "Decimal": lambda p: decimal.Decimal(p[0]),
    "Fraction": lambda p: fractions.Fraction(*_all(p)),
    "UUID": lambda p: uuid.UUID(hex=p[0]),
    "Path": lambda p: pathlib.Path(_decode(p[0])),
    "PurePath": lambda p: pathlib.PurePosixPath(_decode(p[0])),
}


class PlainCodec:
    """Python's own values, see this module's text."""

    name = "plain"
    modules: frozenset[str] = frozenset()
    safe = True

    def takes(self, value: Any) -> bool:
        kind = type(value)
        return (
            value is None
            or kind in _ENCODERS
            or kind in (bool, int, str)
            or isinstance(value, pathlib.PurePath)
        )

    def size(self, value: Any) -> int:
        if isinstance(value, str):
            return len(value)
        return 2 * len(value) if isinstance(value, _SIZED) else 0

    def encode(self, value: Any) -> bytes:
        if type(value) is int and -_SAFE_INT <= value <= _SAFE_INT:
            return b"%d" % value  # what comes out below, without an encoder
        return plain_text(to_plain(value)).encode("ascii")

    def decode(self, data: bytes) -> Any:
        try:
            form = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise CodecError(f"plain value is not JSON: {error}") from error
        return from_plain(form)
