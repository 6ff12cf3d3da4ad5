"""Files that cells have seen."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tiffin.cache.files_seen import FilesSeen
from tiffin.cache.manifest import FileRead
from tiffin.cache.surroundings import ABSENT_FILE, FilesUsed, ShippedSurroundings
from tiffin.ids import CellId, Digest, digest

ONE = CellId("c1")
TWO = CellId("c2")


class Disk(ShippedSurroundings):
    """Files by name."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__()
        self.files = dict(files)

    def _now(self, path: str) -> Digest:
        return digest(self.files[path]) if path in self.files else ABSENT_FILE

    def unchanged(self, file: FileRead) -> bool:
        return self._now(file.path) == file.digest

    def exists(self, path: str) -> bool:
        return path in self.files


def seen(*files: tuple[str, bytes | None]) -> tuple[FileRead, ...]:
    return tuple(FileRead(name, ABSENT_FILE if data is None else digest(data)) for name, data in files)


@pytest.mark.parametrize(
    ("read", "written", "outdated"),
    [
        ([("x", b"1")], [], False),
        ([("x", b"0")], [], True),
        ([("x", None)], [], True),
        ([("other", b"0")], [], False),
        ([("./", b"names")], [], True),
        ([], [("x", b"1")], False),
        ([], [("x", b"0")], True),
        ([], [("gone", b"0")], False),
    ],
)
def test_a_cell_that_found_a_file_otherwise(
    read: list[tuple[str, bytes | None]], written: list[tuple[str, bytes | None]], outdated: bool
) -> None:
    files = FilesSeen(Disk({"x": b"1", "other": b"1"}))
    files.note(ONE, FilesUsed(seen(*read), seen(*written)))
    assert files.outdated(["x", "gone"]) == ({ONE} if outdated else set())
    assert files.is_known(ONE) is outdated
    assert files.outdated([]) == ({ONE} if ("./", b"names") in read else set())


def test_what_counts_is_the_latest_result() -> None:
    disk = Disk({"x": b"1"})
    files = FilesSeen(disk)
    files.note(ONE, FilesUsed(seen(("x", b"0"))))
    files.note(TWO, FilesUsed(seen(("x", b"1"))))
    assert files.outdated(["x"]) == {ONE}
    files.note(ONE, FilesUsed(seen(("x", b"1"))))
    assert files.outdated(["x"]) == frozenset()
    assert not files.is_known(ONE)
    disk.files["x"] = b"2"
    assert files.outdated(["x"]) == {ONE, TWO}
