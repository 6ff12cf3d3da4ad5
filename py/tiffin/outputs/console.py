"""What a body writes, piece by piece in order: kept, and told as it comes, of a flood not too often."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from types import FrameType
from typing import Any, Literal, TypeAlias

Stream: TypeAlias = Literal["stdout", "stderr"]
Sink: TypeAlias = Callable[[Stream, str], None]
Later: TypeAlias = Callable[[float, Callable[[], None]], bool]

LONGEST = 1_000_000
SLICE = 0.05  # seconds
BURST = 64


class Console:
    """Pieces of text in the order written, over both streams; neighbours on one stream are joined.

    After a million characters the rest is counted, not kept, and a last piece says so. `report` is told each
    piece as it comes, of a flood one joined piece per `SLICE`; `later` is asked to come back for what was not
    told yet, and says whether it will. Any thread may write.
    """

    __slots__ = (
        "_budget",
        "_clock",
        "_dropped",
        "_held",
        "_kept",
        "_later",
        "_pieces",
        "_report",
        "_since",
        "_untold",
        "_waiting",
        "lock",
    )

    def __init__(
        self,
        report: Sink | None = None,
        clock: Callable[[], float] = time.monotonic,
        later: Later | None = None,
    ) -> None:
        # Reentrant: a signal or a destructor may print in the middle of a print.
        self.lock = threading.RLock()
        self._report, self._clock, self._later = report, clock, later
        self._pieces: list[tuple[Stream, list[str]]] | None = []
        self._untold: list[tuple[Stream, list[str]] | Callable[[], None]] = []
        self._kept = self._dropped = 0
        self._budget, self._since = BURST, 0.0
        self._held = self._waiting = False

    def write(self, stream: Stream, text: str) -> None:
        """Take a piece of text."""
        with self.lock:
            room = LONGEST - self._kept
            if len(text) > room:
                if self._pieces is None and not self._dropped:
                    self._tell("stderr", "\n[what is printed from here on is not shown]\n")
                self._dropped += len(text) - room
                text = text[:room]
            if not text:
                return
            self._kept += len(text)
            if self._pieces is not None:
                _append(self._pieces, stream, text)
            if self._report is not None:
                self._tell(stream, text)

    def _tell(self, stream: Stream, text: str) -> None:
        _append(self._untold, stream, text)
        self._pace()

    def _pace(self) -> None:
        """Tell what was not told yet, unless so much was told lately that it had better wait."""
        if self._held:
            return
        now = self._clock()
        slices = int((now - self._since) / SLICE)
        if slices:
            self._since = now
            self._budget = min(BURST, self._budget + slices)
        if self._budget:
            self._budget -= 1
            self.tell_all()
        elif not self._waiting and self._later is not None:
            self._waiting = True
            if not self._later(SLICE, self.flush):
                self.tell_all()

    def tell_all(self) -> None:
        """Tell what was not told yet, held or not; the caller has the lock."""
        self._waiting = False
        untold, self._untold = self._untold, []
        # What a host prints while it is told is its own.
        token = routed.set(None)
        try:
            for piece in untold:
                if callable(piece):
                    piece()
                elif self._report is not None:
                    self._report(piece[0], "".join(piece[1]))
        finally:
            routed.reset(token)
        if _deferral.thread == threading.get_ident():
            _deferral.thread = None
            raise KeyboardInterrupt

    def flush(self) -> None:
        """Tell what was not told yet."""
        with self.lock:
            if not self._held:
                self.tell_all()

    def then(self, tell: Callable[[], None]) -> None:
        """Call `tell` when all that was written so far has been told; of neighbouring calls one is enough."""
        with self.lock:
            if not self._untold or self._untold[-1] != tell:
                self._untold.append(tell)
            self._pace()

    def pieces(self) -> tuple[tuple[Stream, str], ...]:
        """Return all pieces."""
        if not self._pieces:
            return ()
        pieces = [(stream, "".join(texts)) for stream, texts in self._pieces]
        if self._dropped:
            pieces.append(("stderr", self._note()))
        return tuple(pieces)

    def close(self) -> tuple[tuple[Stream, str], ...]:
        """Tell and return all pieces; what is written later is not kept, and told after `release`."""
        with self.lock:
            pieces = self.pieces()
            if self._dropped:
                _append(self._untold, "stderr", self._note())
            if self._untold:
                self.tell_all()
            self._pieces = None
            self._held = True
            return pieces

    def release(self) -> None:
        """Tell what was written since `close`, and what will be."""
        with self.lock:
            self._held = False
            if self._untold:
                self.tell_all()

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._pieces is None

    def _note(self) -> str:
        return f"\n[{self._dropped:,} more characters were printed and are not kept]\n"


def _append(pieces: list[Any], stream: Stream, text: str) -> None:
    """Add to the last of `pieces` if it is of the same stream."""
    if pieces and isinstance(pieces[-1], tuple) and pieces[-1][0] == stream:
        pieces[-1][1].append(text)
    else:
        pieces.append((stream, [text]))


class Route:
    """Where text goes, and on whose behalf.

    Contexts alone refer to it, so that it lives as long as something may write there.
    """

    __slots__ = ("__weakref__", "console", "owner")

    def __init__(self, console: Console, owner: Any) -> None:
        self.console, self.owner = console, owner


routed: ContextVar[Route | None] = ContextVar("tiffin_capture", default=None)


class _Deferral:
    """The thread whose interrupt has to wait until what is being told has been told."""

    thread: int | None = None


_deferral = _Deferral()


def defer(frame: FrameType | None) -> bool:
    """Return whether something is being told in `frame`, which must not be broken off.

    The interrupt then comes as a `KeyboardInterrupt` when that is done. For signal handlers.
    """
    while frame is not None and frame.f_code is not Console.tell_all.__code__:
        frame = frame.f_back
    if frame is not None:
        _deferral.thread = threading.get_ident()
    return frame is not None
