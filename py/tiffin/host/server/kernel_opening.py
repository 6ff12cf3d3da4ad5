"""A live kernel of a notebook's file."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from tiffin.host.server.event_log import EventLog
from tiffin.host.server.kernel_process import start_process
from tiffin.host.server.kernel_setup import KernelSetup
from tiffin.host.server.live_kernel import LiveKernel
from tiffin.host.server.notebook_file import NotebookFile


def open_kernel(path: Path, setup: KernelSetup, environment: Mapping[str, str]) -> LiveKernel:
    """Return a live kernel that has yet to begin; `NotebookError` for a file that is no notebook.

    `environment` is that of its process.
    """
    # Event numbers go on where an earlier server cannot have got to.
    log = EventLog(first=time.time_ns() // 1_000_000)
    return LiveKernel(NotebookFile(path), setup, log, partial(start_process, environment=environment))
