"""A store in a folder: one file per key, written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import io
import itertools
import mmap
import os
import re
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from tiffin.ids import Bytes, is_digest
from tiffin.stores.store import Buffer, Mark, check_key

SHARD = re.compile(r"[0-9a-f]{2}\Z")
"""The form of the folders that files lie in: the first two digits of their keys."""

UNFINISHED = ".writing-"
"""How names of files that are being written begin; one whose writer was killed stays, and does no harm."""

BIG = 1 << 22
"""From how many bytes on a file is read as a view, and has a mark."""

SETTLED = 2_000_000_000
"""Nanoseconds after which a file's times tell it from one changed later: no file system is coarser."""
_ATTEMPTS = 5
_PIECE = 1 << 20  # bytes
_counter = itertools.count()


class FileStore:
    """Files `<root>/<key[:2]>/<key><suffix>`. The folder is made when something is first put, at any time.

    A file is written beside its place and renamed there, so that a reader, and what is left after a crash of
    the program, sees the old bytes, the new ones, or none. With `by_content` a key is the digest of its
    bytes: what is there already, unharmed, is not written again.
    """

    # Nothing is flushed to the disk: that costs more than all the rest, and what a power cut leaves of the
    # last files is told from whole ones by every reader (docs/decisions/017-stores.md).

    def __init__(self, root: Path, suffix: str = "", *, by_content: bool = False) -> None:
        self._root = str(root)
        self._suffix = suffix
        self._by_content = by_content

    def path(self, key: str) -> Path:
        """Return where the bytes of `key` lie, whether they are there or not."""
        return Path(self._path(key))

    def _path(self, key: str) -> str:
        check_key(key)
        return f"{self._root}{os.sep}{key[:2]}{os.sep}{key}{self._suffix}"

    def mark(self, key: str) -> Mark | None:
        """Return what is another once the file of `key` was written, or replaced; None if it is small, not
        there, or was changed so lately that its times cannot tell."""
        try:
            state = os.stat(self._path(key))  # noqa: PTH116 - text all the way
        except (FileNotFoundError, NotADirectoryError):
            return None
        if state.st_size < BIG or time.time_ns() - max(state.st_ctime_ns, state.st_mtime_ns) < SETTLED:
            return None
        return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns

    async def get(self, key: str) -> bytes | None:
        data = _read(self._path(key))
        return None if data is None else bytes(data)

    async def get_many(self, keys: Iterable[str]) -> Mapping[str, Bytes]:
        found = {key: _read(self._path(key)) for key in dict.fromkeys([check_key(key) for key in keys])}
        return {key: data for key, data in found.items() if data is not None}

    async def put(self, key: str, data: Buffer) -> None:
        path = self._path(key)
        if self._by_content and _holds(path, memoryview(data).cast("B")):
            return
        for attempt in range(_ATTEMPTS):
            try:
                _write(path, data)
            except (FileNotFoundError, FileExistsError):
                # The folder is not there yet, or somebody removed it this very moment; or a process with the
                # same number, on another machine, writes under the same name.
                if attempt == _ATTEMPTS - 1:
                    raise
                os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 - text all the way
            else:
                return

    async def delete(self, key: str) -> None:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            os.unlink(self._path(key))

    async def contains(self, key: str) -> bool:
        return _size(self._path(key)) is not None

    async def keys(self) -> frozenset[str]:
        names = (entry.name for entry in files_in_shards(self._root))
        ours = (name.removesuffix(self._suffix) for name in names if name.endswith(self._suffix))
        return frozenset(name for name in ours if is_digest(name))


def files_in_shards(root: str | Path) -> Iterable[os.DirEntry[str]]:
    """Yield the entries of all shards below `root`, of whatever kind; links to shards are passed over."""
    for shard in _entries(root):
        if SHARD.match(shard.name) and shard.is_dir(follow_symlinks=False):
            yield from _entries(shard.path)


def _entries(folder: str | Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _read(path: str) -> Bytes | None:
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123
            size = os.fstat(file.fileno()).st_size
            return file.read() if size < BIG else _read_big(file, size)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _read_big(file: io.FileIO, size: int) -> Bytes:
    """Read `size` bytes, or as many as there are, into big pages where there are such: they are had sooner
    than those of a `bytes`."""
    # Not the file itself, mapped: one that is cut meanwhile would kill the process.
    private = getattr(mmap, "MAP_PRIVATE", None)
    memory = mmap.mmap(-1, size) if private is None else mmap.mmap(-1, size, private | mmap.MAP_ANONYMOUS)
    if (advice := getattr(mmap, "MADV_HUGEPAGE", None)) is not None:
        memory.madvise(advice)
    view, filled = memoryview(memory), 0
    while count := file.readinto(view[filled:]):
        filled += count
    return view[:filled]


def _size(path: str) -> int | None:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - text all the way
    except (FileNotFoundError, NotADirectoryError):
        return None


def _holds(path: str, data: memoryview) -> bool:
    """Whether the file at `path` has these bytes; looking costs a tenth of writing them."""
    if _size(path) != len(data):
        return False
    with contextlib.suppress(OSError), open(path, "rb", buffering=0) as file:  # noqa: PTH123
        return all(file.read(_PIECE) == data[at : at + _PIECE] for at in range(0, len(data), _PIECE))
    return False


def _write(path: str, data: Buffer) -> None:
    folder, name = os.path.split(path)
    beside = f"{folder}{os.sep}{UNFINISHED}{os.getpid()}-{next(_counter)}-{name[:12]}"
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        try:
            rest = memoryview(data).cast("B")
            while rest:
                written = os.write(handle, rest)
                if not written:
                    raise OSError(errno.EIO, "nothing could be written", path)
                rest = rest[written:]
        finally:
            os.close(handle)
        os.replace(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise
