"""The notebook's folder natively: which of its files a body reads, and the source of its own modules."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from tiffin.cache.manifest import FileRead
from tiffin.ids import Digest, digest

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_NOT_DATA = frozenset({"__pycache__", "site-packages", "node_modules"})


class NotebookFolder:
    """Watches `open` through an audit hook (PEP 578), which sees reads by libraries as well.

    Files outside the folder, hidden ones, those of an interpreter inside it, and the cache do not count.
    """

    def __init__(self, folder: Path, cache: Path) -> None:
        self._folder = os.path.realpath(folder)
        self._left_out = tuple(os.path.realpath(path) + os.sep for path in (cache, sys.prefix))
        self._read: dict[str, None] | None = None
        self._modules: dict[str, Digest | None] = {}
        sys.addaudithook(self._hear)

    def begin(self) -> None:
        """Forget what was read so far, and record from now on."""
        self._read = {}

    def end(self, modules: frozenset[str]) -> tuple[FileRead, ...]:
        """Return the files that were read, and the source of own modules, as they are now; stop recording."""
        read, self._read = set(self._read or {}), None
        for module in modules:
            read.update(path.relative_to(self._folder).as_posix() for path in self._sources(module))
        found = [(path, self._digest(path)) for path in sorted(read)]
        return tuple(FileRead(path, content) for path, content in found if content is not None)

    def unchanged(self, file: FileRead) -> bool:
        """Whether `file` has the content that was recorded."""
        return self._digest(file.path) == file.digest

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

    def _digest(self, path: str) -> Digest | None:
        try:
            return digest((Path(self._folder) / path).read_bytes())
        except OSError:
            return None

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event != "open" or self._read is None:
            return
        path, _, flags = arguments
        if isinstance(flags, int) and flags & _WRITES:
            return
        if isinstance(path, str | bytes | os.PathLike):
            relative = self._own(os.fsdecode(path))
            if relative is not None:
                self._read[relative] = None

    def _own(self, path: str) -> str | None:
        """Return the path relative to the folder if the file is one of the notebook's own data."""
        real = os.path.realpath(path)
        if not real.startswith(self._folder + os.sep) or real.startswith(self._left_out):
            return None
        parts = Path(real).relative_to(self._folder).parts
        if any(part.startswith(".") or part in _NOT_DATA for part in parts):
            return None
        return "/".join(parts)
