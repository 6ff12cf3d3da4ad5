"""Pickle, the last resort: only ever decoded where the store is trusted.

Classes and functions of the notebook itself are written as names of its namespace, which both sides
resolve; the bytes therefore say nothing of `__main__`. Source: PEP 574 (protocol 5), `pickle`'s
persistent identities.
"""

from __future__ import annotations

import io
import pickle
import pickletools
import sys
from collections.abc import Callable, Mapping
from typing import Any

from tiffin.codecs.registry import NotEncodable
from tiffin.errors import CodecError

_NOTEBOOK = "tiffin-notebook"


class PickleCodec:
    """Whatever pickles. `names` gives the notebook's namespace; `needed` collects what bytes refer to."""

    name = "pickle"
    modules: frozenset[str] = frozenset()
    safe = False

    def __init__(self, namespace: Callable[[], Mapping[str, Any]]) -> None:
        self._namespace = namespace
        self.needed: frozenset[str] = frozenset()

    def takes(self, value: Any) -> bool:
        return True

    def size(self, value: Any) -> int:
        return 0

    def encode(self, value: Any) -> bytes:
        buffer = io.BytesIO()
        pickler = _Pickler(buffer, self._namespace())
        try:
            pickler.dump(value)
        except Exception as error:  # any __reduce__ may raise anything
            raise NotEncodable(f"{type(error).__name__}: {error}") from error
        self.needed = frozenset(pickler.needed)
        return buffer.getvalue()

    def decode(self, data: bytes) -> Any:
        try:
            return _Unpickler(io.BytesIO(data), self._namespace()).load()
        except Exception as error:
            raise CodecError(f"cannot be unpickled here: {type(error).__name__}: {error}") from error


def imported_modules(data: bytes) -> frozenset[str]:
    """Return the top-level modules outside the standard library that unpickling `data` may import.

    Nothing is unpickled: every string in the stream that names a loaded module counts, so that there may be
    more than are needed, never fewer.
    """
    texts = {argument for _, argument, _ in pickletools.genops(data) if isinstance(argument, str)}
    roots = {text.split(".")[0] for text in texts if text in sys.modules}
    return frozenset(roots - sys.stdlib_module_names - {"__main__", "tiffin"})


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, namespace: Mapping[str, Any]) -> None:
        super().__init__(file, protocol=5)
        self._namespace = namespace
        self.needed: set[str] = set()

    def persistent_id(self, value: Any) -> Any:
        if not hasattr(value, "__qualname__") or getattr(value, "__module__", None) != "__main__":
            return None
        name = value.__qualname__
        if self._namespace.get(name) is not value:
            raise pickle.PicklingError(f"{name} is not reachable by its name")
        self.needed.add(name)
        return (_NOTEBOOK, name)


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, namespace: Mapping[str, Any]) -> None:
        super().__init__(file)
        self._namespace = namespace

    def persistent_load(self, identity: Any) -> Any:
        kind, name = identity
        if kind != _NOTEBOOK or name not in self._namespace:
            raise pickle.UnpicklingError(f"the notebook has no {name!r}")
        return self._namespace[name]
