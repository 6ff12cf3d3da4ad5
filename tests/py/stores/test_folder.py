"""A cache in a folder: what lies there, and a session's claim on it."""

from __future__ import annotations

from pathlib import Path

from store_contract import key

from tiffin.ids import digest
from tiffin.stores.folder import (
    FolderPlace,
    StoredFile,
    folder_session,
    list_folder,
    remove_files,
    remove_folders,
)
from tiffin.stores.folder_lock import FolderLock
from tiffin.stores.uses import read_uses


async def fill(root: Path) -> None:
    stores = FolderPlace(root).open()
    await stores.manifests.put(key("m"), b"{}")
    await stores.blobs.put(digest(b"1"), b"1")


async def test_lists_what_is_a_cache_s_and_nothing_else(tmp_path: Path) -> None:
    root, outside = tmp_path / "cache", tmp_path / "outside"
    await fill(root)
    outside.mkdir()
    (outside / key("x")).write_text("not ours")
    shard = root / "blobs" / digest(b"1")[:2]
    (shard / ".writing-1-2-abc").write_bytes(b"half")
    (shard / "README").write_text("hello")
    (shard / key("folder")).mkdir()
    (shard / key("link")).symlink_to(outside / key("x"))
    (shard / key("misplaced")).write_text("in a shard of others")
    other = next(name for name in ("00", "01") if name != shard.name)
    (root / "blobs" / other).symlink_to(outside)
    (root / "blobs" / "notashard").mkdir()
    listing = list_folder(root)
    assert {name: (file.path, file.size) for name, file in listing.manifests.items()} == {
        key("m"): (root / "manifests" / key("m")[:2] / f"{key('m')}.json", 2)
    }
    assert listing.blobs.keys() == {digest(b"1")}
    assert [file.path.name for file in listing.unfinished] == [".writing-1-2-abc"]
    assert listing.size == 3


async def test_a_part_that_is_a_link_is_passed_over(tmp_path: Path) -> None:
    await fill(tmp_path / "other")
    root = tmp_path / "cache"
    root.mkdir()
    (root / "manifests").symlink_to(tmp_path / "other" / "manifests")
    listing = list_folder(root)
    assert (listing.manifests, listing.blobs) == ({}, {})


async def test_removing(tmp_path: Path) -> None:
    root = tmp_path / "cache"
    await fill(root)
    listing = list_folder(root)
    files = [*listing.manifests.values(), *listing.blobs.values()]
    assert remove_files([*files, StoredFile(root / "manifests" / "00" / "gone", 5, 0)]) == 3
    with folder_session(root):
        pass
    (root / "README.md").write_text("hello")
    remove_folders(root)
    assert [path.name for path in root.rglob("*")] == ["README.md"]


def test_a_session_keeps_others_from_removing_and_notes_what_it_found(tmp_path: Path) -> None:
    with folder_session(tmp_path) as note_found:
        with FolderLock(tmp_path, "alone", 0) as lock:
            assert lock.state == "busy"
        note_found([key("a")])
        note_found([key("a"), key("b")])
    assert {name: use.hits for name, use in read_uses(tmp_path).items()} == {key("a"): 1, key("b"): 1}
    with FolderLock(tmp_path, "alone", 0) as lock:
        assert lock.state == "held"
