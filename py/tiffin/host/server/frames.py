"""Frames: how a server and its kernel process cut the bytes between them into messages.

A frame is its length (4 bytes, big-endian), one ASCII letter that says what it is, and JSON in ASCII.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any, TypeAlias

Json: TypeAlias = Any
Frame: TypeAlias = tuple[str, bytes]

SETUP = "s"
"""To the kernel, first: a `KernelSetup`."""
COMMAND = "c"
"""To the kernel: a command."""
QUESTION = "q"
"""To the kernel, about its variables: `{"id": int}`."""
EVENT = "e"
"""From the kernel: an event."""
EDIT = "n"
"""From the kernel, before the event that tells of it: an `EditCells` that the scratchpad has made."""
ANSWER = "a"
"""From the kernel: `{"id": int, "value": ...}`."""
FAILED = "f"
"""From the kernel, last: a sentence that says why it cannot be had."""

KINDS = frozenset({SETUP, COMMAND, QUESTION, EVENT, EDIT, ANSWER, FAILED})

_HEAD = struct.Struct(">Ic")
LONGEST = 2**31 - 1  # bytes of JSON in one frame


class FrameError(Exception):
    """Bytes that are no frame: somebody else wrote to the pipe."""


def to_json(document: Json) -> bytes:
    """Return `document` as JSON in ASCII on one line; what JSON has no number for (NaN) becomes null."""
    try:
        return json.dumps(document, allow_nan=False, separators=(",", ":")).encode("ascii")
    except ValueError:
        plain = json.loads(json.dumps(document), parse_constant=lambda name: None)
        return json.dumps(plain, separators=(",", ":")).encode("ascii")


def to_frame(kind: str, document: Json) -> bytes:
    """Return a frame of one of `KINDS`; `FrameError` for a document of more than `LONGEST` bytes."""
    text = to_json(document)
    if len(text) > LONGEST:
        raise FrameError(f"a message of {len(text):,} bytes is too long")
    return _HEAD.pack(len(text), kind.encode("ascii")) + text


class FrameReader:
    """Cuts a stream of bytes into frames, in whatever pieces it comes."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Take the next bytes, and yield each frame that is whole; `FrameError` for what is none."""
        self._held += data
        while len(self._held) >= _HEAD.size:
            length, letter = _HEAD.unpack_from(self._held)
            kind = letter.decode("latin-1")
            if kind not in KINDS or length > LONGEST:
                raise FrameError("what came through the pipe is no frame")
            end = _HEAD.size + length
            if len(self._held) < end:
                return
            text = bytes(self._held[_HEAD.size : end])
            del self._held[:end]
            yield kind, text
