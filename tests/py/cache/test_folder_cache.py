"""Looking after a cache in a folder; and that no crash damages one."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cache_folders import blob_path, entry, manifest_of, manifest_path, save
from sites import contents

from tiffin.cache.folder_cache import (
    CacheInUse,
    clear,
    keep_within,
    prune,
    read_inventory,
    repair,
    verify,
)
from tiffin.ids import digest
from tiffin.stores import folder_lock
from tiffin.stores.folder import folder_session
from tiffin.stores.folder_lock import LOCK_FILE
from tiffin.stores.uses import add_uses, read_uses

ONE, BOTH = b"1" * 10_000, b"2" * 20_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "cache"
    entry(root, "a", ONE, BOTH)
    entry(root, "b", BOTH)
    return root


def test_a_sound_cache(root: Path) -> None:
    before = contents(root)
    verdict = verify(root)
    assert (verdict.damaged, verdict.later, verdict.inventory.orphans) == ((), (), ())
    assert len(verdict.inventory.entries) == 2
    assert contents(root) == before
    assert not (root / LOCK_FILE).exists()


def test_an_empty_place(tmp_path: Path) -> None:
    assert verify(tmp_path / "none").damaged == ()
    assert prune(tmp_path / "none", limit=0).files == ()
    assert not (tmp_path / "none").exists()


def test_every_kind_of_damage_is_named_and_repaired(root: Path) -> None:
    fine = entry(root, "fine", b"5" * 500)
    torn, wrong, other = entry(root, "torn"), entry(root, "wrong"), entry(root, "other")
    lost, altered, short = entry(root, "c", b"3" * 300), entry(root, "d", b"4" * 400), entry(root, "e")
    manifest_path(root, torn).write_bytes(manifest_path(root, torn).read_bytes()[:200])
    document = json.loads(manifest_path(root, wrong).read_bytes())
    manifest_path(root, wrong).write_text(json.dumps({**document, "inputs": {"x": "altered"}}))
    manifest_path(root, other).write_bytes(manifest_path(root, fine).read_bytes())
    blob_path(root, b"3" * 300).unlink()
    blob_path(root, b"4" * 400).write_bytes(b"4" * 399 + b"5")
    document = json.loads(manifest_path(root, short).read_bytes())
    blob = {
        "kind": "blob",
        "identity": "i",
        "type": "bytes",
        "codec": "bytes",
        "blob": digest(ONE),
        "size": 9,
    }
    manifest_path(root, short).write_text(json.dumps({**document, "definitions": {"e": blob}}))
    verdict = verify(root)
    texts = {damage.keys[0]: damage.text for damage in verdict.damaged}
    assert texts.keys() == {torn, wrong, other, lost, altered, short}
    assert texts[torn].endswith("the manifest was never written whole")
    assert texts[wrong].endswith("its code and inputs do not give its key")
    assert "the manifest is of another key" in texts[other]
    assert texts[lost].endswith("which 1 entry needs, is not there")
    assert texts[altered].endswith("which 1 entry needs: its 400 bytes have another digest")
    assert texts[short].endswith("has 10,000 bytes, its manifest says 9")
    assert all("\n" not in text for text in texts.values())
    removal = repair(root, verdict)
    assert {gone.key for gone in removal.entries} == texts.keys()
    after = verify(root)
    assert after.damaged == ()
    assert len(after.inventory.entries) == 3


def test_what_a_later_tiffin_wrote_is_neither_damaged_nor_an_orphan(root: Path) -> None:
    key = entry(root, "new", b"7" * 700)
    path = manifest_path(root, key)
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "format": 2}))
    verdict = verify(root)
    assert verdict.damaged == ()
    assert [found.key for found in verdict.later] == [key]
    prune(root, orphans=True)
    assert blob_path(root, b"7" * 700).is_file()


def test_orphans_and_leftovers_are_no_damage_and_are_swept(root: Path) -> None:
    orphan = root / "blobs" / digest(b"6")[:2] / digest(b"6")
    orphan.parent.mkdir()
    orphan.write_bytes(b"6")
    (orphan.parent / ".writing-1-2-x").write_bytes(b"half")
    verdict = verify(root)
    assert (verdict.damaged, verdict.inventory.orphans) == ((), (digest(b"6"),))
    prune(root)
    assert orphan.is_file()
    assert not (orphan.parent / ".writing-1-2-x").exists()
    prune(root, orphans=True)
    assert not orphan.parent.exists()
    assert len(verify(root).inventory.entries) == 2


def test_nothing_is_removed_while_a_session_uses_the_cache(root: Path) -> None:
    before = contents(root)
    removals: list[Callable[[], object]] = [
        lambda: prune(root, limit=0),
        lambda: clear(root),
        lambda: repair(root, verify(root)),
    ]
    with folder_session(root):
        for remove in removals:
            with pytest.raises(CacheInUse, match=r"^other sessions use .*cache: nothing was removed"):
                remove()
        assert keep_within(root, 0) is None
        assert len(prune(root, limit=0, dry_run=True).entries) == 2
    assert contents(root) == before
    assert len(prune(root, limit=0).entries) == 2


def test_the_least_recently_used_goes(root: Path) -> None:
    first, second = manifest_of("a", ONE, BOTH).key, manifest_of("b", BOTH).key
    add_uses(root, [first, second], time.time() + 5)
    add_uses(root, [first], time.time() + 10)
    removed = prune(root, limit=31_000)
    assert [gone.key for gone in removed.entries] == [second]
    assert blob_path(root, BOTH).is_file()
    assert read_uses(root).keys() == {first}
    assert [found.key for found in read_inventory(root).entries] == [first]


def test_a_cache_above_its_limit_gives_a_tenth_of_it_free(root: Path) -> None:
    for number in range(8):
        key = entry(root, f"n{number}", b"%d" % number * 10_000)
        os.utime(manifest_path(root, key), (number, number))
    assert keep_within(root, 120_000) is None
    removed = keep_within(root, 100_000)
    assert removed is not None
    assert [gone.names[0] for gone in removed.entries] == ["n0", "n1", "n2"]
    assert 80_000 < read_inventory(root).listing.size <= 90_000


def test_where_there_are_no_locks_only_what_is_old_goes(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_lock, "_file_locks", lambda: None)
    old = time.time() - 48 * 3600
    key = manifest_of("a", ONE, BOTH).key
    for path in (manifest_path(root, key), blob_path(root, ONE)):
        os.utime(path, (old, old))
    assert [gone.key for gone in prune(root, limit=0).entries] == [key]
    assert verify(root).damaged == ()


def test_clearing_leaves_what_is_not_a_cache_s(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / digest(ONE)).write_bytes(ONE)
    (root / "README.md").write_text("hello")
    (root / "blobs" / "notes.txt").write_text("hello")
    free = next(f"{n:02x}" for n in range(256) if not (root / "blobs" / f"{n:02x}").exists())
    (root / "blobs" / free).symlink_to(outside)
    add_uses(root, ["a" * 64], 1)
    clear(root)
    left = sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))
    assert left == ["README.md", "blobs", f"blobs/{free}", "blobs/notes.txt"]
    assert (outside / digest(ONE)).read_bytes() == ONE


def test_clearing_leaves_what_a_site_lists(root: Path) -> None:
    kept = manifest_of("b", BOTH)
    index = {"keys": [kept.key], "blobs": [digest(BOTH)], "cells": {"c": kept.key}}
    (root / "index.json").write_text(json.dumps(index))
    clear(root)
    verdict = verify(root)
    assert verdict.damaged == ()
    assert [(found.key, found.cell) for found in verdict.inventory.entries] == [(kept.key, "c")]


def test_a_read_only_folder_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "unlink", refuse)
    with pytest.raises(PermissionError):
        prune(root, limit=0)


WRITER = """
import asyncio, os, random, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from cache_folders import manifest_of
from tiffin.cache.cell_cache import CellCache
from tiffin.codecs.standard import standard_codecs
from tiffin.ids import digest
from tiffin.stores.folder import FolderPlace, folder_session

root = Path(sys.argv[1])

async def write(cache, chosen):
    while True:
        number = chosen.randrange(400)
        blobs = [bytes([number % 256]) * (number * 97), b"shared" * (number % 7) * 999]
        await cache.save(manifest_of(f"n{number}", *blobs), {digest(b): b for b in blobs})
        await asyncio.sleep(0)

async def main():
    stores = FolderPlace(root).open()
    cache = CellCache(stores.manifests, stores.blobs, standard_codecs(dict), {})
    await asyncio.gather(*[write(cache, random.Random(os.getpid() * 9 + n)) for n in range(4)])

def child():
    with folder_session(root):
        asyncio.run(main())

# One interpreter, forked for each session to be killed: starting two hundred would take too long.
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        child()
    print(pid, flush=True)
    sys.stdin.readline()
    os.waitpid(pid, 0)
    print("gone", flush=True)
"""


@pytest.mark.slow
def test_two_hundred_kills_leave_a_sound_cache(tmp_path: Path) -> None:
    root, chosen = tmp_path / "cache", random.Random(8)
    contracts = str(Path(__file__).parents[2] / "contracts")
    parents = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(root), contracts],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)  # two sessions write the same keys at any time
    ]
    try:
        for turn in range(100):
            pids = [int(_ask(parent)) for parent in parents]
            time.sleep(chosen.uniform(0.0, 0.08))
            for parent, pid in zip(parents, pids, strict=True):
                os.kill(pid, signal.SIGKILL)
                assert _ask(parent) == "gone\n"
            if turn % 25 == 24:
                assert verify(root).damaged == ()
    finally:
        for parent in parents:
            parent.kill()
            parent.communicate()
    verdict = verify(root)
    assert verdict.damaged == ()
    assert len(verdict.inventory.entries) > 50
    prune(root)  # nobody holds the lock any more
    assert verify(root).inventory.listing.unfinished == ()


def _ask(parent: subprocess.Popen[str]) -> str:
    assert parent.stdin is not None
    assert parent.stdout is not None
    parent.stdin.write("\n")
    parent.stdin.flush()
    return parent.stdout.readline()


def test_four_processes_that_write_the_same_entries(tmp_path: Path) -> None:
    root = tmp_path / "cache"
    contracts = str(Path(__file__).parents[2] / "contracts")
    writers = [
        subprocess.Popen([sys.executable, "-c", SAVER, str(root), contracts, str(n)]) for n in range(4)
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0] * 4
    verdict = verify(root)
    assert verdict.damaged == ()
    assert len(verdict.inventory.entries) == 60
    assert verdict.inventory.listing.unfinished == ()


SAVER = """
import random, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from cache_folders import entry
numbers = list(range(60))
random.Random(int(sys.argv[3])).shuffle(numbers)
for number in numbers:
    entry(Path(sys.argv[1]), f"n{number}", b"%d" % number * 5000, b"shared" * (number % 5) * 999)
"""


def test_an_entry_saved_after_the_folder_went_away(root: Path) -> None:
    clear(root)
    manifest = manifest_of("again", ONE)
    save(root, manifest, ONE)
    assert [found.key for found in verify(root).inventory.entries] == [manifest.key]
