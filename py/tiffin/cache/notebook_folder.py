"""The notebook's files natively: which of them a body reads and writes, and the source of its own modules."""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import os
import stat
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tiffin.cache.manifest import FileRead
from tiffin.cache.surroundings import ABSENT_FILE, CHANGED, FilesUsed, Recording
from tiffin.ids import Digest, digest

CACHE_FOLDER = Path("public") / "cache"

_OPENS = frozenset({"open", "sqlite3.connect"})
_LISTS = frozenset({"os.listdir", "os.scandir"})
_HEARD = _OPENS | _LISTS | {"os.rename"}
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
_FEW = 50
_RACY = (
    2_000_000_000  # nanoseconds: a file so young may be written again without its time of change showing it
)

_recording: list[NotebookFolder] = []
"""Those that record now. One hook hears for all, because none can ever be taken away."""

_deaf: set[int] = set()


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
    notebook's folder. Paths are relative to that folder; those of folders whose names were listed end with a
    slash. A link counts under its own name.
    """

    def __init__(self, folder: Path, cache: Path) -> None:
        self._given = os.path.abspath(folder)  # noqa: PTH100 - links stay
        self._folder = os.path.realpath(folder)
        self._cache = os.path.realpath(cache)
        python = (sys.prefix, sys.base_prefix, Path(os.__file__).parent)
        inside = (self._cache, *(os.path.realpath(path) for path in python))
        system = (place for place in _SYSTEM if not self._folder.startswith(place + os.sep))
        self._left_out = tuple(place + os.sep for place in (*inside, *system))
        self._recordings: list[Recording] = []
        self._modules: dict[str, Digest | None] = {}
        self._loaded: dict[str, tuple[FileRead, ...]] = {}
        self._digests: dict[tuple[Any, ...], Digest] = {}
        _install()

    def begin(self) -> Recording:
        """Record from now on what is opened."""
        recording = Recording()
        if not self._recordings:
            _recording.append(self)
        self._recordings.append(recording)
        return recording

    def end(self, recording: Recording, modules: frozenset[str], texts: Iterable[str] = ()) -> FilesUsed:
        """Stop recording; return what was read, as it was then, and what was written, as it is now.

        The source of own `modules` counts as read, and so does every file that one of `texts` names: there
        are libraries that open files by themselves.
        """
        with _unheard():
            self._stop(recording)
            found = {file.path: file for file in self._named(texts) if file.path not in recording.written}
            for path, before in recording.read.items():
                file = self._read(path, before)
                if file is not None:
                    found[path] = file
            for module in modules:
                found.update((file.path, file) for file in self._as_loaded(module))
            written = (self._file(path) for path in sorted(recording.written))
            read = tuple(found[path] for path in sorted(found))
            return FilesUsed(read, tuple(file for file in written if file is not None))

    def _stop(self, recording: Recording) -> None:
        left = [other for other in self._recordings if other is not recording]
        if self._recordings and not left:
            _recording.remove(self)
        self._recordings = left

    def count(self, files: Iterable[FileRead]) -> None:
        """Count `files` as read, by all that record: a cached call stands for reading them."""
        for file in files:
            for recording in self._recordings:
                if file.path not in recording.written:
                    recording.read.setdefault(file.path, file)

    def unchanged(self, file: FileRead) -> bool:
        """Whether `file` has the content that was recorded: by size and time of change, then by digest."""
        with _unheard():
            return self._is_as(file)

    def _is_as(self, file: FileRead) -> bool:
        if file.path.endswith("/"):
            return self._listing(file.path) == file.digest
        status = self._stat(file.path)
        if status is None:
            return file.digest == ABSENT_FILE
        if file.size is not None and status.st_size != file.size:
            return False
        if file.modified is not None and _change(status) // 1000 == file.modified:
            return True
        return self._digest(file.path, status) == file.digest

    def exists(self, path: str) -> bool:
        """Whether there is a file at `path`."""
        return self._stat(path) is not None

    def module_digest(self, module: str) -> Digest | None:
        """Return the digest of the whole source of the top-level module of `module`, if it lies here, and of
        others here that it imports."""
        root = module.split(".")[0]
        if root not in self._modules:
            with _unheard():
                parts = [
                    f"{source.relative_to(self._folder).as_posix()}\0{digest(source.read_bytes())}\n"
                    for source in self._sources(root)
                ]
            self._modules[root] = digest("".join(parts).encode()) if parts else None
        return self._modules[root]

    def module_sources(self, module: str) -> list[tuple[str, bytes]]:
        """Return what `module_digest` is the digest of: paths in the folder, and sources."""
        with _unheard():
            return [
                (source.relative_to(self._folder).as_posix(), source.read_bytes())
                for source in self._sources(module)
            ]

    def module_imports(self, module: str) -> set[str]:
        """Return the modules that these sources import by absolute names."""
        with _unheard():
            return {name for source in self._sources(module) for name in _imported(source)}

    def forget_modules(self) -> None:
        """See the source of own modules anew: they are about to be loaded again."""
        self._modules.clear()
        self._loaded.clear()

    def _as_loaded(self, module: str) -> tuple[FileRead, ...]:
        """The source of an own module as it was when this session first used it: Python loads it once."""
        root = module.split(".")[0]
        if root not in self._loaded:
            paths = (source.relative_to(self._folder).as_posix() for source in self._sources(root))
            files = (self._file(path) for path in paths)
            self._loaded[root] = tuple(file for file in files if file is not None)
        return self._loaded[root]

    def _sources(self, module: str) -> list[Path]:
        """The source files of the top-level module of `module`, and of those that they import, which lie in
        the folder."""
        found: dict[str, list[Path]] = {}
        waiting = [module]
        while waiting:
            root = waiting.pop().split(".")[0] or "__init__"
            if root not in found:
                found[root] = self._own_sources(root)
                for source in found[root]:
                    waiting += _imported(source)
        return sorted(source for sources in found.values() for source in sources)

    def _own_sources(self, root: str) -> list[Path]:
        place = Path(self._folder) / root
        if place.is_dir():
            return list(place.rglob("*.py"))
        file = place.with_name(f"{place.name}.py")
        return [file] if file.is_file() else []

    def _stat(self, path: str) -> os.stat_result | None:
        """Return the status of a regular file; anything else could block who opens it."""
        try:
            status = os.stat(os.path.join(self._folder, path))  # noqa: PTH116, PTH118 - often, so text
        except (OSError, ValueError):
            return None
        return status if stat.S_ISREG(status.st_mode) else None

    def _now(self, path: str) -> Any:
        """What tells later whether a file or listing has changed since now."""
        if path.endswith("/"):
            return self._listing(path)
        status = self._stat(path)
        return None if status is None else _state(status)

    def _read(self, path: str, before: Any) -> FileRead | None:
        """Return a file as the body read it, when `before` told of it; None where nothing can be told
        later."""
        if isinstance(before, FileRead):
            return before
        if path.endswith("/"):
            return None if before is None else FileRead(path, before)
        status = self._stat(path)
        if before is not None and status is not None and _state(status) == before:
            return self._file(path)
        if status is None and path.startswith(".."):
            return None
        return FileRead(path, ABSENT_FILE if before is None else CHANGED)

    def _file(self, path: str) -> FileRead | None:
        status = self._stat(path)
        content = None if status is None else self._digest(path, status)
        if status is None or content is None:
            return None
        settled = time.time_ns() - _change(status) > _RACY
        return FileRead(path, content, status.st_size, _change(status) // 1000 if settled else None)

    def _digest(self, path: str, status: os.stat_result) -> Digest | None:
        state = (path, *_state(status))
        known = self._digests.get(state)
        if known is not None and time.time_ns() - _change(status) > _RACY:
            return known
        try:
            with Path(self._folder, path).open("rb") as file:
                content = Digest(hashlib.file_digest(file, "sha256").hexdigest())
        except OSError:
            return None
        self._digests[state] = content
        return content

    def _listing(self, path: str) -> Digest | None:
        """Return the digest of the names in a folder, without those that are no data of the author's."""
        place = os.path.join(self._folder, path)  # noqa: PTH118
        try:
            names = sorted(os.listdir(place))  # noqa: PTH208 - text
        except OSError:
            return None
        hidden = (".", "__pycache__")
        cache = self._cache + os.sep
        kept = [
            name
            for name in names
            if not name.startswith(hidden)
            and not cache.startswith(os.path.join(os.path.realpath(place), name) + os.sep)  # noqa: PTH118
        ]
        return digest("\0".join(kept).encode("utf-8", "surrogateescape"))

    def _named(self, texts: Iterable[str]) -> Iterator[FileRead]:
        """Yield the files of the author's that `texts` are names of."""
        names = {text for text in texts if 0 < len(text) <= _LONGEST and "\n" not in text}
        if len(names) > _FEW:
            try:
                known = {name.casefold() for name in os.listdir(self._folder)}  # noqa: PTH208 - text
            except OSError:
                known = set()
            known |= {"", ".", ".."}
            names = {text for text in names if "\\" in text or text.split("/", 1)[0].casefold() in known}
        for text in names:
            if self._stat(text) is not None:
                path = self._own(os.path.join(self._folder, text))  # noqa: PTH118
                file = None if path is None else self._file(path)
                if file is not None:
                    yield file

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take note of an audit event, before it happens."""
        path = arguments[0]
        if event in _LISTS and path is None:
            path = os.curdir
        relative = self._own(os.fsdecode(path)) if isinstance(path, str | bytes | os.PathLike) else None
        if relative is None:
            return
        if event in _LISTS:
            if not relative.startswith(".."):
                folder = f"{relative}/"
                for recording in self._recordings:
                    recording.read.setdefault(folder, self._now(folder))
            return
        if event == "os.rename":
            self._move(relative, self._own(os.fsdecode(arguments[1])))
            return
        flags = os.O_RDWR | os.O_CREAT if event == "sqlite3.connect" else arguments[2]
        flags = flags if isinstance(flags, int) else os.O_RDONLY
        reads = not flags & (os.O_WRONLY | os.O_TRUNC)
        writes = bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        for recording in self._recordings:
            if relative not in recording.written:
                self._note(recording, relative, reads=reads, writes=writes)

    def _note(self, recording: Recording, path: str, *, reads: bool, writes: bool) -> None:
        if reads and path not in recording.read:
            now = self._now(path)
            if now is not None or not writes:
                recording.read[path] = now
        if not writes:
            return
        before = recording.read.get(path)
        if path in recording.read and not isinstance(before, FileRead):
            # It was read as it is now, before the body writes.
            recording.read[path] = self._read(path, before)
        if before is None:
            recording.written[path] = None

    def _move(self, source: str, target: str | None) -> None:
        for recording in self._recordings:
            if source in recording.written and target is not None:
                recording.written[target] = None

    def _own(self, path: str) -> str | None:
        """Return the path relative to the folder if the file is one of the author's data."""
        real = os.path.realpath(path)
        if real.startswith(self._left_out):
            return None
        if real == self._folder:
            return "."
        inside = real.startswith(self._folder + os.sep)
        if not inside and real.endswith((".py", ".pyc", ".so")):
            return None
        parts = Path(real[len(self._folder) + 1 :] if inside else real).parts
        if any((part.startswith(".") and part != "..") or part in _NOT_DATA for part in parts):
            return None
        named = real if os.pardir in path else os.path.abspath(path)  # noqa: PTH100 - links stay
        if named.startswith(self._given + os.sep):
            named = self._folder + named[len(self._given) :]
        return os.path.relpath(named, self._folder).replace(os.sep, "/")


def _state(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, _change(status)


def _change(status: os.stat_result) -> int:
    """When a file was changed, in nanoseconds; its time of modification alone can be set to any."""
    return max(status.st_mtime_ns, status.st_ctime_ns)


def _imported(source: Path) -> Iterator[str]:
    """Yield the modules that a file imports by absolute names."""
    try:
        tree = ast.parse(source.read_bytes())
    except (SyntaxError, ValueError, OSError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@contextlib.contextmanager
def _unheard() -> Iterator[None]:
    """What this thread opens meanwhile is no business of a body's."""
    me = threading.get_ident()
    if me in _deaf:
        yield
        return
    _deaf.add(me)
    try:
        yield
    finally:
        _deaf.discard(me)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if not _recording or event not in _HEARD or threading.get_ident() in _deaf:
        return
    if event in _LISTS and _looks_for_modules(sys._getframe(1).f_code.co_filename):  # noqa: SLF001
        return
    with _unheard():
        for folder in tuple(_recording):
            folder.hear(event, arguments)


def _looks_for_modules(filename: str) -> bool:
    return "importlib" in filename or filename.endswith("pkgutil.py")


@functools.cache
def _install() -> None:
    sys.addaudithook(_hear)
