"""Plain containers that hold arrays, tables, images: one form of the whole, and the parts beside it.

The first part is a plain form, in which `["part", codec, number]` stands for what that codec made of a part,
and `["numpy", dtype, hex]` for a NumPy scalar, of which there may be many. What is mutable and stands in two
places, or shares memory, is refused, as in plain values.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterable
from typing import Any

from tiffin.codecs.classes import Classes
from tiffin.codecs.numpy import NumpyScalarCodec, read_short
from tiffin.codecs.parts import read_parts, write_parts
from tiffin.codecs.plain import PlainDecoder, PlainEncoder, has_named_class, plain_text, read_json
from tiffin.codecs.registry import Codec, Encoding, NotEncodable
from tiffin.errors import CodecError
from tiffin.ids import Bytes

_CONTAINERS = frozenset({list, tuple, dict, OrderedDict, defaultdict, deque})
_LOOKED_AT = 200


class BundleCodec:
    """Lists, tuples, dicts, and what plain values may be made of, around values of the codecs `parts`."""

    name = "bundle"
    safe = True

    def __init__(self, parts: Iterable[Codec], classes: Classes) -> None:
        self._parts = {codec.name: codec for codec in parts if codec.safe}
        self._classes = classes

    def takes(self, value: Any) -> bool:
        kind = type(value)
        return kind in _CONTAINERS or has_named_class(kind)

    def size(self, value: Any) -> int:
        """What the parts that are found first take: enough to tell that big ones are."""
        found, waiting, looked_at = 0, [value], 0
        while waiting and looked_at < _LOOKED_AT:
            looked_at += 1
            item = waiting.pop()
            if type(item) in (list, tuple):
                waiting += item[:_LOOKED_AT]
            elif type(item) is dict and len(item) <= _LOOKED_AT:
                waiting += item.values()
            elif codec := self.taker(item):
                found += codec.size(item)
        return found

    def taker(self, value: Any) -> Codec | None:
        """Return the codec of a part, or None."""
        return next((codec for codec in self._parts.values() if codec.takes(value)), None)

    def encode(self, value: Any) -> Encoding:
        encoder = _Encoder(self, self._classes)
        form = encoder.form(value)
        if encoder.found == 0:
            raise NotEncodable("there is nothing in it that is not plain")
        data = write_parts([plain_text(form).encode("ascii"), *encoder.blobs])
        return Encoding(data, encoder.needs, encoder.modules)

    def decode(self, data: Bytes) -> Any:
        form, *parts = read_parts(data) or [memoryview(b"")]
        decoder = _Decoder(self._parts, parts, self._classes)
        value = decoder.value(read_json(form))
        if decoder.used != len(parts):
            raise CodecError(f"{len(parts) - decoder.used} parts of the bundle belong to nothing")
        return value


class _Encoder(PlainEncoder):
    """Knows the values of other codecs, too."""

    def __init__(self, bundle: BundleCodec, classes: Classes) -> None:
        super().__init__(classes)
        self._bundle = bundle
        self.blobs: list[Bytes] = []
        self.found = 0

    def unordered(self, name: str, values: Any) -> Any:
        before = self.found
        form = super().unordered(name, values)
        if self.found != before:
            raise NotEncodable("the parts of a set have no order")
        return form

    def other(self, value: Any, kind: type) -> Any:
        codec = self._bundle.taker(value)
        if codec is None:
            return super().other(value, kind)
        self.found += 1
        if isinstance(codec, NumpyScalarCodec) and (short := codec.short(value)):
            self.modules |= {"numpy"}
            return ["numpy", *short]
        memory = getattr(codec, "memory", id)(value)
        if memory is not None:
            self.meet(memory)
        data, needs, modules = codec.encode(value)
        self.needs |= needs
        self.modules |= modules
        self.blobs.append(data)
        return ["part", codec.name, len(self.blobs) - 1]


class _Decoder(PlainDecoder):
    """Takes each part once, in order: what comes twice would be shared, or cost twice."""

    def __init__(self, codecs: dict[str, Codec], parts: list[memoryview], classes: Classes) -> None:
        super().__init__(classes)
        self._codecs = codecs
        self._parts = parts
        self.used = 0

    def other(self, form: list[Any]) -> Any:
        if form[0] == "numpy":
            return read_short(*form[1:])
        if form[0] != "part":
            return super().other(form)
        _, name, number = form
        codec = self._codecs.get(name)
        if codec is None or number != self.used or number >= len(self._parts):
            raise CodecError(f"the bundle has no part {number!r} by {name!r} here")
        self.used += 1
        return codec.decode(self._parts[number])
