"""Pickle, the last resort: only ever decoded where the store is trusted.

Classes and functions of the notebook itself are written as names of its namespace, which both sides resolve;
the bytes therefore say nothing of `__main__`. Big buffers (of arrays) lie beside the pickle, as parts, and
are copied once. Source: PEP 574 (protocol 5), `pickle`'s persistent identities.
"""

from __future__ import annotations

import io
import pickle
import sys
from collections.abc import Callable, Mapping
from typing import Any

from tiffin.codecs.classes import outside
from tiffin.codecs.parts import MAGIC, read_parts, write_parts
from tiffin.codecs.registry import Encoding, NotEncodable
from tiffin.errors import CodecError
from tiffin.ids import Bytes

_NOTEBOOK = "tiffin-notebook"
_LARGE = 4096


class PickleCodec:
    """Whatever pickles. `namespace` gives the notebook's names."""

    name = "pickle"
    safe = False

    def __init__(self, namespace: Callable[[], Mapping[str, Any]]) -> None:
        self._namespace = namespace

    def takes(self, value: Any) -> bool:
        return True

    def size(self, value: Any) -> int:
        return 0

    def encode(self, value: Any) -> Encoding:
        buffer = io.BytesIO()
        pickler = _Pickler(buffer, self._namespace())
        try:
            pickler.dump(value)
        except Exception as error:  # any __reduce__ may raise anything
            raise NotEncodable(f"{type(error).__name__}: {error}") from error
        data = buffer.getvalue()
        if pickler.buffers:
            data = write_parts([data, *pickler.buffers])
        return Encoding(data, frozenset(pickler.needs), pickler.modules)

    def decode(self, data: Bytes) -> Any:
        stream, buffers = data, []
        if data[: len(MAGIC)] == MAGIC:
            parts = read_parts(data)
            if not parts:
                raise CodecError("there is no pickle among no parts")
            # Those that were read-only are so again: the pickle says it.
            stream, buffers = bytes(parts[0]), [bytearray(part) for part in parts[1:]]
        try:
            return _Unpickler(io.BytesIO(stream), self._namespace(), buffers).load()
        except Exception as error:
            raise CodecError(f"cannot be unpickled here: {type(error).__name__}: {error}") from error


class _Pickler(pickle.Pickler):
    """Notes what unpickling takes, from all that it meets: maybe more than is needed, never less."""

    def __init__(self, file: io.BytesIO, namespace: Mapping[str, Any]) -> None:
        super().__init__(file, protocol=5, buffer_callback=self._lay_aside)
        self._namespace = namespace
        self._kinds: set[type] = set()
        self._roots: set[str] = set()
        self.needs: set[str] = set()
        self.buffers: list[memoryview] = []

    @property
    def modules(self) -> frozenset[str]:
        """The top-level modules outside the standard library that unpickling may import."""
        roots = self._roots.union(str(kind.__module__).partition(".")[0] for kind in self._kinds)
        # One without a spec stands only in `sys.modules`, and cannot be imported.
        return outside({root for root in roots if getattr(sys.modules.get(root), "__spec__", None)})

    def _lay_aside(self, buffer: pickle.PickleBuffer) -> bool:
        raw = buffer.raw()
        if raw.nbytes < _LARGE:
            return True  # stays in the pickle
        self.buffers.append(raw)
        return False

    def persistent_id(self, value: Any) -> Any:
        kind = type(value)
        self._kinds.add(kind)
        if kind is str:
            if value in sys.modules:
                self._roots.add(value.partition(".")[0])
            return None
        if not hasattr(value, "__qualname__"):
            return None
        module = getattr(value, "__module__", None)
        if module != "__main__":
            if isinstance(module, str):
                self._roots.add(module.partition(".")[0])
            return None
        name = value.__qualname__
        if self._namespace.get(name) is not value:
            raise pickle.PicklingError(f"{name} is not reachable by its name")
        self.needs.add(name)
        return (_NOTEBOOK, name)


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, namespace: Mapping[str, Any], buffers: list[bytearray]) -> None:
        super().__init__(file, buffers=buffers)
        self._namespace = namespace

    def persistent_load(self, identity: Any) -> Any:
        kind, name = identity
        if kind != _NOTEBOOK or name not in self._namespace:
            raise pickle.UnpicklingError(f"the notebook has no {name!r}")
        return self._namespace[name]
