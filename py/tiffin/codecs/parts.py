"""Several byte strings in one: what codecs write that have more than one thing to say.

A magic number, how many parts there are, the length of each, and then the parts, each beginning at a multiple
of 64 bytes with zeros before it. All numbers are 64 bits, little-endian. There are no names, no offsets and
no compression, hence nothing that could point elsewhere, come twice, or be more than it looks.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from tiffin.errors import CodecError
from tiffin.ids import Bytes

MAGIC = b"\x93TIFFIN\x01"
_ALIGNMENT = 64


def write_parts(parts: Sequence[Bytes]) -> bytes:
    """Return `parts` as one byte string; each is copied once. A memoryview must be of single bytes."""
    head = MAGIC + struct.pack(f"<{1 + len(parts)}Q", len(parts), *map(len, parts))
    pieces: list[Bytes] = [head]
    length = len(head)
    for part in parts:
        gap = -length % _ALIGNMENT
        pieces += (bytes(gap), part)
        length += gap + len(part)
    return b"".join(pieces)


def read_parts(data: Bytes) -> list[memoryview]:
    """Return views of the parts in `data`; `CodecError` unless it is exactly what `write_parts` makes."""
    view = memoryview(data)
    if data[:8] != MAGIC or len(data) < 16:
        raise CodecError("this is no byte string of parts")
    (count,) = struct.unpack_from("<Q", data, 8)
    if count > (len(data) - 16) // 8:
        raise CodecError(f"{count} parts are promised in {len(data)} bytes")
    parts: list[memoryview] = []
    position = 16 + 8 * count
    for length in struct.unpack_from(f"<{count}Q", data, 16):
        start = position + -position % _ALIGNMENT
        if start + length > len(data):
            raise CodecError(f"part {len(parts)} would end {start + length - len(data)} bytes after the end")
        if any(view[position:start]):
            raise CodecError(f"there is something in front of part {len(parts)}")
        parts.append(view[start : start + length])
        position = start + length
    if position != len(data):
        raise CodecError(f"the last part is followed by {len(data) - position} bytes")
    return parts
