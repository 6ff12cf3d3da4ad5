"""Which codec takes a value: an ordered registry, safest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, Protocol

from tiffin.errors import CodecError
from tiffin.ids import Bytes

NONE: frozenset[str] = frozenset()


class NotEncodable(Exception):
    """Raised by a codec's `encode` when the value, looked at closely, is none of its own."""


class Encoding(NamedTuple):
    """A value's bytes, and what decoding them takes.

    `needs` are names of the notebook that the bytes refer to, `modules` the top-level modules outside the
    standard library that decoding imports.
    """

    data: Bytes
    needs: frozenset[str] = NONE
    modules: frozenset[str] = NONE


class Codec(Protocol):
    """Value to bytes and back; decoding what was encoded gives an equal value of the same type.

    `name` stands in manifests. `safe` says that decoding foreign bytes can run no code. `takes` is a quick
    look at the type alone; `size` a lower bound of the encoding's length in bytes, at no cost worth
    mentioning; `encode` may still raise `NotEncodable`, and never changes the value; `decode` raises
    `CodecError` for bytes that `encode` did not make.
    """

    name: str
    safe: bool

    def takes(self, value: Any) -> bool: ...
    def size(self, value: Any) -> int: ...
    def encode(self, value: Any) -> Encoding: ...
    def decode(self, data: Bytes) -> Any: ...


class Encoded(NamedTuple):
    """The encoding of a value, and the name of the codec that made it."""

    codec: str
    data: Bytes
    needs: frozenset[str] = NONE
    modules: frozenset[str] = NONE


class CodecRegistry:
    """Codecs in order of preference; `inline` gives the value of a plain form that stands in a manifest."""

    def __init__(self, codecs: Iterable[Codec], inline: Callable[[Any], Any]) -> None:
        self._codecs: dict[str, Codec] = {}
        for codec in codecs:
            if codec.name in self._codecs:
                raise CodecError(f"there are two codecs called {codec.name!r}")
            self._codecs[codec.name] = codec
        self.inline = inline

    def __iter__(self) -> Iterator[Codec]:
        return iter(self._codecs.values())

    def get(self, name: str) -> Codec | None:
        """Return the codec called `name`, or None."""
        return self._codecs.get(name)

    def encode(self, value: Any, *, safe_only: bool = False, limit: int | None = None) -> Encoded | None:
        """Return the encoding of `value` by the first codec that takes it, or None.

        None also when the first safe codec's encoding is longer than `limit` bytes: another codec's would
        make the answer depend on more than the value. A codec that fails is a `CodecError`.
        """
        for codec in self._codecs.values():
            if (safe_only and not codec.safe) or not codec.takes(value):
                continue
            if limit is not None and codec.size(value) > limit:
                return None
            try:
                data, needs, modules = codec.encode(value)
            except NotEncodable:
                continue
            except Exception as error:
                kind = f"{type(value).__module__}.{type(value).__qualname__}"
                problem = f"{type(error).__name__}: {error}"
                raise CodecError(f"the codec {codec.name!r} failed on a {kind}: {problem}") from error
            if limit is not None and len(data) > limit:
                return None
            # As `Encoded(...)` does, but without another call: this is done for every value of every cell.
            return tuple.__new__(Encoded, (codec.name, data, needs, modules))
        return None

    def decode(self, name: str, data: Bytes) -> Any:
        """Return the value that codec `name` wrote as `data`; `CodecError` if it cannot be had.

        A view that can be written is given away: the value may live in its memory.
        """
        codec = self._codecs.get(name)
        if codec is None:
            raise CodecError(f"no codec called {name!r} is known here: {', '.join(self._codecs)}")
        return codec.decode(data)
