"""The lock of a cache's folder: sessions share it, and who removes entries has it alone."""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import time
from pathlib import Path
from typing import Any, Final, Literal

LOCK_FILE = ".lock"

WAIT: Final = 10.0
"""How many seconds a session waits at most for one that removes entries: it must never hang for it."""

_PAUSE: Final = 0.02
_NO_LINKS: Final = getattr(os, "O_NOFOLLOW", 0)

Mode = Literal["shared", "alone"]
State = Literal["held", "busy", "without"]


def _file_locks() -> Any:
    """The module `fcntl`, or None where the system has no such locks."""
    with contextlib.suppress(ImportError):
        return importlib.import_module("fcntl")
    return None


class FolderLock:
    """The lock of the cache in `root` while this is open; a process that is killed gives it up.

    `state` is `held`, `busy` if others had it for `wait` seconds in a way that does not go together with this
    one, or `without` where there can be none: the folder cannot be written, or the system has no such locks.
    """

    def __init__(self, root: Path, mode: Mode, wait: float = WAIT) -> None:
        self._path = root / LOCK_FILE
        self._mode = mode
        self._wait = wait
        self._handle: int | None = None
        self.state: State = "without"

    def __enter__(self) -> FolderLock:
        locks = _file_locks()
        until = time.monotonic() + self._wait
        while locks is not None:
            self.state = self._try(locks)
            if self.state != "busy" or time.monotonic() >= until:
                break
            time.sleep(_PAUSE)
        return self

    def _try(self, locks: Any) -> State:
        handle = self._open()
        if handle is None:
            return "without"
        try:
            kind = locks.LOCK_SH if self._mode == "shared" else locks.LOCK_EX
            locks.flock(handle, kind | locks.LOCK_NB)
            # Who cleared the cache meanwhile has removed this file: a lock on it would hold nobody off.
            there = os.path.samestat(os.fstat(handle), os.stat(self._path))  # noqa: PTH116
        except FileNotFoundError:
            there = False
        except OSError as error:
            os.close(handle)
            return "busy" if error.errno in (errno.EWOULDBLOCK, errno.EACCES) else "without"
        if not there:
            os.close(handle)
            return "busy"
        self._handle = handle
        return "held"

    def _open(self) -> int | None:
        """Open the lock file. For a session, which is about to write, a missing folder is made."""
        with contextlib.suppress(OSError):
            if self._mode == "shared":
                self._path.parent.mkdir(parents=True, exist_ok=True)
            return os.open(self._path, os.O_RDWR | os.O_CREAT | _NO_LINKS, 0o666)
        with contextlib.suppress(OSError):
            return os.open(self._path, os.O_RDONLY | _NO_LINKS)
        return None

    def __exit__(self, *_: object) -> None:
        if self._handle is not None:
            locks = _file_locks()
            with contextlib.suppress(OSError):
                locks.flock(self._handle, locks.LOCK_UN)  # also for what a cell has forked
            os.close(self._handle)
            self._handle, self.state = None, "without"
