"""Images of Pillow as PNG, which loses nothing of the modes that it knows.

Source: the PNG specification, chunks and IHDR. How big an image will be is read before anything is unpacked.
"""

from __future__ import annotations

import importlib
import io
import struct
import sys
from typing import Any

from tiffin.codecs.registry import Encoding, NotEncodable
from tiffin.errors import CodecError
from tiffin.ids import Bytes

_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "I;16"})
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"pHYs", b"IDAT", b"IEND"})
_LARGEST = 64_000_000  # pixels; Pillow itself warns of more than 89 million
_PACKED = 1100  # how many bytes a byte of deflate can stand for, rounded up
_MODULES = frozenset({"PIL"})


class ImageCodec:
    """`PIL.Image.Image` itself (not the classes of opened files) in a mode that PNG has."""

    name = "image"
    safe = True

    def takes(self, value: Any) -> bool:
        image = sys.modules.get("PIL.Image")
        return image is not None and type(value) is image.Image and value.mode in _MODES

    def size(self, value: Any) -> int:
        return 0

    def encode(self, value: Any) -> Encoding:
        file = io.BytesIO()
        if value.width * value.height > _LARGEST:
            raise NotEncodable("an image of too many pixels")
        try:
            value.save(file, "PNG")
            back = self.decode(file.getvalue())
        except (CodecError, OSError, ValueError, KeyError, TypeError) as error:
            raise NotEncodable(f"{type(error).__name__}: {error}") from error
        if _all_of(back) != _all_of(value):
            raise NotEncodable("an image of which PNG does not keep everything")
        return Encoding(file.getvalue(), modules=_MODULES)

    def decode(self, data: Bytes) -> Any:
        _check(data)
        try:
            image = importlib.import_module("PIL.Image")
        except ImportError as error:
            raise CodecError("an image cannot be read here: Pillow is not installed") from error
        try:
            with image.open(io.BytesIO(data), formats=("PNG",)) as opened:
                return opened.copy()
        except Exception as error:
            raise CodecError(f"not a PNG image: {type(error).__name__}: {error}") from error


def _check(data: Bytes) -> None:
    """Refuse what is no PNG from its first chunk to its last, and what would be bigger than its bytes
    allow."""
    if data[: len(_SIGNATURE)] != _SIGNATURE:
        raise CodecError("not a PNG image: it begins otherwise")
    position = len(_SIGNATURE)
    kinds: list[bytes] = []
    while position + 12 <= len(data) and kinds[-1:] != [b"IEND"]:
        (length,) = struct.unpack_from(">I", data, position)
        kinds.append(bytes(data[position + 4 : position + 8]))
        position += 12 + length
    if position != len(data) or kinds[:1] != [b"IHDR"] or kinds[-1:] != [b"IEND"]:
        raise CodecError("not a PNG image: it is cut off, or something follows")
    if not _CHUNKS.issuperset(kinds):
        raise CodecError("not a PNG image that is read: it holds more than an image")
    width, height = struct.unpack_from(">II", data, 16)
    if width * height > min(_LARGEST, 8 * _PACKED * len(data)):
        raise CodecError(f"not a PNG image that is read: {width} by {height} pixels in {len(data)} bytes")


def _all_of(image: Any) -> tuple[Any, ...]:
    palette = image.getpalette() if image.mode == "P" else None
    return image.mode, image.size, palette, image.info, image.tobytes()
