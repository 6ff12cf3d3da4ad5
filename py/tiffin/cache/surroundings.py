"""What a run depends on beside its inputs: files that it reads, and modules of the author's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from tiffin.cache.manifest import FileRead
from tiffin.ids import Digest


@dataclass
class Recording:
    """Files opened while it lasts, in order: those read first, with what tells their content, and those
    written first."""

    read: dict[str, Any] = field(default_factory=dict)
    written: dict[str, None] = field(default_factory=dict)


@dataclass(frozen=True)
class FilesUsed:
    """The files that something read, and those that it wrote."""

    read: tuple[FileRead, ...] = ()
    written: tuple[FileRead, ...] = ()


NO_FILES = FilesUsed()

ABSENT_FILE = Digest("absent")
"""In place of the digest of a file that was not there to be read."""

CHANGED = Digest("changed")
"""In place of the digest of a file that changed while the body ran: none has it later."""


class Surroundings(Protocol):
    """Files and modules of the author's own, as a host sees them.

    Between `begin` and `end` reads and writes are recorded; `end` adds the source of own `modules`, which
    need not be read again to be imported, and the files that `texts` name. `count` counts files as read that
    are not opened this time. `unchanged` says whether a recorded file still has its content, `exists` whether
    one is there. `module_digest` is the digest of a module's source if it is one of the author's own, else
    None.
    """

    def begin(self) -> Recording: ...
    def end(self, recording: Recording, modules: frozenset[str], texts: Iterable[str] = ()) -> FilesUsed: ...
    def count(self, files: Iterable[FileRead]) -> None: ...
    def unchanged(self, file: FileRead) -> bool: ...
    def exists(self, path: str) -> bool: ...
    def module_digest(self, module: str) -> Digest | None: ...


class ShippedSurroundings:
    """For hosts where files are what was shipped with the results, and cannot change under them.

    `modules` are the digests of the author's own modules that were shipped, by root.
    """

    def __init__(self, modules: Mapping[str, Digest] | None = None) -> None:
        self._modules = modules or {}

    def begin(self) -> Recording:
        return Recording()

    def end(self, recording: Recording, modules: frozenset[str], texts: Iterable[str] = ()) -> FilesUsed:
        return NO_FILES

    def count(self, files: Iterable[FileRead]) -> None:
        return None

    def unchanged(self, file: FileRead) -> bool:
        return True

    def exists(self, path: str) -> bool:
        return True

    def module_digest(self, module: str) -> Digest | None:
        return self._modules.get(module.split(".")[0])
