"""Which codec takes a value: an ordered registry, safest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from tiffin.errors import CodecError


class NotEncodable(Exception):
    """Raised by a codec's `encode` when the value, looked at closely, is none of its own."""


class Codec(Protocol):
    """Value to bytes and back; decoding what was encoded gives an equal value of the same type.

    `name` stands in manifests. `modules` are what decoding imports. `safe` says that decoding foreign
    bytes can run no code. `takes` is a quick look at the type alone; `size` a lower bound of the encoding's
    length in bytes, at no cost worth mentioning; `encode` may still raise `NotEncodable`, and never changes
    the value; `decode` raises `CodecError` for bytes that `encode` did not make.
    """

    name: str
    modules: frozenset[str]
    safe: bool

    def takes(self, value: Any) -> bool: ...
    def size(self, value: Any) -> int: ...
    def encode(self, value: Any) -> bytes: ...
    def decode(self, data: bytes) -> Any: ...


@dataclass(frozen=True)
class Encoded:
    """A value's bytes and the name of the codec that made them."""

    codec: str
    data: bytes
    needs: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()


class CodecRegistry:
    """Codecs in order of preference."""

    def __init__(self, codecs: Iterable[Codec]) -> None:
        self._codecs = {codec.name: codec for codec in codecs}

    def __iter__(self) -> Iterator[Codec]:
        return iter(self._codecs.values())

    def get(self, name: str) -> Codec | None:
        """Return the codec called `name`, or None."""
        return self._codecs.get(name)

    def encode(self, value: Any, *, safe_only: bool = False, limit: int | None = None) -> Encoded | None:
        """Return the encoding of `value` by the first codec that takes it, or None.

        None also when the first safe codec's encoding is longer than `limit` bytes: another codec's would
        make the answer depend on more than the value.
        """
        for codec in self._codecs.values():
            if (safe_only and not codec.safe) or not codec.takes(value):
                continue
            if limit is not None and codec.size(value) > limit:
                return None
            try:
                data = codec.encode(value)
            except NotEncodable:
                continue
            return Encoded(codec.name, data) if limit is None or len(data) <= limit else None
        return None

    def decode(self, name: str, data: bytes) -> Any:
        """Return the value that codec `name` wrote as `data`; `CodecError` if it cannot be had."""
        codec = self._codecs.get(name)
        if codec is None:
            raise CodecError(f"no codec called {name!r} is known here: {', '.join(self._codecs)}")
        return codec.decode(data)
