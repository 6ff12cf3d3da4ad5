"""Which files the cells of a session have seen, and which of these are others now."""

from __future__ import annotations

from collections.abc import Collection

from tiffin.cache.surroundings import FilesUsed, Surroundings
from tiffin.ids import CellId


class FilesSeen:
    """Remembers, for each cell, the files of its latest result, whether it ran or came from the cache."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._used: dict[CellId, FilesUsed] = {}
        self._outdated: frozenset[CellId] = frozenset()

    def note(self, cell: CellId, used: FilesUsed) -> None:
        """Remember what a cell has used."""
        self._used[cell] = used

    def outdated(self, files: Collection[str]) -> frozenset[CellId]:
        """Return the cells that found one of these files, or a list of files, other than it is now.

        Of what a cell has written, only what somebody put in its place counts: to remove it is no change.
        """
        self._outdated = frozenset(
            cell for cell, used in self._used.items() if self._is_outdated(used, files)
        )
        return self._outdated

    def is_known(self, cell: CellId) -> bool:
        """Whether it was said, when files were last asked for, that this cell found one otherwise."""
        return cell in self._outdated

    def _is_outdated(self, used: FilesUsed, files: Collection[str]) -> bool:
        here = self._surroundings
        return any(
            (file.path in files or file.path.endswith("/")) and not here.unchanged(file) for file in used.read
        ) or any(
            file.path in files and here.exists(file.path) and not here.unchanged(file)
            for file in used.written
        )
