"""Ctrl-C natively: the signal interrupts the run under way, not the program."""

from __future__ import annotations

import contextlib
import math
import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from tiffin.session.kernel import Kernel

PATIENCE = 2.0  # seconds


@contextlib.contextmanager
def interruptible(kernel: Kernel, give_up: Callable[[], Any] | None = None) -> Iterator[None]:
    """While this is open, SIGINT interrupts what `kernel` runs; afterwards it does what it did before.

    With `give_up`, that is called at the second signal, and at once when nothing runs. Without, a third one
    within two seconds, and any when nothing runs, does what it did before. Where signals cannot be handled
    (in other threads than the first) or are ignored, nothing changes.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before == signal.SIG_IGN:
        yield
        return
    tries, patience = (1, math.inf) if give_up is not None else (2, PATIENCE)
    times: list[float] = []

    def handle(number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        times[:] = [*(earlier for earlier in times if now - earlier < patience), now]
        if kernel.runs and len(times) <= tries:
            kernel.interrupt(frame)
        elif give_up is not None:
            give_up()
        elif callable(before):
            before(number, frame)
        else:
            signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.default_int_handler)
