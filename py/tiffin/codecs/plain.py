"""The plain codec: Python's own values as JSON, with their exact types.

None, bool, str, and ints that JSON readers hold exactly are themselves; every other value is a list whose
first item names its type: `["float", "0x1.8p+1"]`, `["tuple", ...]`. Sets are sorted by the JSON text of
their items, so that equal sets have equal encodings under every hash seed. A mutable value that stands in
two places, or in itself, is refused, since it would come back as two. Enum members, dataclass instances and
named tuples name their class.
"""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import importlib
import json
import pathlib
import sys
import uuid
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

from tiffin.codecs import classes
from tiffin.codecs.classes import Classes
from tiffin.codecs.places import in_notebook
from tiffin.codecs.registry import NONE, Encoding, NotEncodable
from tiffin.errors import CodecError
from tiffin.ids import Bytes

_SAFE_INT = 2**53 - 1
_MUTABLE = frozenset({list, dict, set, bytearray, OrderedDict, Counter, defaultdict, deque})
_SIZED = frozenset({list, tuple, dict, set, frozenset, bytes, bytearray})
_THEMSELVES = frozenset({bool, int, str})
_FACTORIES = {kind.__name__: kind for kind in (bool, int, float, complex, str, bytes, list, tuple, dict, set)}
_NO_CLASSES = Classes(dict, lambda root: False)


def to_plain(value: Any) -> Any:
    """Return `value` as JSON with exact types; `NotEncodable` if part of it is not plain.

    Values that name a class are none here: whoever reads this JSON has no notebook to find it in.
    """
    return PlainEncoder(None).form(value)


def from_plain(form: Any, classes_: Classes = _NO_CLASSES) -> Any:
    """Return the value whose plain form is `form`; `CodecError` if it is none."""
    return PlainDecoder(classes_).value(form)


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


class PlainEncoder:
    """Encodes one value; remembers the mutable parts it has met, and what naming classes takes.

    A kind of encoder that knows more values gives the forms of these in `other`.
    """

    needs = NONE
    modules = NONE

    def __init__(self, classes_: Classes | None) -> None:
        self._classes = classes_
        self._met: set[int] = set()

    def form(self, value: Any) -> Any:
        """Return the plain form of `value`."""
        try:
            return self.encode(value)
        except RecursionError:
            raise NotEncodable("nested too deeply") from None

    def encode(self, value: Any) -> Any:
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is str:
            return _str(value)
        if kind is int:
            return value if -_SAFE_INT <= value <= _SAFE_INT else ["int", hex(value)]
        if kind in _MUTABLE:
            identity = id(value)
            if identity in self._met:
                raise NotEncodable("a mutable value stands in two places")
            self._met.add(identity)
        encode = _ENCODERS.get(kind)
        if encode is not None:
            return encode(self, value)
        return self.other(value, kind)

    def meet(self, identity: int) -> None:
        """Note a mutable part that is in no table."""
        if identity in self._met:
            raise NotEncodable("a mutable value stands in two places")
        self._met.add(identity)

    def other(self, value: Any, kind: type) -> Any:
        """Return the form of a value whose type is in no table."""
        if isinstance(value, pathlib.PurePath):
            parts = getattr(value, "in_notebook", None)
            if parts is not None:
                return ["NotebookPath", *map(_str, parts)]
            name = "PurePath" if not isinstance(value, pathlib.Path) else "Path"
            return [name, _str(value.as_posix())]
        if self._classes is not None:
            if classes.is_enum(kind):
                return ["enum", *self.class_of(kind), *classes.member_form(value)]
            if classes.is_dataclass(kind):
                self.meet(id(value))
                pairs = [[name, *map(self.encode, held)] for name, held in classes.fields_of(value)]
                return ["dataclass", *self.class_of(kind), *pairs]
            if classes.is_named_tuple(kind) and not getattr(value, "__dict__", None):
                return self.items("namedtuple", value, *self.class_of(kind))
        if _is_zone(value):
            return ["ZoneInfo", value.key]
        raise NotEncodable(f"{kind.__module__}.{kind.__qualname__} is not plain")

    def class_of(self, kind: type) -> list[Any]:
        assert self._classes is not None
        module, name = self._classes.reference(kind)
        if module is None:
            self.needs |= {name.partition(".")[0]}
        else:
            self.modules |= classes.outside({module.partition(".")[0]})
        return [module, name]

    def items(self, name: str, values: Any, *first: Any) -> Any:
        return [name, *first, *map(self.encode, values)]

    def unordered(self, name: str, values: Any) -> Any:
        return [name, *sorted(map(self.encode, values), key=plain_text)]

    def mapping(self, name: str, value: dict[Any, Any], *first: Any) -> Any:
        if name != "dict" and getattr(value, "__dict__", None):
            raise NotEncodable("a mapping with attributes")
        return [name, *first, *([self.encode(k), self.encode(v)] for k, v in value.items())]

    def parts(self, name: str, *values: Any) -> Any:
        return self.items(name, values)


def _offset(value: Any) -> Any:
    """A time zone as plain data: None, a fixed offset in seconds, or itself if it has a name."""
    if type(value) is dt.timezone and len(value.__getinitargs__()) == 1:  # type: ignore[attr-defined]
        return value.utcoffset(None) / dt.timedelta(seconds=1)
    if value is None or type(value) is dt.timezone or _is_zone(value):
        return value
    raise NotEncodable("only fixed time zones, and those of zoneinfo, are plain")


def _timezone(e: PlainEncoder, v: dt.timezone) -> Any:
    seconds = v.utcoffset(None) / dt.timedelta(seconds=1)
    return e.parts("timezone", seconds, *v.__getinitargs__()[1:])  # type: ignore[attr-defined]


def _is_zone(value: Any) -> bool:
    """Whether `value` is a zone that its key gives again; zoneinfo is not imported for this."""
    zoneinfo = sys.modules.get("zoneinfo")
    if zoneinfo is None or type(value) is not zoneinfo.ZoneInfo or value.key is None:
        return False
    try:
        return zoneinfo.ZoneInfo(value.key) is value
    except (KeyError, OSError, ValueError):
        return False


def _datetime(e: PlainEncoder, v: dt.datetime) -> Any:
    naive = v.replace(tzinfo=None, fold=0)
    return e.parts("datetime", naive.isoformat(), _offset(v.tzinfo), v.fold)


def _time(e: PlainEncoder, v: dt.time) -> Any:
    return e.parts("time", v.replace(tzinfo=None, fold=0).isoformat(), _offset(v.tzinfo), v.fold)


def _defaultdict(e: PlainEncoder, v: defaultdict[Any, Any]) -> Any:
    factory = v.default_factory
    name = getattr(factory, "__name__", None)
    if factory is not None and _FACTORIES.get(name) is not factory:  # type: ignore[arg-type]
        raise NotEncodable("only built-in types are plain as default factories")
    return e.mapping("defaultdict", v, name)


def _range(e: PlainEncoder, v: range) -> Any:
    return e.parts("range", v.start, v.stop, v.step)


_ENCODERS: dict[type, Callable[[PlainEncoder, Any], Any]] = {
    float: lambda e, v: ["float", v.hex()],
    complex: lambda e, v: ["complex", v.real.hex(), v.imag.hex()],
    bytes: lambda e, v: ["bytes", v.hex()],
    bytearray: lambda e, v: ["bytearray", v.hex()],
    list: lambda e, v: e.items("list", v),
    tuple: lambda e, v: e.items("tuple", v),
    set: lambda e, v: e.unordered("set", v),
    frozenset: lambda e, v: e.unordered("frozenset", v),
    dict: lambda e, v: e.mapping("dict", v),
    OrderedDict: lambda e, v: e.mapping("OrderedDict", v),
    Counter: lambda e, v: e.mapping("Counter", v),
    defaultdict: _defaultdict,
    deque: lambda e, v: e.items("deque", v, v.maxlen),
    range: _range,
    slice: lambda e, v: e.parts("slice", v.start, v.stop, v.step),
    type(Ellipsis): lambda e, v: ["ellipsis"],
    dt.date: lambda e, v: ["date", v.isoformat()],
    dt.datetime: _datetime,
    dt.time: _time,
    dt.timedelta: lambda e, v: ["timedelta", v.days, v.seconds, v.microseconds],
    dt.timezone: _timezone,
    decimal.Decimal: lambda e, v: ["Decimal", str(v)],
    fractions.Fraction: lambda e, v: e.parts("Fraction", v.numerator, v.denominator),
    uuid.UUID: lambda e, v: ["UUID", v.hex],
}


class PlainDecoder:
    """Gives values of plain forms; a kind of decoder that knows more forms has `other`."""

    def __init__(self, classes_: Classes) -> None:
        self.classes = classes_

    def value(self, form: Any) -> Any:
        """Return the value whose plain form is `form`; `CodecError` if it is none."""
        try:
            return self.decode(form)
        except CodecError:
            raise
        except RecursionError:
            raise CodecError("plain value is nested too deeply") from None
        except Exception as error:
            raise CodecError(f"not a plain value: {type(error).__name__}: {error}") from error

    def decode(self, form: Any) -> Any:
        if form is None or isinstance(form, bool | str):
            return form
        if type(form) is int:
            return form
        if not isinstance(form, list) or not form or not isinstance(form[0], str):
            raise CodecError(f"not a plain value: {str(form)[:60]!r}")
        decode = _DECODERS.get(form[0])
        return self.other(form) if decode is None else decode(self, form[1:])

    def other(self, form: list[Any]) -> Any:
        """Return the value of a form whose name is in no table."""
        raise CodecError(f"plain values have no type {form[0]!r}")

    def all(self, parts: list[Any]) -> list[Any]:
        return [self.decode(part) for part in parts]

    def pairs(self, parts: list[Any]) -> dict[Any, Any]:
        return {self.decode(k): self.decode(v) for k, v in parts}

    def zone(self, form: Any) -> dt.tzinfo | None:
        zone = self.decode(form)
        if zone is None or isinstance(zone, dt.tzinfo):
            return zone
        return dt.timezone(dt.timedelta(seconds=zone))


def _member(d: PlainDecoder, p: list[Any]) -> Any:
    module, name, member = p
    return classes.find_member(d.classes.find(module, name, classes.is_enum), member)


def _instance(d: PlainDecoder, p: list[Any]) -> Any:
    kind = d.classes.find(p[0], p[1], classes.is_dataclass)
    return classes.make_instance(kind, [(name, d.all(held[:1])) for name, *held in p[2:]])


def _named_tuple(d: PlainDecoder, p: list[Any]) -> Any:
    return classes.make_named_tuple(d.classes.find(p[0], p[1], classes.is_named_tuple), d.all(p[2:]))


def _counter(d: PlainDecoder, p: list[Any]) -> Any:
    counter: Counter[Any] = Counter()
    dict.update(counter, d.pairs(p))
    return counter


def _zone_info(key: str) -> Any:
    zoneinfo = importlib.import_module("zoneinfo")
    try:
        return zoneinfo.ZoneInfo(key)
    except zoneinfo.ZoneInfoNotFoundError as error:
        raise CodecError(f"the time zone {key!r} is not known here: is tzdata installed?") from error


_DECODERS: dict[str, Callable[[PlainDecoder, list[Any]], Any]] = {
    "int": lambda d, p: int(p[0], 16),
    "str": lambda d, p: bytes.fromhex(p[0]).decode("utf-8", "surrogatepass"),
    "float": lambda d, p: float.fromhex(p[0]),
    "complex": lambda d, p: complex(float.fromhex(p[0]), float.fromhex(p[1])),
    "bytes": lambda d, p: bytes.fromhex(p[0]),
    "bytearray": lambda d, p: bytearray.fromhex(p[0]),
    "list": lambda d, p: d.all(p),
    "tuple": lambda d, p: tuple(d.all(p)),
    "set": lambda d, p: set(d.all(p)),
    "frozenset": lambda d, p: frozenset(d.all(p)),
    "dict": lambda d, p: d.pairs(p),
    "OrderedDict": lambda d, p: OrderedDict(d.pairs(p)),
    "Counter": _counter,
    "defaultdict": lambda d, p: defaultdict(None if p[0] is None else _FACTORIES[p[0]], d.pairs(p[1:])),
    "deque": lambda d, p: deque(d.all(p[1:]), p[0]),
    "range": lambda d, p: range(*d.all(p)),
    "slice": lambda d, p: slice(*d.all(p)),
    "ellipsis": lambda d, p: Ellipsis,
    "date": lambda d, p: dt.date.fromisoformat(p[0]),
    "datetime": lambda d, p: dt.datetime.fromisoformat(p[0]).replace(tzinfo=d.zone(p[1]), fold=p[2]),
    "time": lambda d, p: dt.time.fromisoformat(p[0]).replace(tzinfo=d.zone(p[1]), fold=p[2]),
    "timedelta": lambda d, p: dt.timedelta(*p),
    "timezone": lambda d, p: dt.timezone(dt.timedelta(seconds=d.decode(p[0])), *p[1:]),
    "ZoneInfo": lambda d, p: _zone_info(p[0]),
    "Decimal": lambda d, p: decimal.Decimal(p[0]),
    "Fraction": lambda d, p: fractions.Fraction(*d.all(p)),
    "UUID": lambda d, p: uuid.UUID(hex=p[0]),
    "NotebookPath": lambda d, p: in_notebook(*d.all(p)),
    "Path": lambda d, p: pathlib.Path(d.decode(p[0])),
    "PurePath": lambda d, p: pathlib.PurePosixPath(d.decode(p[0])),
    "enum": _member,
    "dataclass": _instance,
    "namedtuple": _named_tuple,
}


class PlainCodec:
    """Python's own values, see this module's text; `classes_` finds those that values are instances of."""

    name = "plain"
    safe = True

    def __init__(self, classes_: Classes = _NO_CLASSES) -> None:
        self._classes = classes_

    def takes(self, value: Any) -> bool:
        kind = type(value)
        if value is None or kind in _ENCODERS or kind in _THEMSELVES:
            return True
        return isinstance(value, pathlib.PurePath) or has_named_class(kind) or _is_zone(value)

    def size(self, value: Any) -> int:
        kind = type(value)
        if kind is str:
            return len(value)
        return 2 * len(value) if kind in _SIZED else 0

    def encode(self, value: Any) -> Encoding:
        # The first three are what comes out below, without an encoder: most values of cells are such.
        kind = type(value)
        if kind is int and -_SAFE_INT <= value <= _SAFE_INT:
            return Encoding(b"%d" % value)
        if kind is str:
            return Encoding(plain_text(_str(value)).encode("ascii"))
        if kind is float:
            return Encoding(b'["float","%b"]' % value.hex().encode())
        encoder = PlainEncoder(self._classes)
        try:
            form = encoder.encode(value)
        except RecursionError:
            raise NotEncodable("nested too deeply") from None
        return Encoding(plain_text(form).encode("ascii"), encoder.needs, encoder.modules)

    def decode(self, data: Bytes) -> Any:
        return self.from_form(read_json(data))

    def from_form(self, form: Any) -> Any:
        """Return the value of a plain form; `CodecError` if it is none."""
        return from_plain(form, self._classes)


def has_named_class(kind: type) -> bool:
    """Whether values of this type are taken by the name of their class."""
    return classes.is_enum(kind) or classes.is_dataclass(kind) or classes.is_named_tuple(kind)


def read_json(data: Bytes) -> Any:
    """Return the JSON in `data`; `CodecError` if it is none."""
    try:
        return json.loads(bytes(data))
    except (ValueError, RecursionError) as error:
        raise CodecError(f"plain value is not JSON: {error}") from error
