"""Compressed variants of a site's files: they lie beside them, and hosts send them to who takes them."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterable
from pathlib import Path

VARIANTS = (".zst", ".br", ".gz")
"""What a compressed variant of a file is called, after the file's name."""

MEMORY, LIBRARIES = ".snapshot", ".libraries"
"""What files of a snapshot end in. They are compressed by gzip as they are, whatever a host does."""

_WINDOW = 23
"""Log2 of the bytes that Zstandard looks back: browsers unpack no more than 8 MiB (RFC 9659, section 3)."""


def find_variants(path: Path, name: str, packed: Iterable[Path]) -> list[Path]:
    """The variants of a file, called `name` in a site: they lie beside it, or in the folders `packed`."""
    places = (path.parent, *packed)
    found = (
        next((p for place in places if (p := place / f"{name}{suffix}").is_file()), None)
        for suffix in VARIANTS
    )
    return [variant for variant in found if variant is not None]


def compress_zstd(content: bytes, level: int) -> bytes:
    """Compress by Zstandard (RFC 8878), 1 for speed to 19 for size; `ImportError` where it is missing."""
    if sys.version_info >= (3, 14):
        from compression.zstd import CompressionParameter, compress
    else:
        from backports.zstd import CompressionParameter, compress

    options: dict[int, int] = {
        CompressionParameter.compression_level: level,
        CompressionParameter.window_log: _WINDOW,
        CompressionParameter.checksum_flag: 1,
    }
    return compress(content, options=options)


def unpacked(path: Path) -> bytes:
    """The content of a file, and of a snapshot's, which is compressed by gzip as it is, what is in it."""
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix in (MEMORY, LIBRARIES) else content
