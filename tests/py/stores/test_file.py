"""The file store: the contract, and that a reader never sees half a file."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from store_contract import StoreContract, fuzzed_keys, key, refuse_all

from tiffin.ids import digest
from tiffin.stores.file import BIG, SETTLED, FileStore
from tiffin.stores.store import Store


class TestFileStore(StoreContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.root = tmp_path / "store"

    def make(self, entries: dict[str, bytes]) -> Store:
        store = FileStore(self.root, ".bin")
        for name, data in entries.items():
            path = store.path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return store

    async def test_lays_files_out_as_the_format_says(self) -> None:
        store = FileStore(self.root, ".json")
        await store.put(key("a"), b"1")
        assert (self.root / key("a")[:2] / f"{key('a')}.json").read_bytes() == b"1"
        umask = os.umask(0)
        os.umask(umask)
        assert stat.S_IMODE(store.path(key("a")).stat().st_mode) == 0o666 & ~umask

    @pytest.mark.parametrize("step", ["write", "replace", "open"])
    async def test_a_failed_write_leaves_what_was_there(
        self, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        store = FileStore(self.root)
        await store.put(key("a"), b"old")

        def refuse(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, step, refuse)
        with pytest.raises(OSError, match="No space left"):
            await store.put(key("a"), b"new")
        monkeypatch.undo()
        assert await store.get(key("a")) == b"old"
        assert [path.name for path in self.root.rglob("*") if path.is_file()] == [key("a")]

    async def test_what_is_big_is_read_as_a_view(self) -> None:
        store, small, big = FileStore(self.root), bytes(BIG - 1), os.urandom(BIG + 7)
        await store.put(key("a"), small)
        await store.put(key("b"), big)
        found = await store.get_many([key("a"), key("b")])
        assert found == {key("a"): small, key("b"): big}
        assert isinstance(found[key("a")], bytes)
        view = found[key("b")]
        assert isinstance(view, memoryview)
        assert isinstance(await store.get(key("b")), bytes)
        store.path(key("b")).write_bytes(big[:9])
        assert view == big  # it is a copy

    async def test_the_mark_of_a_file_is_another_once_it_was_changed(self) -> None:
        store = FileStore(self.root)
        await store.put(key("a"), bytes(BIG))
        await store.put(key("b"), b"small")
        path = store.path(key("a"))
        assert store.mark(key("a")) is None  # its times may be those of a change that is yet to come
        self.settle(path)
        first = store.mark(key("a"))
        assert first is not None
        assert first == store.mark(key("a"))
        assert store.mark(key("b")) is store.mark(key("c")) is None
        os.utime(path, ns=(5, 5))  # as somebody might who wants a change to be overlooked
        self.settle(path)
        assert store.mark(key("a")) not in (None, first)

    @staticmethod
    def settle(path: Path) -> None:
        """Wait until the times of a file are old enough to be told from those of a change."""
        changed = max(path.stat().st_ctime_ns, path.stat().st_mtime_ns)
        time.sleep(max(0, changed + SETTLED + 10**7 - time.time_ns()) / 1e9)

    async def test_a_write_in_pieces_is_whole(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write = os.write
        monkeypatch.setattr(os, "write", lambda handle, data: write(handle, bytes(data)[:3]))
        store = FileStore(self.root)
        await store.put(key("a"), b"0123456789")
        assert await store.get(key("a")) == b"0123456789"

    async def test_passes_over_what_is_no_entry(self) -> None:
        store = FileStore(self.root)
        await store.put(key("a"), b"1")
        (self.root / key("a")[:2] / ".writing-x").write_bytes(b"half")
        (self.root / key("a")[:2] / "notes.txt").write_bytes(b"hello")
        assert await store.keys() == {key("a")}

    async def test_a_folder_that_goes_away_is_made_again(self) -> None:
        store = FileStore(self.root)
        await store.put(key("a"), b"1")
        shutil.rmtree(self.root)
        assert await store.get(key("a")) is None
        assert await store.keys() == frozenset()
        await store.put(key("a"), b"2")
        assert await store.get(key("a")) == b"2"

    async def test_a_place_that_cannot_be_written_says_why(self) -> None:
        self.root.write_text("a file")
        store = FileStore(self.root)
        assert await store.get(key("a")) is None
        with pytest.raises(OSError, match=r"Not a directory|File exists"):
            await store.put(key("a"), b"1")

    async def test_content_that_is_there_is_not_written_again(self) -> None:
        store, address = FileStore(self.root, by_content=True), digest(b"1" * 3_000_000)
        await store.put(address, b"1" * 3_000_000)
        before = store.path(address).stat().st_ino
        await store.put(address, b"1" * 3_000_000)
        assert store.path(address).stat().st_ino == before
        store.path(address).write_bytes(b"1" * 2_999_999 + b"2")  # what a power cut may leave
        await store.put(address, b"1" * 3_000_000)
        assert await store.get(address) == b"1" * 3_000_000


def test_no_key_reaches_a_file_outside(tmp_path: Path) -> None:
    """Ten thousand of them; in a process of its own, since an audit hook stays for good."""
    root = tmp_path / "store"
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(root), str(Path(__file__).parents[2] / "contracts")],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, "touched []\n"), done.stderr


WATCHED = """
import asyncio, os, sys
root, contracts = sys.argv[1:]
sys.path.insert(0, contracts)
from store_contract import fuzzed_keys, key, refuse_all
from pathlib import Path
from tiffin.stores.file import BIG, SETTLED, FileStore
touched = []
watching = False
def hear(event, arguments):
    if watching and (event == "open" or event.startswith(("os.", "shutil.", "pathlib."))):
        touched.append((event, str(arguments[0])))
sys.addaudithook(hear)
stores = [FileStore(Path(root)), FileStore(Path(root), ".json", by_content=True)]
keys = [*fuzzed_keys(10_000), "../" * 20 + "etc/passwd", "/etc/passwd"]
async def main():
    global watching
    await stores[0].put(key("a"), b"1")
    touched.clear()
    watching = True
    for store in stores:
        await refuse_all(store, keys)
    watching = False
asyncio.run(main())
print("touched", sorted(set(touched)))
"""


async def test_one_key_by_many_writers_at_once(tmp_path: Path) -> None:
    """Four processes write the same keys; every file is at all times one that some process wrote whole."""
    store = FileStore(tmp_path / "store")
    names = [key(str(number)) for number in range(8)]
    whole = {letter * 300_000 for letter in (b"0", b"1", b"2", b"3")}
    writers = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", WRITER, str(tmp_path / "store"), str(number), *names
        )
        for number in range(4)
    ]
    ends = [asyncio.create_task(writer.wait()) for writer in writers]
    looked = 0
    while not all(end.done() for end in ends):
        for data in (await store.get_many(names)).values():
            assert data in whole
            looked += 1
        await asyncio.sleep(0.001)
    assert [end.result() for end in ends] == [0] * 4
    assert looked > 20
    files = [path.name for path in (tmp_path / "store").rglob("*") if path.is_file()]
    assert sorted(files) == sorted(names)


WRITER = """
import asyncio, sys
from pathlib import Path
from tiffin.stores.file import BIG, SETTLED, FileStore
root, number, *names = sys.argv[1:]
async def main():
    store = FileStore(Path(root))
    for _ in range(40):
        for name in names:
            await store.put(name, number.encode() * 300_000)
asyncio.run(main())
"""


async def test_fuzzed_keys_are_no_keys() -> None:
    assert len(set(fuzzed_keys(2000))) > 1500
    await refuse_all(FileStore(Path("/nowhere")), fuzzed_keys(100))
