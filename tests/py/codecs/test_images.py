"""Images of Pillow."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pytest
from codec_contract import CodecContract
from PIL import Image

from tiffin.codecs.images import ImageCodec
from tiffin.codecs.registry import NotEncodable
from tiffin.errors import CodecError


def picture(mode: str) -> Image.Image:
    noise = Image.effect_noise((37, 23), 80)
    return noise.convert("L").convert(mode) if mode != "I;16" else Image.new("I;16", (37, 23), 40_000)


def with_transparency() -> Image.Image:
    image = picture("RGB").quantize(7)
    image.info["transparency"] = 3
    return image


class TestImageCodec(CodecContract):
    cases = {  # noqa: RUF012
        **{mode: picture(mode) for mode in ("1", "L", "LA", "RGB", "RGBA", "I;16")},
        "palette": picture("RGB").quantize(7),
        "transparency": with_transparency(),
        "one pixel": Image.new("RGB", (1, 1), (1, 2, 3)),
        "of one colour": Image.new("L", (3000, 3000)),
    }
    foreign = (picture("CMYK"), picture("F"), 1)

    def make(self) -> ImageCodec:
        return ImageCodec()

    def equal(self, left: Any, right: Any) -> bool:
        same = (left.mode, left.size, left.info) == (right.mode, right.size, right.info)
        return same and type(left) is type(right) and left.tobytes() == right.tobytes()


def test_what_png_does_not_keep_is_refused() -> None:
    image = picture("L")
    image.info["note"] = object()
    with pytest.raises(NotEncodable):
        ImageCodec().encode(image)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *more: bytes, pixels: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [chunk(b"IHDR", header), *more, chunk(b"IDAT", zlib.compress(pixels)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(
    "data",
    [
        png(2**31 - 1, 2**31 - 1),
        png(20_000, 20_000),
        png(8_000, 8_000),
        png(4, 4, pixels=b"\0" * 3),
        png(4, 4, chunk(b"zTXt", b"key\0\0" + zlib.compress(bytes(10**6))), pixels=bytes(20)),
        png(4, 4, chunk(b"acTL", bytes(8)), pixels=bytes(20)),
        png(4, 4, pixels=bytes(20)) + b"more",
    ],
    ids=["huge", "large", "hollow", "short", "text", "animation", "followed"],
)
def test_bombs_are_refused(data: bytes) -> None:
    with pytest.raises(CodecError):
        ImageCodec().decode(data)


def test_a_small_one_is_read() -> None:
    assert ImageCodec().decode(png(4, 4, pixels=bytes(20))).size == (4, 4)
