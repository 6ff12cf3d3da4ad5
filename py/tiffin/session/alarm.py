"""An alarm that breaks into code which does not await: on POSIX systems, in the main thread."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType

AGAIN = 1.0  # seconds


def ring_by_signal(seconds: float, ring: Callable[[FrameType | None], None]) -> Callable[[], None]:
    """Ring by SIGALRM, and again each second while it is not turned off; see `Alarm` of the scratchpad.

    It takes the one interval timer that a process has for its time. `ValueError` outside of the main thread.
    """
    before = signal.signal(signal.SIGALRM, lambda _, frame: ring(frame))
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)

    def turn_off() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    return turn_off
