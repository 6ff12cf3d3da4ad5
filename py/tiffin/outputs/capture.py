"""Whose text it is: what bodies write to stdout and stderr goes to the console of the one they belong to.

`Routing` puts streams into the place of `sys.stdout` and `sys.stderr` that ask a context variable whose text
it is; threads take that over from who starts them, as asyncio's tasks do.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import sys
import threading
import warnings
import weakref
from collections.abc import Callable, Iterator
from contextvars import Context, ContextVar
from typing import Any, TextIO

from tiffin.outputs.console import Console, Route, Stream, routed


def owner() -> Any:
    """Return on whose behalf the present code runs, as was said to `switch`; None outside of all."""
    route = routed.get()
    return None if route is None else route.owner


def switch(console: Console, owner: Any) -> Route | None:
    """Send what the present context writes to `console`; return what `switch_back` takes."""
    before = routed.get()
    route = Route(console, owner)
    _routing.routes.append(weakref.ref(route))
    routed.set(route)
    return before


def switch_back(before: Route | None) -> None:
    """Send what the present context writes to where it went before."""
    routed.set(before)


class _Writer(io.TextIOBase):
    """A text stream that writes to where the present context is routed, else to the stream beneath it."""

    def __init__(self, stream: Stream, beneath: TextIO) -> None:
        self._stream: Stream = stream
        self._beneath = beneath

    def write(self, text: str) -> int:
        route = routed.get()
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if route is not None:
            route.console.write(self._stream, text)
        elif self._beneath is not None:  # as in a program without a console
            self._beneath.write(text)
        return len(text)

    def flush(self) -> None:
        route = routed.get()
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
        return "utf-8" if routed.get() is not None else self._beneath.encoding

    def isatty(self) -> bool:
        return routed.get() is None and self._beneath.isatty()

    def fileno(self) -> int:
        return super().fileno() if routed.get() is not None else self._beneath.fileno()

    def __getattr__(self, name: str) -> Any:
        if routed.get() is not None:
            raise AttributeError(f"the stream of a cell has no {name!r}")
        return getattr(self._beneath, name)


class Routing:
    """What a process has one of (streams, warnings, the start of threads), so that it follows `switch`.

    It is in place while somebody holds it, and on while threads and tasks live that were started under it:
    what they write late finds its way. Code that is routed nowhere notices nothing of it.
    """

    def __init__(self) -> None:
        self.routes: list[weakref.ref[Route]] = []
        self._holders = 0
        self._lock = threading.Lock()
        self._carried: dict[ContextVar[Any], None] = {routed: None}
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
        if routed.get() is None:
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
        if routed.get() is None:
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
    if routed.get() is None:
        _routing.show_warning(message, category, filename, lineno, file, line)
    else:
        (file or sys.stderr).write(f"{category.__name__}: {message}\n")


if hasattr(os, "register_at_fork"):
    # A forked process cannot tell the kernel anything: what it prints goes where the host's own text goes.
    os.register_at_fork(after_in_child=lambda: routed.set(None))


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

    def _restore(self, streams: tuple[TextIO, TextIO, Any], before: Route | None) -> None:
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
