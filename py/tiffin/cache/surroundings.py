"""What a run depends on beside its inputs: files in the notebook's folder, and modules that lie there."""

from __future__ import annotations

from typing import Protocol

from tiffin.cache.manifest import FileRead
from tiffin.ids import Digest


class Surroundings(Protocol):
    """Files and modules of the notebook's own, as its host sees them.

    Between `begin` and `end` reads are recorded; `end` adds the source of the notebook's own among `modules`,
    which need not be read again to be imported. `unchanged` says whether a recorded file still has its
    content. `module_digest` is the digest of a module's source if it is one of the notebook's own, else None.
    """

    def begin(self) -> None: ...
    def end(self, modules: frozenset[str]) -> tuple[FileRead, ...]: ...
    def unchanged(self, file: FileRead) -> bool: ...
    def module_digest(self, module: str) -> Digest | None: ...


class ShippedSurroundings:
    """For hosts where files are what was shipped with the results, and cannot change under them."""

    def begin(self) -> None:
        return None

    def end(self, modules: frozenset[str]) -> tuple[FileRead, ...]:
        return ()

    def unchanged(self, file: FileRead) -> bool:
        return True

    def module_digest(self, module: str) -> Digest | None:
        return None
