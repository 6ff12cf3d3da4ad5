"""What a body writes to stdout and stderr, kept in order."""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Callable
from typing import Any, Literal, TextIO, TypeAlias

Stream: TypeAlias = Literal["stdout", "stderr"]
Sink: TypeAlias = Callable[[Stream, str], None]

LONGEST = 1_000_000


class _Writer(io.TextIOBase):
    """A text stream that hands each piece to a sink."""

    encoding = "utf-8"

    def __init__(self, stream: Stream, sink: Sink) -> None:
        self._stream: Stream = stream
        self._sink = sink

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if text:
            self._sink(self._stream, text)
        return len(text)


class Console:
    """Pieces of text in the order written, over both streams; neighbours on one stream are joined.

    After a million characters the rest is counted, not kept, and a last piece says so.
    """

    def __init__(self, report: Sink | None = None) -> None:
        self._pieces: list[tuple[Stream, list[str]]] = []
        self._report = report
        self._kept = 0
        self._dropped = 0

    def write(self, stream: Stream, text: str) -> None:
        """Take a piece of text."""
        room = LONGEST - self._kept
        self._dropped += max(0, len(text) - room)
        text = text[: max(0, room)]
        if not text:
            return
        self._kept += len(text)
        if self._pieces and self._pieces[-1][0] == stream:
            self._pieces[-1][1].append(text)
        else:
            self._pieces.append((stream, [text]))
        if self._report is not None:
            self._report(stream, text)

    def pieces(self) -> tuple[tuple[Stream, str], ...]:
        """Return all pieces."""
        pieces = [(stream, "".join(texts)) for stream, texts in self._pieces]
        if self._dropped:
            pieces.append(
                ("stderr", f"\n[{self._dropped:,} more characters were printed and are not kept]\n")
            )
        return tuple(pieces)


class Redirection:
    """Sends `sys.stdout`, `sys.stderr` and warnings to a console while it is open; a context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._before: tuple[TextIO, TextIO, Any] | None = None

    def __enter__(self) -> Console:
        self._before = (sys.stdout, sys.stderr, warnings.showwarning)
        sys.stdout = _Writer("stdout", self._console.write)
        sys.stderr = _Writer("stderr", self._console.write)
        warnings.showwarning = self._show_warning
        return self._console

    def __exit__(self, *_: object) -> None:
        assert self._before is not None
        sys.stdout, sys.stderr, warnings.showwarning = self._before

    def _show_warning(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        """Show a warning without the path of a file, which is the author's and nobody else's."""
        text = f"{category.__name__}: {message}\n"
        if file is not None:
            file.write(text)
        else:
            self._console.write("stderr", text)
