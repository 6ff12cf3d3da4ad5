"""NumPy arrays and scalars as `.npy` bytes, never with pickled objects inside.

Source: the NPY format, versions 1.0 to 3.0, as `numpy.lib.format` describes it. The header is written here,
so that every version of NumPy gives the same bytes; bytes are copied once, either way.
"""

from __future__ import annotations

import ast
import importlib
import math
import struct
import sys
from typing import Any

from tiffin.codecs.registry import Encoding, NotEncodable
from tiffin.errors import CodecError
from tiffin.ids import Bytes

_MAGIC = b"\x93NUMPY"
_HEADER_LIMIT = 10_000  # as NumPy has it: Python's parser reads the header
_GROWTH = 21  # digits that NumPy leaves room for, to append to a file
_BIG = 1 << 22  # bytes
_MODULES = frozenset({"numpy"})


def _numpy() -> Any:
    return importlib.import_module("numpy")


def _header(descr: Any, fortran: bool, shape: tuple[int, ...]) -> bytes:
    """The magic number, the version and the header, the same as NumPy 2 writes."""
    text = f"{{'descr': {descr!r}, 'fortran_order': {fortran!r}, 'shape': {shape!r}, }}"
    if shape:
        text += " " * (_GROWTH - len(repr(shape[-1 if fortran else 0])))
    version = (1, "<H") if text.isascii() else (3, "<I")
    encoded = text.encode("ascii" if version[0] == 1 else "utf-8")
    start = len(_MAGIC) + 2 + struct.calcsize(version[1])
    encoded += b" " * (-(start + len(encoded) + 1) % 64) + b"\n"
    if len(encoded) > _HEADER_LIMIT:
        raise NotEncodable("a dtype of too many fields")
    return _MAGIC + bytes((version[0], 0)) + struct.pack(version[1], len(encoded)) + encoded


def _described(dtype: Any) -> Any:
    """What the header says of a dtype; `NotEncodable` if that is not all there is to it."""
    if dtype.metadata is not None or dtype.itemsize == 0 or (dtype.names and dtype.type is not _numpy().void):
        raise NotEncodable(f"the dtype {dtype} is more than the NPY format can say")
    form = _numpy().lib.format
    try:
        descr = form.dtype_to_descr(dtype)
        same = form.descr_to_dtype(ast.literal_eval(repr(descr))) == dtype
    except Exception as error:  # warnings may be errors
        raise NotEncodable(f"{type(error).__name__}: {error}") from error
    if not same:
        raise NotEncodable(f"the dtype {dtype} is more than the NPY format can say")
    return descr


def _flat(array: Any) -> Any:
    """The bytes of an array that is contiguous in C order, without a copy."""
    return array.reshape(-1).view("u1")


def _joined(header: bytes, body: bytes | memoryview) -> Bytes:
    """Both in a row, copied once; what is big into memory of NumPy's, whose pages are there sooner."""
    if len(body) < _BIG:
        return b"".join((header, body))
    whole = _numpy().empty(len(header) + len(body), "u1")
    whole.data[: len(header)] = header
    whole[len(header) :] = _numpy().frombuffer(body, "u1")
    return memoryview(whole).toreadonly()


class NumpyCodec:
    """Plain `numpy.ndarray`s of any dtype without Python objects; sub-classes are left to others."""

    name = "npy"
    safe = True

    def takes(self, value: Any) -> bool:
        np = sys.modules.get("numpy")
        return np is not None and type(value) is np.ndarray and not value.dtype.hasobject

    def size(self, value: Any) -> int:
        return int(value.nbytes)

    def memory(self, value: Any) -> Any:
        """Return what identifies the memory that `value` shows: views of one array share it."""
        while type(value.base) is type(value):
            value = value.base
        return id(value)

    def encode(self, value: Any) -> Encoding:
        if value.dtype.hasobject:
            raise NotEncodable("an array of Python objects")
        descr = _described(value.dtype)
        fortran = bool(value.flags.f_contiguous and not value.flags.c_contiguous)
        header = _header(descr, fortran, value.shape)
        ordered = value.T if fortran else _numpy().ascontiguousarray(value)
        body = _flat(ordered).data if value.size else b""
        return Encoding(_joined(header, body), modules=_MODULES)

    def decode(self, data: Bytes) -> Any:
        try:
            return self._read(memoryview(data))
        except CodecError:
            raise
        except ImportError as error:
            raise CodecError("an array cannot be read here: numpy is not installed") from error
        except Exception as error:
            raise CodecError(f"not an npy array: {type(error).__name__}: {error}") from error

    def _read(self, data: memoryview) -> Any:
        if bytes(data[:6]) != _MAGIC or data[6] not in (1, 2, 3) or data[7] != 0:
            raise CodecError("not an npy array: it begins otherwise")
        width = "<H" if data[6] == 1 else "<I"
        start = 8 + struct.calcsize(width)
        (length,) = struct.unpack_from(width, data, 8)
        if length > min(_HEADER_LIMIT, len(data) - start):
            raise CodecError(f"not an npy array: a header of {length} bytes")
        header = ast.literal_eval(bytes(data[start : start + length]).decode("utf-8"))
        if not isinstance(header, dict) or header.keys() != {"descr", "fortran_order", "shape"}:
            raise CodecError("not an npy array: its header is no header")
        shape, fortran = header["shape"], header["fortran_order"]
        if not isinstance(shape, tuple) or not all(type(n) is int and n >= 0 for n in shape):
            raise CodecError(f"not an npy array: the shape is {shape!r}")
        dtype = _numpy().lib.format.descr_to_dtype(header["descr"])
        if dtype.hasobject or dtype.itemsize == 0 or type(fortran) is not bool:
            raise CodecError(f"not an npy array: {dtype} is not read")
        body = data[start + length :]
        expected = math.prod(shape) * dtype.itemsize
        if expected < len(body):
            raise CodecError(
                f"npy array is followed by {len(body) - expected} bytes that do not belong to it"
            )
        if expected > len(body):
            raise CodecError(f"npy array has {len(body)} of the {expected} bytes that it promises")
        np = _numpy()
        if not data.readonly and expected >= _BIG:  # it was given away
            array = np.frombuffer(body, dtype)
            return array.reshape(shape, order="F" if fortran else "C")
        array = np.empty(shape, dtype, order="F" if fortran else "C")
        if expected:
            _flat(array.T if fortran else array)[:] = np.frombuffer(body, "u1")
        return array


class NumpyScalarCodec(NumpyCodec):
    """NumPy scalars (`numpy.float64` and its like) as arrays without dimensions."""

    name = "npy-scalar"

    def takes(self, value: Any) -> bool:
        np = sys.modules.get("numpy")
        if np is None or not isinstance(value, np.generic):
            return False
        return type(value) is value.dtype.type and not value.dtype.hasobject

    def memory(self, value: Any) -> Any:
        """Scalars cannot be changed, so that it does not matter where they are."""

    def encode(self, value: Any) -> Encoding:
        return super().encode(_numpy().asarray(value))

    def decode(self, data: Bytes) -> Any:
        array = super().decode(data)
        if array.shape != ():
            raise CodecError("npy scalar has dimensions")
        return array[()]

    def short(self, value: Any) -> list[str] | None:
        """Return a scalar as its dtype and its bytes in hex, None if its dtype takes more to say."""
        descr = _described(value.dtype)
        return [descr, value.tobytes().hex()] if isinstance(descr, str) else None


def read_short(descr: Any, text: Any) -> Any:
    """Return the scalar that `NumpyScalarCodec.short` gave; `CodecError` if it is none."""
    try:
        dtype, data = _numpy().lib.format.descr_to_dtype(descr), bytes.fromhex(text)
    except ImportError as error:
        raise CodecError("a scalar cannot be read here: numpy is not installed") from error
    if not isinstance(descr, str) or dtype.hasobject or dtype.itemsize != len(data) or not data:
        raise CodecError(f"not a numpy scalar: {len(data)} bytes of {descr!r}")
    return _numpy().frombuffer(data, dtype)[0]
