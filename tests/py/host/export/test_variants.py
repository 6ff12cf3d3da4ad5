"""Compressed variants: found where they lie, and such that browsers unpack them."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest
from backports.zstd import DecompressionParameter, decompress

from tiffin.host.export.variants import VARIANTS, compress_zstd, find_variants, unpacked


def test_variants_lie_beside_a_file_or_are_built(tmp_path: Path) -> None:
    path, packed = tmp_path / "a.wasm", tmp_path / "packed"
    packed.mkdir()
    beside, built, other = tmp_path / "0.wasm.br", packed / "0.wasm.gz", packed / "0.wasm.br"
    assert find_variants(path, "0.wasm", [packed]) == []
    for file in (beside, built, other):
        file.write_bytes(b"")
    assert find_variants(path, "0.wasm", [packed]) == [beside, built]
    assert find_variants(path, "a.wasm", [packed]) == []
    (packed / "0.wasm.zst").write_bytes(b"")
    assert [found.suffix for found in find_variants(path, "0.wasm", [packed])] == list(VARIANTS)


@pytest.mark.parametrize("level", [9, 19])
def test_browsers_unpack_what_is_compressed(level: int) -> None:
    # Longer than what browsers look back, and alike over a distance that they do not.
    block = random.Random(level).randbytes(1 << 20)
    content = block + bytes(9 << 20) + block
    packed = compress_zstd(content, level)
    assert decompress(packed, options={DecompressionParameter.window_log_max: 23}) == content
    assert 2 << 20 <= len(packed) < 2.1 * (1 << 20)
    assert compress_zstd(content, level) == packed


def test_snapshots_are_compressed_already(tmp_path: Path) -> None:
    (tmp_path / "0.snapshot").write_bytes(gzip.compress(b"memory"))
    (tmp_path / "0.wasm").write_bytes(b"module")
    assert [unpacked(tmp_path / name) for name in ("0.snapshot", "0.wasm")] == [b"memory", b"module"]
