"""Long byte strings as they are."""

from __future__ import annotations

from typing import Any

from tiffin.codecs.registry import Encoding, NotEncodable
from tiffin.ids import Bytes

_LONG = 4096


class BytesCodec:
    """`bytes` of at least 4 KiB, verbatim; shorter ones stay in the manifest as plain values."""

    name = "bytes"
    safe = True

    def takes(self, value: Any) -> bool:
        return type(value) is bytes and len(value) >= _LONG

    def size(self, value: Any) -> int:
        return len(value)

    def encode(self, value: Any) -> Encoding:
        if type(value) is not bytes:
            raise NotEncodable("not bytes")
        return Encoding(value)

    def decode(self, data: Bytes) -> bytes:
        return bytes(data)
