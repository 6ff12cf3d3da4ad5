"""What a server keeps in mind of one kernel process."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

from tiffin.host.server.frames import Frame
from tiffin.host.server.kernel_process import KernelProcess


@dataclass
class KernelLife:
    """One process, from its start to its end. `restore` is its first run; once it is `sound`, another process
    takes its place when it ends."""

    restore: str
    stored_only: bool
    process: KernelProcess | None = None
    ready: bool = False
    sound: bool = False
    reason: str | None = None
    failure: str | None = None
    saving: asyncio.Task[None] | None = None
    held: deque[Frame] | None = None
    """What it says while an edit that it has made is being saved."""
