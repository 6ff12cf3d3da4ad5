"""What bodies write to stdout and stderr: each piece in order, to whom it belongs.

`Console` keeps and tells text. `Routing` puts streams into the place of `sys.stdout` and `sys.stderr` that
ask a context variable whose text it is; threads take that over from who starts them, as asyncio's tasks do.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import sys
import threading
import time
import warnings
import weakref
from collections.abc import Callable, Iterator
from contextvars import Context, ContextVar
from types import FrameType
from typing import Any, Literal, TextIO, TypeAlias

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
        "_lock",
        "_pieces",
        "_report",
        "_since",
        "_untold",
        "_waiting",
    )

    def __init__(
        self,
        report: Sink | None = None,
        clock: Callable[[], float] = time.monotonic,
        later: Later | None = None,
    ) -> None:
        # Reentrant: a signal or a destructor may print in the middle of a print.
        self._lock = threading.RLock()
        self._report, self._clock, self._later = report, clock, later
        self._pieces: list[tuple[Stream, list[str]]] | None = []
        self._untold: list[tuple[Stream, list[str]] | Callable[[], None]] = []
        self._kept = self._dropped = 0
        self._budget, self._since = BURST, 0.0
        self._held = self._waiting = False

    def write(self, stream: Stream, text: str) -> None:
        """Take a piece of text."""
        with self._lock:
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
        token = _route.set(None)
        try:
            for piece in untold:
                if callable(piece):
                    piece()
                elif self._report is not None:
                    self._report(piece[0], "".join(piece[1]))
        finally:
            _route.reset(token)
        if _routing.deferred == threading.get_ident():
            _routing.deferred = None
            raise KeyboardInterrupt

    def flush(self) -> None:
        """Tell what was not told yet."""
        with self._lock:
            if not self._held:
                self.tell_all()

    def then(self, tell: Callable[[], None]) -> None:
        """Call `tell` when all that was written so far has been told."""
        with self._lock:
            self._untold.append(tell)
            self.flush()

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
        with self._lock:
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
        with self._lock:
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


class _Route:
    """Where text goes, and on whose behalf.

    Contexts alone refer to it, so that it lives as long as something may write there.
    """

    __slots__ = ("__weakref__", "console", "owner")

    def __init__(self, console: Console, owner: Any) -> None:
        self.console, self.owner = console, owner


_route: ContextVar[_Route | None] = ContextVar("tiffin_capture", default=None)


def owner() -> Any:
    """Return on whose behalf the present code runs, as was said to `switch`; None outside of all."""
    route = _route.get()
    return None if route is None else route.owner


def switch(console: Console, owner: Any) -> _Route | None:
    """Send what the present context writes to `console`; return what `switch_back` takes."""
    before = _route.get()
    route = _Route(console, owner)
    _routing.routes.append(weakref.ref(route))
    _route.set(route)
    return before


def switch_back(before: _Route | None) -> None:
    """Send what the present context writes to where it went before."""
    _route.set(before)


def defer(frame: FrameType | None) -> bool:
    """Return whether something is being told in `frame`, which must not be broken off.

    The interrupt then comes as a `KeyboardInterrupt` when that is done. For signal handlers.
    """
    while frame is not None and frame.f_code is not Console.tell_all.__code__:
        frame = frame.f_back
    if frame is not None:
        _routing.deferred = threading.get_ident()
    return frame is not None


class _Writer(io.TextIOBase):
    """A text stream that writes to where the present context is routed, else to the stream beneath it."""

    def __init__(self, stream: Stream, beneath: TextIO) -> None:
        self._stream: Stream = stream
        self._beneath = beneath

    def write(self, text: str) -> int:
        route = _route.get()
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if route is not None:
            route.console.write(self._stream, text)
        elif self._beneath is not None:  # as in a program without a console
            self._beneath.write(text)
        return len(text)

    def flush(self) -> None:
        route = _route.get()
        if route is not None:
            route.console.flush()
        elif self._beneath is not None:
            self._beneath.flush()

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        """Stay open: others write here too."""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8" if _route.get() is not None else self._beneath.encoding

    def isatty(self) -> bool:
        return _route.get() is None and self._beneath.isatty()

    def fileno(self) -> int:
        return super().fileno() if _route.get() is not None else self._beneath.fileno()

    def __getattr__(self, name: str) -> Any:
        if _route.get() is not None:
            raise AttributeError(f"the stream of a cell has no {name!r}")
        return getattr(self._beneath, name)


class Routing:
    """What a process has one of (streams, warnings, the start of threads), so that it follows `switch`.

    It is in place while somebody holds it, and on while threads and tasks live that were started under it:
    what they write late finds its way. Code that is routed nowhere notices nothing of it.
    """

    def __init__(self) -> None:
        self.routes: list[weakref.ref[_Route]] = []
        self.deferred: int | None = None
        self._holders = 0
        self._lock = threading.Lock()
        self._carried: dict[ContextVar[Any], None] = {_route: None}
        self._writers: tuple[Any, Any] = (None, None)
        self._before: tuple[TextIO, TextIO, Any] = (sys.stdout, sys.stderr, warnings.showwarning)
        self._patched: dict[str, tuple[Any, Any, Any]] = {}

    @contextlib.contextmanager
    def hold(self, *carried: ContextVar[Any]) -> Iterator[None]:
        """Keep this in place; threads take over `carried` too from whoever starts them."""
        with self._lock:
            self._holders += 1
            self._carried.update(dict.fromkeys(carried))
            if self._holders == 1:
                self._put_in_place()
        try:
            yield
        finally:
            with self._lock:
                self._holders -= 1
                if not self._holders:
                    self.routes = [route for route in self.routes if route() is not None]
                    self.insist()
                    if not self.routes:
                        self._take_away()

    def insist(self) -> None:
        """Put back what a body has replaced and left so."""
        sys.stdout, sys.stderr = self._writers
        warnings.showwarning = _show_warning
        # Imported by whoever uses it: it would cost each start of a kernel.
        futures = sys.modules.get("concurrent.futures.thread")
        if futures is not None and "submit" not in self._patched:
            self._patch(futures.ThreadPoolExecutor, "submit", _submit)

    def _put_in_place(self) -> None:
        if (sys.stdout, sys.stderr) != self._writers:
            self._before = (sys.stdout, sys.stderr, warnings.showwarning)
            self._writers = (_Writer("stdout", sys.stdout), _Writer("stderr", sys.stderr))
        for name, (place, mine, _) in tuple(self._patched.items()):
            if getattr(place, name) is not mine:
                del self._patched[name]
        if "start" not in self._patched:
            self._patch(threading.Thread, "start", _start)
        self.insist()

    def _take_away(self) -> None:
        sys.stdout, sys.stderr, warnings.showwarning = self._before
        self._writers = (None, None)
        for name, (place, mine, before) in self._patched.items():
            if getattr(place, name) is mine:
                setattr(place, name, before)
        self._patched.clear()

    def _patch(self, place: Any, name: str, make: Callable[[Any], Any]) -> None:
        before = getattr(place, name)
        mine = make(before)
        setattr(place, name, mine)
        self._patched[name] = (place, mine, before)

    def take_over(self) -> Callable[[], list[Any]]:
        """Return a function that gives the thread that calls it the values of now, and returns tokens."""
        values = [(variable, variable.get(None)) for variable in self._carried]
        return lambda: [variable.set(value) for variable, value in values]

    def show_warning(self, *warning: Any, **options: Any) -> None:
        """Show a warning as it was shown before this was put in place."""
        self._before[2](*warning, **options)


_routing = Routing()
hold, insist = _routing.hold, _routing.insist


def _start(start: Callable[[threading.Thread], None]) -> Callable[[threading.Thread], None]:
    def start_routed(thread: threading.Thread) -> None:
        if _route.get() is None:
            return start(thread)
        take_over, run = _routing.take_over(), thread.run

        def run_routed() -> None:
            vars(thread).pop("run", None)
            take_over()  # for good: what the thread dies of is printed after `run`
            run()

        thread.run = run_routed  # type: ignore[method-assign]
        try:
            return start(thread)
        except BaseException:
            vars(thread).pop("run", None)
            take_over = list  # a traceback is no reason to stay in place
            raise

    return start_routed


def _submit(submit: Callable[..., Any]) -> Callable[..., Any]:
    """A pool's threads serve many cells, so that each call brings its own route."""

    def submit_routed(pool: Any, call: Callable[..., Any], /, *args: Any, **options: Any) -> Any:
        if _route.get() is None:
            return submit(pool, call, *args, **options)
        take_over = _routing.take_over()

        def call_routed(*args: Any, **options: Any) -> Any:
            tokens = take_over()
            try:
                return call(*args, **options)
            finally:
                for token in tokens:
                    token.var.reset(token)

        return submit(pool, call_routed, *args, **options)

    return submit_routed


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Show a cell's warning without the path of a file, which is the author's and nobody else's."""
    if _route.get() is None:
        _routing.show_warning(message, category, filename, lineno, file, line)
    else:
        (file or sys.stderr).write(f"{category.__name__}: {message}\n")


if hasattr(os, "register_at_fork"):
    # A forked process cannot tell the kernel anything: what it prints goes where the host's own text goes.
    os.register_at_fork(after_in_child=lambda: _route.set(None))


class Redirection:
    """Sends what the present context, and what it starts, writes to a console while it is open."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Console:
        self._open.enter_context(hold())
        streams = sys.stdout, sys.stderr, warnings.showwarning
        insist()
        self._open.callback(self._restore, streams, switch(self._console, owner()))
        return self._console

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _restore(self, streams: tuple[TextIO, TextIO, Any], before: _Route | None) -> None:
        switch_back(before)
        sys.stdout, sys.stderr, warnings.showwarning = streams


def come_back(loop: asyncio.AbstractEventLoop, seconds: float, call: Callable[[], None]) -> bool:
    """Have `call` called in `loop` after some seconds, whichever thread asks; False if the loop is closed."""

    def wait() -> None:
        loop.call_later(seconds, call, context=Context())

    try:
        # In contexts of their own: nothing of a cell is to be kept alive.
        loop.call_soon_threadsafe(wait, context=Context())
    except RuntimeError:
        return False
    return True
