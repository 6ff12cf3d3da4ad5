"""A cache in a folder: its stores, a session's claim on it, and what lies there."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tiffin.ids import is_digest
from tiffin.stores.file import SHARD, UNFINISHED, FileStore, files_in_shards
from tiffin.stores.folder_lock import LOCK_FILE, FolderLock
from tiffin.stores.loader import CacheStores
from tiffin.stores.uses import USES_FILE, add_uses

MANIFESTS, BLOBS, SUFFIX = "manifests", "blobs", ".json"


@dataclass(frozen=True)
class FolderPlace:
    """A cache in a folder of this machine, which is as trusted as the notebook beside it."""

    root: Path

    def open(self) -> CacheStores:
        manifests, blobs = (
            FileStore(self.root / MANIFESTS, SUFFIX),
            FileStore(self.root / BLOBS, by_content=True),
        )
        return CacheStores(manifests, blobs, lambda: (0, 0), mark=blobs.mark)


@contextlib.contextmanager
def folder_session(root: Path) -> Iterator[Callable[[Iterable[str]], None]]:
    """Keep others from removing entries in `root` while this is open.

    Yields a function that takes the keys of manifests which were found there; their use is noted at the end.
    """
    found: set[str] = set()
    with FolderLock(root, "shared"):
        try:
            yield found.update
        finally:
            add_uses(root, sorted(found), time.time())


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a cache: its size in bytes, and when it was written, in seconds of the epoch."""

    path: Path
    size: int
    written: float


@dataclass(frozen=True)
class FolderListing:
    """The files of a cache by key: manifests, blobs, and what writers that were killed left behind."""

    manifests: Mapping[str, StoredFile]
    blobs: Mapping[str, StoredFile]
    unfinished: tuple[StoredFile, ...]

    @property
    def size(self) -> int:
        """The bytes of manifests and blobs."""
        return sum(file.size for files in (self.manifests, self.blobs) for file in files.values())


def list_folder(root: Path) -> FolderListing:
    """Return what lies in the cache in `root`. Links, and files that no cache has, are passed over.

    Manifests are listed before blobs, so that those of a session that writes meanwhile do not seem to miss
    any.
    """
    unfinished: list[StoredFile] = []
    manifests = _files(root / MANIFESTS, SUFFIX, unfinished)
    blobs = _files(root / BLOBS, "", unfinished)
    return FolderListing(manifests, blobs, tuple(unfinished))


def folder_size(root: Path) -> int:
    """Return the bytes that lie in the cache in `root`, without looking at what is what: a quick estimate."""
    size = 0
    for name in (MANIFESTS, BLOBS):
        for entry in files_in_shards(root / name):
            with contextlib.suppress(FileNotFoundError):
                size += entry.stat(follow_symlinks=False).st_size
    return size


def _files(folder: Path, suffix: str, unfinished: list[StoredFile]) -> dict[str, StoredFile]:
    found: dict[str, StoredFile] = {}
    if folder.is_symlink():
        return found
    for entry in files_in_shards(folder):
        key = entry.name.removesuffix(suffix)
        known = entry.name.startswith(UNFINISHED) or (entry.name == key + suffix and is_digest(key))
        with contextlib.suppress(FileNotFoundError):  # a session may have renamed or dropped it
            state = entry.stat(follow_symlinks=False) if known else None
            if state is not None and stat.S_ISREG(state.st_mode):
                file = StoredFile(Path(entry.path), state.st_size, state.st_mtime)
                if entry.name.startswith(UNFINISHED):
                    unfinished.append(file)
                elif entry.path == str(folder / key[:2] / entry.name):
                    found[key] = file
    return found


def remove_files(files: Iterable[StoredFile]) -> int:
    """Remove files, and the shards that are empty then; return how many bytes that gave."""
    freed = 0
    folders: set[Path] = set()
    for file in files:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(file.path)
            freed += file.size
        folders.add(file.path.parent)
    for folder in folders:
        _remove_if_empty(folder)
    return freed


def remove_folders(root: Path) -> None:
    """Remove what is left of a cache whose entries are gone: its own files, and folders that are empty.

    The cache's own folder stays: it says where results go from now on.
    """
    for name in (USES_FILE, LOCK_FILE):
        with contextlib.suppress(OSError):
            os.unlink(root / name)
    for name in (MANIFESTS, BLOBS):
        folder = root / name
        if not folder.is_symlink() and folder.is_dir():
            for shard in [path for path in folder.iterdir() if SHARD.match(path.name)]:
                _remove_if_empty(shard)
            _remove_if_empty(folder)


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()
