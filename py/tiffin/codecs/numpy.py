"""NumPy arrays and scalars as `.npy` bytes, never with pickled objects inside.

Source: the NPY format, version 1.0 and up, as `numpy.lib.format` describes it.
"""

from __future__ import annotations

import importlib
import io
import sys
from typing import Any

from tiffin.codecs.registry import NotEncodable
from tiffin.errors import CodecError


def _numpy() -> Any:
    return importlib.import_module("numpy")


class NumpyCodec:
    """Plain `numpy.ndarray`s of any dtype without Python objects; sub-classes are left to others."""

    name = "npy"
    modules = frozenset({"numpy"})
    safe = True

    def takes(self, value: Any) -> bool:
        np = sys.modules.get("numpy")
        return np is not None and type(value) is np.ndarray and not value.dtype.hasobject

    def size(self, value: Any) -> int:
        return int(value.nbytes)

    def encode(self, value: Any) -> bytes:
        buffer = io.BytesIO()
        try:
            _numpy().lib.format.write_array(buffer, value, allow_pickle=False)
        except (ValueError, TypeError) as error:
            raise NotEncodable(str(error)) from error
        return buffer.getvalue()

    def decode(self, data: bytes) -> Any:
        buffer = io.BytesIO(data)
        try:
            array = _numpy().lib.format.read_array(buffer, allow_pickle=False)
        except (ValueError, TypeError, EOFError, MemoryError, OverflowError, SyntaxError) as error:
            raise CodecError(f"not an npy array: {error}") from error
        if buffer.tell() != len(data):
            raise CodecError(
                f"npy array is followed by {len(data) - buffer.tell()} bytes that do not belong to it"
            )
        return array


class NumpyScalarCodec(NumpyCodec):
    """NumPy scalars (`numpy.float64` and its like) as arrays without dimensions."""

    name = "npy-scalar"

    def takes(self, value: Any) -> bool:
        np = sys.modules.get("numpy")
        if np is None or not isinstance(value, np.generic):
            return False
        return type(value) is value.dtype.type and not value.dtype.hasobject

    def encode(self, value: Any) -> bytes:
        return super().encode(_numpy().asarray(value))

    def decode(self, data: bytes) -> Any:
        array = super().decode(data)
        if array.shape != ():
            raise CodecError("npy scalar has dimensions")
        return array[()]
