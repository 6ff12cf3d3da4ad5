"""The notebook's files natively: which of them a body reads and writes, and the source of its own modules."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tiffin.cache.manifest import FileRead
from tiffin.cache.surroundings import FilesUsed, Recording
from tiffin.ids import Digest, digest

CACHE_FOLDER = Path("public") / "cache"

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_NOT_DATA = frozenset({"__pycache__", "site-packages", "dist-packages", "node_modules"})
_SYSTEM = (
    "/proc",
    "/sys",
    "/dev",
    "/etc",
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/run",
    "/var/cache",
    "/var/lib",
)
_LONGEST = 255
_RACY = (
    2_000_000_000  # nanoseconds: a file so young may be written again without its time of change showing it
)


def cache_folder(notebook: Path) -> Path:
    """Return where results of `notebook` are kept: the nearest `public/cache` above, else one beside it."""
    folder = notebook.resolve().parent
    for place in (folder, *folder.parents):
        if (place / CACHE_FOLDER).is_dir():
            return place / CACHE_FOLDER
    return folder / CACHE_FOLDER


class NotebookFolder:
    """Watches `open` through an audit hook (PEP 578), which sees reads by libraries as well.

    Files of the system and of Python, hidden ones, and the cache do not count; modules count only in the
    notebook's folder. Paths are relative to that folder.
    """

    def __init__(self, folder: Path, cache: Path) -> None:
        self._folder = os.path.realpath(folder)
        python = (sys.prefix, sys.base_prefix, Path(os.__file__).parent)
        inside = (os.path.realpath(path) for path in (cache, *python))
        system = (place for place in _SYSTEM if not self._folder.startswith(place + os.sep))
        self._left_out = tuple(place + os.sep for place in (*inside, *system))
        self._recordings: list[Recording] = []
        self._modules: dict[str, Digest | None] = {}
        self._digests: dict[tuple[str, int, int, int], Digest] = {}
        sys.addaudithook(self._hear)

    def begin(self) -> Recording:
        """Record from now on what is opened."""
        recording = Recording()
        self._recordings.append(recording)
        return recording

    def end(self, recording: Recording, modules: frozenset[str], texts: Iterable[str] = ()) -> FilesUsed:
        """Stop recording; return what was read, as it is now, and what was written.

        The source of own `modules` counts as read, and so does every file that one of `texts` names: there
        are libraries that open files by themselves.
        """
        self._recordings = [other for other in self._recordings if other is not recording]
        read = [path for path in recording.read if path not in recording.written]
        for module in modules:
            read += [path.relative_to(self._folder).as_posix() for path in self._sources(module)]
        read += [
            path for path in map(self._named, texts) if path is not None and path not in recording.written
        ]
        found = [self._file(path) for path in sorted(set(read))]
        written = [path for path in sorted(recording.written) if self._stat(path) is not None]
        return FilesUsed(tuple(file for file in found if file is not None), tuple(written))

    def count(self, files: Iterable[FileRead]) -> None:
        """Count `files` as read now, by all that record: a cached call stands for reading them."""
        for recording in self._recordings:
            recording.read.update(dict.fromkeys(file.path for file in files))

    def unchanged(self, file: FileRead) -> bool:
        """Whether `file` has the content that was recorded: by size and time of change, then by digest."""
        status = self._stat(file.path)
        if status is None or (file.size is not None and status.st_size != file.size):
            return False
        if file.modified is not None and status.st_mtime_ns // 1000 == file.modified:
            return True
        return self._digest(file.path, status) == file.digest

    def exists(self, path: str) -> bool:
        """Whether there is a file at `path`."""
        return self._stat(path) is not None

    def module_digest(self, module: str) -> Digest | None:
        """Return the digest of the whole source of the top-level module of `module`, if it lies here."""
        root = module.split(".")[0]
        if root not in self._modules:
            parts = [
                f"{source.relative_to(self._folder).as_posix()}\0{digest(source.read_bytes())}\n"
                for source in self._sources(root)
            ]
            self._modules[root] = digest("".join(parts).encode()) if parts else None
        return self._modules[root]

    def _sources(self, module: str) -> list[Path]:
        """The source files of the top-level module of `module`, if it lies in the folder."""
        place = Path(self._folder) / (module.split(".")[0] or "__init__")
        if place.is_dir():
            return sorted(place.rglob("*.py"))
        file = place.with_name(f"{place.name}.py")
        return [file] if file.is_file() else []

    def _stat(self, path: str) -> os.stat_result | None:
        try:
            status = Path(self._folder, path).stat()
        except (OSError, ValueError):
            return None
        return status if stat.S_ISREG(status.st_mode) else None  # a device, say, has no end

    def _file(self, path: str) -> FileRead | None:
        status = self._stat(path)
        content = None if status is None else self._digest(path, status)
        if status is None or content is None:
            return None
        settled = time.time_ns() - status.st_mtime_ns > _RACY
        return FileRead(path, content, status.st_size, status.st_mtime_ns // 1000 if settled else None)

    def _digest(self, path: str, status: os.stat_result) -> Digest | None:
        state = (path, status.st_ino, status.st_size, status.st_mtime_ns)
        known = self._digests.get(state)
        if known is not None and time.time_ns() - status.st_mtime_ns > _RACY:
            return known
        try:
            with Path(self._folder, path).open("rb") as file:
                content = Digest(hashlib.file_digest(file, "sha256").hexdigest())
        except OSError:
            return None
        self._digests[state] = content
        return content

    def _named(self, text: str) -> str | None:
        """Return the file of the author's that `text` is the name of."""
        if not text or len(text) > _LONGEST or "\0" in text or "\n" in text:
            return None
        path = Path(self._folder, text)
        try:
            return self._own(str(path)) if path.is_file() else None
        except (OSError, ValueError):
            return None

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._recordings or event not in ("open", "sqlite3.connect"):
            return
        path, *_, flags = arguments if event == "open" else (arguments[0], 0)
        if not isinstance(path, str | bytes | os.PathLike):
            return
        relative = self._own(os.fsdecode(path))
        if relative is None:
            return
        for recording in self._recordings:
            if not (isinstance(flags, int) and flags & _WRITES):
                recording.read.setdefault(relative)
            elif relative not in recording.read:
                recording.written.setdefault(relative)

    def _own(self, path: str) -> str | None:
        """Return the path relative to the folder if the file is one of the author's data."""
        real = os.path.realpath(path)
        if real.startswith(self._left_out):
            return None
        inside = real.startswith(self._folder + os.sep)
        if not inside and real.endswith((".py", ".pyc", ".so")):
            return None
        relative = os.path.relpath(real, self._folder).replace(os.sep, "/")
        parts = relative.split("/") if inside else Path(real).parts
        if any((part.startswith(".") and part != "..") or part in _NOT_DATA for part in parts):
            return None
        return relative
