"""Sparse matrices and arrays of SciPy: their arrays as they are, in parts; the first part says what they
make."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from tiffin.codecs.numpy import NumpyCodec
from tiffin.codecs.parts import read_parts, write_parts
from tiffin.codecs.plain import plain_text, read_json
from tiffin.codecs.registry import Encoding, NotEncodable
from tiffin.errors import CodecError
from tiffin.ids import Bytes

_ARRAYS = {
    "csr": ("data", "indices", "indptr"),
    "csc": ("data", "indices", "indptr"),
    "bsr": ("data", "indices", "indptr"),
    "coo": ("data", "row", "col"),
    "dia": ("data", "offsets"),
}
_MODULES = frozenset({"numpy", "scipy"})


class SparseCodec:
    """`scipy.sparse` matrices and arrays of two dimensions, in the formats CSR, CSC, BSR, COO and DIA."""

    name = "sparse"
    safe = True

    def __init__(self) -> None:
        self._npy = NumpyCodec()

    def takes(self, value: Any) -> bool:
        sparse = sys.modules.get("scipy.sparse")
        kind = type(value).__name__
        return sparse is not None and _is_known(kind) and type(value) is getattr(sparse, kind, None)

    def size(self, value: Any) -> int:
        return int(value.data.nbytes)

    def memory(self, value: Any) -> Any:
        """Return what identifies the memory of the values: matrices may share it."""
        return self._npy.memory(value.data)

    def encode(self, value: Any) -> Encoding:
        kind = type(value).__name__
        if value.ndim != 2:
            raise NotEncodable("a sparse array that has not two dimensions")
        arrays = [self._npy.encode(getattr(value, name)).data for name in _ARRAYS[kind[:3]]]
        form = plain_text([kind, *map(int, value.shape)]).encode("ascii")
        return Encoding(write_parts([form, *arrays]), modules=_MODULES)

    def decode(self, data: Bytes) -> Any:
        form, *parts = read_parts(data) or [memoryview(b"")]
        header = read_json(form)
        if not isinstance(header, list) or len(header) != 3 or not _is_known(header[0]):
            raise CodecError(f"not a sparse matrix: {str(header)[:60]}")
        kind, *shape = header
        names = _ARRAYS[kind[:3]]
        if len(parts) != len(names) or not all(type(n) is int and n >= 0 for n in shape):
            raise CodecError(f"not a sparse matrix: {len(parts)} arrays make no {kind} of shape {shape}")
        try:
            sparse = importlib.import_module("scipy.sparse")
        except ImportError as error:
            raise CodecError("a sparse matrix cannot be read here: scipy is not installed") from error
        arrays = [self._npy.decode(part) for part in parts]
        try:
            return _make(sparse, kind, tuple(shape), dict(zip(names, arrays, strict=True)))
        except Exception as error:
            raise CodecError(f"not a sparse matrix: {type(error).__name__}: {error}") from error


def _is_known(kind: Any) -> bool:
    return isinstance(kind, str) and kind[:3] in _ARRAYS and kind[3:] in ("_matrix", "_array")


def _make(sparse: Any, kind: str, shape: tuple[int, ...], arrays: dict[str, Any]) -> Any:
    """The matrix of these arrays, every index checked: SciPy's compiled code trusts them."""
    data, *index = arrays.values()
    if kind[:3] == "coo":
        parts: Any = (data, tuple(index))
    else:
        parts = (data, *index)
    if any(array.ndim != 1 or array.dtype.kind not in "iu" for array in index):
        raise CodecError("not a sparse matrix: its indices are no numbers in a row")
    matrix = getattr(sparse, kind)(parts, shape=shape)
    for name, array in arrays.items():
        if getattr(matrix, name).dtype != array.dtype:
            setattr(matrix, name, array)  # SciPy makes indices as small as they can be
    if hasattr(matrix, "check_format"):
        matrix.check_format(full_check=True)
    return matrix
