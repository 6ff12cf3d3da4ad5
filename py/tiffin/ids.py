"""Names for things: digests of bytes, identities of runs, and the forms that keys may have."""

from __future__ import annotations

import hashlib
import os
import re
from typing import NewType, TypeAlias

CellId = NewType("CellId", str)
RunId = NewType("RunId", str)
Digest = NewType("Digest", str)
Key = NewType("Key", str)

Bytes: TypeAlias = bytes | memoryview
"""Bytes that nobody changes: an object of their own, or a view. Memory behind a view that can be written is
its reader's alone, who may give it away."""

SCRATCHPAD = CellId("the scratchpad")
"""What code that is no cell is called where cells are told apart by their ids."""

_HEX_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


def digest(data: bytes | bytearray | memoryview) -> Digest:
    """Return the SHA-256 of `data` as 64 lower-case hexadecimal digits (FIPS 180-4)."""
    return Digest(hashlib.sha256(data).hexdigest())


def is_digest(text: object) -> bool:
    """Return whether `text` has the form of a digest, and so of a store's key."""
    return isinstance(text, str) and _HEX_DIGEST.match(text) is not None


def new_run_id() -> RunId:
    """Return a fresh identity for a run: 16 hexadecimal digits of operating-system randomness."""
    return RunId(os.urandom(8).hex())
