"""Tensors of PyTorch as safetensors files of one tensor.

Source: the safetensors format: the length of a JSON header (64 bits, little-endian), the header, the bytes.
It is read and written here, so that only torch is needed. There is no torch in browsers: this codec is for
native hosts.
"""

from __future__ import annotations

import importlib
import json
import math
import sys
from typing import Any

from tiffin.codecs.registry import Encoding, NotEncodable
from tiffin.errors import CodecError
from tiffin.ids import Bytes

_DTYPES = {
    "F64": ("float64", 8),
    "F32": ("float32", 4),
    "F16": ("float16", 2),
    "BF16": ("bfloat16", 2),
    "I64": ("int64", 8),
    "I32": ("int32", 4),
    "I16": ("int16", 2),
    "I8": ("int8", 1),
    "U8": ("uint8", 1),
    "BOOL": ("bool", 1),
}
_NAMES = {name: code for code, (name, _) in _DTYPES.items()}
_ONLY = "tensor"
_HEADER_LIMIT = 4096
_MODULES = frozenset({"torch"})


class TensorCodec:
    """`torch.Tensor` itself, dense, contiguous, in the main memory, and of no computation that is
    recorded."""

    name = "safetensors"
    safe = True

    def takes(self, value: Any) -> bool:
        torch = sys.modules.get("torch")
        return torch is not None and type(value) is torch.Tensor

    def size(self, value: Any) -> int:
        return int(value.numel()) * int(value.element_size()) if str(value.layout) == "torch.strided" else 0

    def memory(self, value: Any) -> Any:
        """Return what identifies the memory of a tensor: views share it."""
        try:
            return "tensor", value.untyped_storage().data_ptr() or id(value)
        except (RuntimeError, NotImplementedError):
            return id(value)

    def encode(self, value: Any) -> Encoding:
        code = _NAMES.get(str(value.dtype).removeprefix("torch."))
        if code is None or str(value.layout) != "torch.strided" or value.device.type != "cpu":
            raise NotEncodable(f"a tensor of {value.dtype}, {value.layout} on {value.device}")
        if value.requires_grad or value.grad_fn is not None or value.is_conj() or value.is_neg():
            raise NotEncodable("a tensor of a computation that is recorded, or put off")
        if not value.is_contiguous() or value.__dict__:
            raise NotEncodable("a tensor that is not contiguous, or has attributes")
        torch = importlib.import_module("torch")
        shape = list(map(int, value.shape))
        body: Any = b""
        if value.numel():
            body = value.reshape(-1).view(torch.uint8).numpy().data
        fields = {"dtype": code, "shape": shape, "data_offsets": [0, len(body)]}
        header = json.dumps({_ONLY: fields}, separators=(",", ":")).encode()
        header += b" " * (-len(header) % 8)
        if len(header) > _HEADER_LIMIT:
            raise NotEncodable("a tensor of too many dimensions")
        return Encoding(b"".join((len(header).to_bytes(8, "little"), header, body)), modules=_MODULES)

    def decode(self, data: Bytes) -> Any:
        code, shape, start = _read_header(data)
        try:
            torch = importlib.import_module("torch")
        except ImportError as error:
            raise CodecError("a tensor cannot be read here: torch is not installed") from error
        try:
            dtype = getattr(torch, _DTYPES[code][0])
            if start == len(data):
                return torch.empty(shape, dtype=dtype)
            return torch.frombuffer(bytearray(memoryview(data)[start:]), dtype=dtype).reshape(shape)
        except Exception as error:
            raise CodecError(f"not a safetensors file: {type(error).__name__}: {error}") from error


def _read_header(data: Bytes) -> tuple[str, list[int], int]:
    """The dtype, the shape, and where the bytes begin; `CodecError` unless they are as many as that takes."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > min(_HEADER_LIMIT, len(data) - 8):
        raise CodecError(f"not a safetensors file: a header of {length} bytes in {len(data)}")
    try:
        header = json.loads(bytes(data[8 : 8 + length]))
        ((name, fields),) = header.items()
        code, shape, offsets = fields["dtype"], fields["shape"], fields["data_offsets"]
        size = math.prod(shape) * _DTYPES[code][1]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CodecError(f"not a safetensors file: {type(error).__name__}: {error}") from error
    if name != _ONLY or not all(type(n) is int and n >= 0 for n in shape):
        raise CodecError("not a safetensors file of one tensor")
    if offsets != [0, size] or len(data) != 8 + length + size:
        raise CodecError(f"a tensor of {size} bytes is promised in {len(data) - 8 - length}")
    return code, shape, 8 + length
